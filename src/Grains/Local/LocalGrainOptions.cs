using System.Reflection;
using Microsoft.Extensions.Options;

namespace Chat.Grains.Local;

/// <summary>Settings of the local grain host, and which grain classes it runs.</summary>
public sealed class LocalGrainOptions
{
    private readonly HashSet<Type> _grainClasses = [];

    /// <summary>How long a caller waits for an answer; methods override it. Too short: slow stores look like failures. Too long: cycles hang.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many calls may wait and run in one grain; more are refused. Too low: bursts are refused. Too high: memory.</summary>
    public int MailboxCapacity { get; set; } = 10_000;

    /// <summary>How long a grain stays active without a call. Too short: state is loaded again and again. Too long: memory.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often overdue calls and idle grains are looked for. Time-outs and collection come up to two of these late, never early.</summary>
    public TimeSpan SweepPeriod { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long activating or deactivating a grain may take before its token is cancelled.</summary>
    public TimeSpan LifecycleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long stopping waits for the activations to end. Too short: what grains write when they end is lost.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(8);

    internal IReadOnlyCollection<Type> GrainClasses => _grainClasses;

    /// <summary>Adds one grain class; adding it again changes nothing.</summary>
    /// <exception cref="InvalidOperationException">It is abstract or generic, or implements no grain interface.</exception>
    public LocalGrainOptions AddGrain<TGrain>()
        where TGrain : Orleans.Grain
    {
        if (!GrainClass.IsGrainClass(typeof(TGrain)))
        {
            throw new InvalidOperationException($"{typeof(TGrain)} is abstract or generic, or implements no grain interface.");
        }

        _grainClasses.Add(typeof(TGrain));
        return this;
    }

    /// <summary>Adds all grain classes of an assembly.</summary>
    public LocalGrainOptions AddGrainAssembly(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        _grainClasses.UnionWith(assembly.GetTypes().Where(GrainClass.IsGrainClass));
        return this;
    }
}

/// <summary>Refuses settings with which nothing could work.</summary>
internal sealed class LocalGrainOptionsValidator : IValidateOptions<LocalGrainOptions>
{
    public ValidateOptionsResult Validate(string? name, LocalGrainOptions options)
    {
        List<string> errors = [];
        Require(options.MailboxCapacity >= 1, $"{nameof(options.MailboxCapacity)} must be at least 1.");
        Positive(options.ResponseTimeout, nameof(options.ResponseTimeout));
        Positive(options.CollectionAge, nameof(options.CollectionAge));
        Positive(options.SweepPeriod, nameof(options.SweepPeriod));
        Positive(options.LifecycleTimeout, nameof(options.LifecycleTimeout));
        Positive(options.StopTimeout, nameof(options.StopTimeout));
        Require(options.SweepPeriod <= options.CollectionAge, $"{nameof(options.SweepPeriod)} must not exceed {nameof(options.CollectionAge)}.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Positive(TimeSpan time, string option) => Require(
            time > TimeSpan.Zero && time.TotalMilliseconds < int.MaxValue, $"{option} must be positive and below 24 days.");

        void Require(bool holds, string error)
        {
            if (!holds)
            {
                errors.Add($"LocalGrainOptions: {error}");
            }
        }
    }
}
