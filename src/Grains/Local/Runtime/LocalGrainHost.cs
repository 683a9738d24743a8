using System.Collections.Frozen;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;

namespace Chat.Grains.Local;

/// <summary>
/// The grains of this process: which class serves which interface, the mailboxes by class and key, the sweep that watches over time, and
/// the end. All members are safe for any thread.
/// </summary>
internal sealed partial class LocalGrainHost : IGrainFactory, IHostedService, IDisposable
{
    private readonly FrozenDictionary<Type, Binding[]> _bindings;
    private readonly GrainClass[] _classes;
    private readonly ILogger<LocalGrainHost> _log;
    private readonly ITimer _sweeper;
    private readonly CancellationTokenSource _abandoned = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _now;
    private int _sweeping;
    private volatile bool _stopping;
    private volatile bool _stopped;

    public LocalGrainHost(
        IServiceProvider services, IOptions<LocalGrainOptions> options, TimeProvider time, GrainMetrics metrics, ILogger<LocalGrainHost> log)
    {
        (Services, Options, Time, Metrics, _log) = (services, options.Value, time, metrics, log);
        _classes = [.. Options.GrainClasses.Select(static type => new GrainClass(type))];
        _bindings = Bind(_classes);
        Abandoned = _abandoned.Token;
        _now = time.GetTimestamp();
        // The sweep must not carry along what the first user of the host happened to flow.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _sweeper = time.CreateTimer(
                static host => ((LocalGrainHost)host!).Sweep(), this, Options.SweepPeriod, Options.SweepPeriod);
        }
    }

    public IServiceProvider Services { get; }

    public LocalGrainOptions Options { get; }

    public TimeProvider Time { get; }

    public GrainMetrics Metrics { get; }

    /// <summary>The time of the last sweep, as a timestamp of <see cref="Time"/>: a call costs no look at the clock.</summary>
    public long Now => Volatile.Read(ref _now);

    /// <summary>How many grains have a mailbox.</summary>
    public int MailboxCount => _classes.Sum(static grainClass => grainClass.Mailboxes.Count);

    /// <summary>Whether activations end as soon as they have nothing to do.</summary>
    public bool Stopping => _stopping;

    /// <summary>Cancelled when the host stops waiting for deactivations.</summary>
    public CancellationToken Abandoned { get; }

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrEmpty(primaryKey);
        return GetReference<TGrainInterface>(primaryKey, grainClassNamePrefix);
    }

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey =>
        GetReference<TGrainInterface>(primaryKey.ToString(), grainClassNamePrefix);

    public TGrainInterface GetReference<TGrainInterface>(string key, string? classNamePrefix)
    {
        var binding = BindingOf(typeof(TGrainInterface), classNamePrefix);
        var reference = binding.Proxy.Create();
        reference.Bind(this, binding.Class, key);
        return (TGrainInterface)(object)reference;
    }

    /// <summary>Puts a call into its grain's mailbox, or fails it.</summary>
    public void Send(GrainWork call, GrainClass grainClass, string key)
    {
        Metrics.Called(grainClass);
        call.Context = ExecutionContext.Capture();
        call.Prepare();
        while (!call.IsSettled)
        {
            if (_stopped)
            {
                call.Fail(new SiloUnavailableException($"The grain host has stopped; {call.Name} of {grainClass.Name}/{key} was not begun."));
            }
            else if (MailboxOf(grainClass, key) is var mailbox && mailbox.TryPost(call))
            {
                return;
            }
            else
            {
                // Retired, and perhaps not yet gone from the directory.
                grainClass.Mailboxes.TryRemove(new(key, mailbox));
            }
        }
    }

    /// <summary>Takes a mailbox that has retired out of the directory.</summary>
    public void Retire(Mailbox mailbox)
    {
        mailbox.Class.Mailboxes.TryRemove(new(mailbox.Key, mailbox));
        if (_stopping && _classes.All(static grainClass => grainClass.Mailboxes.IsEmpty))
        {
            _drained.TrySetResult();
        }
    }

    /// <summary>The timestamp at this time from now.</summary>
    public long After(TimeSpan span)
    {
        var ticks = span.TotalSeconds * Time.TimestampFrequency;
        return ticks >= long.MaxValue - (double)Now ? long.MaxValue : Now + (long)ticks;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends all activations once they have nothing to do, waiting at most the time that the options give.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        foreach (var mailbox in Mailboxes())
        {
            mailbox.Wake();
        }

        try
        {
            if (Mailboxes().Any())
            {
                await _drained.Task.WaitAsync(Options.StopTimeout, Time, cancellationToken);
            }
        }
        catch (Exception stopped) when (stopped is TimeoutException or OperationCanceledException)
        {
            Log.StoppedBeforeDrained(_log, Mailboxes().Count());
        }

        _stopped = true;
        await _abandoned.CancelAsync();
        foreach (var mailbox in Mailboxes())
        {
            mailbox.Abandon();
        }

        await _sweeper.DisposeAsync();
    }

    public void Dispose()
    {
        // Registered under several services, so the container disposes it more than once.
        _stopped = true;
        _sweeper.Dispose();
        if (!Abandoned.IsCancellationRequested)
        {
            _abandoned.Cancel();
        }

        _abandoned.Dispose();
    }

    public void LogActivationFailed(Mailbox mailbox, Exception fault) => Log.ActivationFailed(_log, mailbox, fault);

    public void LogDeactivationFailed(Mailbox mailbox, Exception fault) => Log.DeactivationFailed(_log, mailbox, fault);

    public void LogTimerFailed(Mailbox mailbox, Exception fault) => Log.TimerFailed(_log, mailbox, fault);

    public void LogPumpFailed(Mailbox mailbox, Exception fault) => Log.PumpFailed(_log, mailbox, fault);

    private static FrozenDictionary<Type, Binding[]> Bind(GrainClass[] classes)
    {
        var proxies = classes.SelectMany(static c => GrainClass.InterfacesOf(c.Type)).Select(static i => i.Assembly).Distinct()
            .SelectMany(GrainClass.ProxiesOf).ToDictionary(static proxy => proxy.Interface);
        return classes
            .SelectMany(static grainClass => GrainClass.InterfacesOf(grainClass.Type).Select(served => (Class: grainClass, Served: served)))
            .GroupBy(static entry => entry.Served)
            .ToFrozenDictionary(static entries => entries.Key, entries => entries.Select(entry => new Binding(
                entry.Class, proxies.GetValueOrDefault(entry.Served) ?? throw new InvalidOperationException(
                    $"{entry.Served} has no generated proxy: its project must reference the grain generator as an analyzer."))).ToArray());
    }

    private Binding BindingOf(Type grainInterface, string? classNamePrefix)
    {
        var bindings = _bindings.GetValueOrDefault(grainInterface, []);
        if (classNamePrefix is not null)
        {
            bindings = [.. bindings.Where(b => b.Class.Type.FullName!.StartsWith(classNamePrefix, StringComparison.Ordinal))];
        }

        return bindings.Length switch
        {
            1 => bindings[0],
            0 => throw new ArgumentException($"No registered grain class implements {grainInterface}.", nameof(grainInterface)),
            _ => throw new ArgumentException(
                $"{grainInterface} is implemented by {string.Join(" and ", bindings.Select(static b => b.Class.Type))}.", nameof(grainInterface)),
        };
    }

    private Mailbox MailboxOf(GrainClass grainClass, string key) => grainClass.Mailboxes.TryGetValue(key, out var mailbox)
        ? mailbox
        : grainClass.Mailboxes.GetOrAdd(key, static (key, made) => new Mailbox(made.Host, made.Class, key), (Host: this, Class: grainClass));

    private IEnumerable<Mailbox> Mailboxes() => _classes.SelectMany(static grainClass => grainClass.Mailboxes.Select(static entry => entry.Value));

    private void Sweep()
    {
        Volatile.Write(ref _now, Time.GetTimestamp());
        if (Interlocked.Exchange(ref _sweeping, 1) != 0)
        {
            return;
        }

        try
        {
            foreach (var mailbox in Mailboxes())
            {
                mailbox.Sweep(Now);
            }
        }
        finally
        {
            Volatile.Write(ref _sweeping, 0);
        }
    }

    private sealed record Binding(GrainClass Class, GrainProxyAttribute Proxy);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Activating {Grain} failed")]
        public static partial void ActivationFailed(ILogger log, Mailbox grain, Exception fault);

        [LoggerMessage(2, LogLevel.Error, "Deactivating {Grain} failed")]
        public static partial void DeactivationFailed(ILogger log, Mailbox grain, Exception fault);

        [LoggerMessage(3, LogLevel.Error, "A timer of {Grain} failed")]
        public static partial void TimerFailed(ILogger log, Mailbox grain, Exception fault);

        [LoggerMessage(5, LogLevel.Critical, "The mailbox of {Grain} failed and goes on")]
        public static partial void PumpFailed(ILogger log, Mailbox grain, Exception fault);

        [LoggerMessage(4, LogLevel.Warning, "Stopped with {Count} grains not yet deactivated")]
        public static partial void StoppedBeforeDrained(ILogger log, int count);
    }
}
