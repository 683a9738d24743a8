using Orleans;
using Orleans.Concurrency;

namespace Chat.Grains.Local.Tests;

/// <summary>What the test grains tell their test, in one place per test host.</summary>
public sealed class Probe
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new(StringComparer.Ordinal);

    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Opened by the test, awaited by grains.</summary>
    public TaskCompletionSource Gate(string name) =>
        _gates.GetOrAdd(name, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    public void Say(string what) => Log.Enqueue(what);
}

/// <summary>Thrown by grains.</summary>
public sealed class GrainFaultException(string message) : Exception(message);

public interface ICounterGrain : IGrainWithStringKey
{
    Task<int> Add(int amount);

    Task<int> AddSlowly(int amount, string gate);

    [AlwaysInterleave]
    Task<int> Peek();

    ValueTask<int> AddFast(int amount);

    ValueTask Reset();

    Task<Guid> Instance();
}

/// <summary>A second interface of the same grain.</summary>
public interface ICounterAdminGrain : IGrainWithStringKey
{
    Task<Guid> Instance();

    Task End();

    Task Fail(string message);

    Task FailAtOnce(string message);

    Task<int> Twice();
}

public sealed class CounterGrain(Probe probe) : Grain, ICounterGrain, ICounterAdminGrain
{
    private readonly Guid _instance = Guid.NewGuid();
    private int _value;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        probe.Say($"activate {this.GetPrimaryKeyString()}");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Say($"deactivate {this.GetPrimaryKeyString()} {reason.ReasonCode}");
        return Task.CompletedTask;
    }

    public async Task<int> Add(int amount)
    {
        // Read, give the turn back, write: wrong at once if another call could run between.
        var value = _value;
        await Task.Yield();
        return _value = value + amount;
    }

    public async Task<int> AddSlowly(int amount, string gate)
    {
        probe.Say($"begin {amount}");
        await probe.Gate(gate).Task;
        probe.Say($"end {amount}");
        return _value += amount;
    }

    public Task<int> Peek() => Task.FromResult(_value);

    public ValueTask<int> AddFast(int amount) => new(_value += amount);

    public async ValueTask Reset()
    {
        await Task.Yield();
        _value = 0;
    }

    public Task<Guid> Instance() => Task.FromResult(_instance);

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task Fail(string message)
    {
        await Task.Yield();
        throw new GrainFaultException(message);
    }

    public Task FailAtOnce(string message) => throw new GrainFaultException(message);

    public async Task<int> Twice()
    {
        var before = _value;
        await Task.Yield();
        return (_value = before * 2);
    }
}
