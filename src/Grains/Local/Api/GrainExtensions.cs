using Orleans.Runtime;

namespace Orleans;

/// <summary>A grain's key, and references made from grains.</summary>
public static class GrainExtensions
{
    /// <summary>The key of a grain or reference with string keys.</summary>
    public static string GetPrimaryKeyString(this IAddressable grain) => KeyOf(grain);

    /// <summary>The key of a grain or reference with integer keys.</summary>
    /// <exception cref="InvalidOperationException">The key is no integer.</exception>
    public static long GetPrimaryKeyLong(this IAddressable grain) => long.TryParse(KeyOf(grain), out var key)
        ? key
        : throw new InvalidOperationException($"The key of {grain} is no integer.");

    /// <summary>The same grain through another interface of its class.</summary>
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain)
    {
        var host = grain switch
        {
            Grain own => own.Activation.Mailbox.Host,
            GrainReference reference => reference.Host,
            _ => throw NoGrain(grain),
        };
        return host.GetReference<TGrainInterface>(KeyOf(grain), null);
    }

    private static string KeyOf(IAddressable grain) => grain switch
    {
        Grain own => own.Activation.Mailbox.Key,
        GrainReference reference => reference.Key,
        _ => throw NoGrain(grain),
    };

    private static ArgumentException NoGrain(IAddressable grain) =>
        new($"{grain?.GetType().Name ?? "null"} is neither a grain nor a reference to one.", nameof(grain));
}
