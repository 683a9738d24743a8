using Chat.Grains.Local;

namespace Orleans.Runtime;

/// <summary>A grain as its callers see it. Generated classes derive from it; two are equal when they reach the same grain.</summary>
public abstract class GrainReference : IAddressable, IEquatable<GrainReference>
{
    private LocalGrainHost? _host;
    private GrainClass? _class;
    private string _key = "";

    internal string Key => _key;

    internal LocalGrainHost Host => _host ?? throw new InvalidOperationException("Grain references come from IGrainFactory only.");

    internal void Bind(LocalGrainHost host, GrainClass grainClass, string key) => (_host, _class, _key) = (host, grainClass, key);

    /// <summary>Sends a call and gives its answer; for generated code.</summary>
    protected Task<TResult> Send<TResult>(GrainCall<TResult> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        Host.Send(call, _class!, _key);
        return call.Answer;
    }

    /// <summary>Sends a call whose answer and failure nobody wants; for generated code.</summary>
    protected Task SendOneWay<TResult>(GrainCall<TResult> call)
    {
        _ = Send(call).ContinueWith(
            static answer => _ = answer.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public bool Equals(GrainReference? other) =>
        other is not null && ReferenceEquals(_host, other._host) && ReferenceEquals(_class, other._class) && _key == other._key;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_class, _key);

    /// <inheritdoc/>
    public override string ToString() => $"{_class?.Name}/{_key}";
}
