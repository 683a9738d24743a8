using System.Runtime.CompilerServices;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Chat.Grains.Local.Tests;

/// <summary>Calls that await in all the ways there are, and watch that they stay on their scheduler and alone.</summary>
public interface ITurnsGrain : IGrainWithStringKey
{
    Task Wander();

    Task<int> Overlaps();

    Task StartNewStays();

    Task Meet(string mine, string other);
}

public abstract class TurnsGrain(Probe probe) : Grain, ITurnsGrain
{
    private int _inside;
    private int _overlaps;

    public async Task Wander()
    {
        var own = TaskScheduler.Current;
        Enter();
        await Task.Yield();
        Again(own);
        await Task.Run(() => TaskScheduler.Current.ShouldBe(TaskScheduler.Default));
        Again(own);
        await Task.WhenAll(Task.Run(static () => { }), Nested());
        Again(own);
        await new ValueTask(Task.Run(static () => { }));
        Again(own);
        await foreach (var _ in Items())
        {
            Again(own);
        }

        Again(own);
        Leave();
    }

    public Task<int> Overlaps() => Task.FromResult(_overlaps);

    public async Task StartNewStays()
    {
        var own = TaskScheduler.Current;
        own.ShouldNotBe(TaskScheduler.Default);
        await Task.Factory.StartNew(
            () => TaskScheduler.Current.ShouldBe(own), CancellationToken.None, TaskCreationOptions.None, TaskScheduler.Current);
    }

    public async Task Meet(string mine, string other)
    {
        probe.Gate(mine).TrySetResult();
        await probe.Gate(other).Task;
    }

    private async Task Nested()
    {
        await Task.Yield();
        Leave();
        Enter();
    }

    private async IAsyncEnumerable<int> Items([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var i = 0; i < 3; i++)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return i;
        }
    }

    private void Again(TaskScheduler own)
    {
        TaskScheduler.Current.ShouldBe(own);
        Leave();
        Enter();
    }

    // Between Enter and Leave there is no await, so anything seen inside runs at the same time on another thread.
    private void Enter()
    {
        if (Interlocked.Increment(ref _inside) != 1)
        {
            _overlaps++;
        }

        Thread.SpinWait(50);
        Interlocked.Decrement(ref _inside);
    }

    private void Leave() => Enter();
}

public interface IPlainTurnsGrain : ITurnsGrain;

public sealed class PlainTurnsGrain(Probe probe) : TurnsGrain(probe), IPlainTurnsGrain;

public interface IReentrantTurnsGrain : ITurnsGrain;

[Reentrant]
public sealed class ReentrantTurnsGrain(Probe probe) : TurnsGrain(probe), IReentrantTurnsGrain;

public interface ILifeGrain : IGrainWithStringKey
{
    Task<string> Hello();

    Task End();

    Task Delay(TimeSpan span);

    Task<bool> ScopeIsOwn();

    Task ThrowWhenEnding();

    Task EndAndStay(string gate);
}

public interface ISlowStartGrain : IGrainWithStringKey
{
    Task<int> Hello();
}

/// <summary>Fails to activate as often as its test wants (key: that number), and then not any more.</summary>
public sealed class SlowStartGrain(Probe probe) : Grain, ISlowStartGrain
{
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        probe.Say("activating");
        await probe.Gate("activate").Task.WaitAsync(cancellationToken);
        if (probe.Log.Count <= int.Parse(this.GetPrimaryKeyString()))
        {
            throw new GrainFaultException("no activation");
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Say("deactivated");
        return Task.CompletedTask;
    }

    public Task<int> Hello() => Task.FromResult(probe.Log.Count);
}

public interface IBrokenGrain : IGrainWithStringKey
{
    Task Hello();
}

public sealed class BrokenGrain : Grain, IBrokenGrain
{
    public BrokenGrain() => throw new GrainFaultException("no construction");

    public Task Hello() => Task.CompletedTask;
}

public sealed class LifeGrain(Probe probe, ScopedThing scoped, IServiceProvider services) : Grain, ILifeGrain
{
    private readonly string _keyInConstructor = Key();
    private bool _throws;

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Say($"ending {reason.ReasonCode}");
        if (_throws)
        {
            throw new GrainFaultException("no end");
        }

        await probe.Gate("end").Task.WaitAsync(cancellationToken);
        probe.Say("ended");
    }

    public Task<string> Hello() => Task.FromResult($"{_keyInConstructor} {this.GetPrimaryKeyString()} {IdentityString}");

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task EndAndStay(string gate)
    {
        DeactivateOnIdle();
        probe.Say("staying");
        await probe.Gate(gate).Task;
    }

    public Task Delay(TimeSpan span)
    {
        DelayDeactivation(span);
        return Task.CompletedTask;
    }

    public Task<bool> ScopeIsOwn() => Task.FromResult(
        ReferenceEquals(ServiceProvider.GetService(typeof(ScopedThing)), scoped)
        && ReferenceEquals(services.GetService(typeof(ScopedThing)), scoped));

    public Task ThrowWhenEnding()
    {
        _throws = true;
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private static string Key() => Activation.UnderConstruction!.Mailbox.Key;
}

public interface ITimerGrain : IGrainWithStringKey
{
    Task Start(TimeSpan due, TimeSpan period, bool interleave, bool keepAlive);

    Task Change(TimeSpan due, TimeSpan period);

    Task Stop();

    Task Hold(string gate);

    [AlwaysInterleave]
    Task<int> Ticks();

    Task HoldTicks();

    Task FailTicks();

    Task End();
}

public sealed class TimerGrain(Probe probe) : Grain, ITimerGrain
{
    private IGrainTimer? _timer;
    private int _ticks;
    private bool _hold;
    private bool _fail;

    public Task Start(TimeSpan due, TimeSpan period, bool interleave, bool keepAlive)
    {
        _timer = RegisterGrainTimer(Tick, new GrainTimerCreationOptions(due, period) { Interleave = interleave, KeepAlive = keepAlive });
        return Task.CompletedTask;
    }

    public Task Change(TimeSpan due, TimeSpan period)
    {
        _timer!.Change(due, period);
        return Task.CompletedTask;
    }

    public Task Stop()
    {
        _timer!.Dispose();
        return Task.CompletedTask;
    }

    public async Task Hold(string gate) => await probe.Gate(gate).Task;

    public Task<int> Ticks() => Task.FromResult(_ticks);

    public Task HoldTicks()
    {
        _hold = true;
        return Task.CompletedTask;
    }

    public Task FailTicks()
    {
        _fail = true;
        return Task.CompletedTask;
    }

    public Task End()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private async Task Tick(CancellationToken cancellationToken)
    {
        _ticks++;
        probe.Gate($"tick {_ticks}").TrySetResult();
        if (_hold)
        {
            await probe.Gate("ticks").Task;
        }

        if (_fail)
        {
            throw new GrainFaultException("no tick");
        }

        probe.Say(cancellationToken.IsCancellationRequested ? "cancelled tick" : "tick");
    }
}

public interface ICallerGrain : IGrainWithStringKey
{
    Task<int> CallOther(string other);

    Task<int> CallBack(string caller);

    Task<int> Answer();

    [ResponseTimeout("00:00:05")]
    Task Hang(string gate);

    Task Never(CancellationToken cancellationToken);

    Task<string> Wait(string gate, CancellationToken cancellationToken);

    [OneWay]
    Task Tell(string what);

    [ReadOnly]
    Task Read(string mine, string other);

    Task<string?> Flow();

    Task SchedulersStay(string other);

    Task ThrowCancelled();

    Task<Dictionary<string, List<int?>>?> Odd(string? text, (int A, string? B)[] pairs, params int[] rest);
}

public sealed class CallerGrain(Probe probe) : Grain, ICallerGrain
{
    public static AsyncLocal<string?> Ambient { get; } = new();

    public Task<int> CallOther(string other) => GrainFactory.GetGrain<ICallerGrain>(other).CallBack(this.GetPrimaryKeyString());

    public Task<int> CallBack(string caller)
    {
        var answer = GrainFactory.GetGrain<ICallerGrain>(caller).Answer();
        probe.Gate("called back").TrySetResult();
        return answer;
    }

    public Task<int> Answer() => Task.FromResult(42);

    public async Task Hang(string gate)
    {
        probe.Say("hanging");
        await probe.Gate(gate).Task;
    }

    public async Task Never(CancellationToken cancellationToken)
    {
        probe.Say("never");
        probe.Gate("started").TrySetResult();
        var own = TaskScheduler.Current;
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() =>
        {
            TaskScheduler.Current.ShouldBe(own);
            cancelled.SetResult();
        });
        await cancelled.Task;
        probe.Gate("cancelled").TrySetResult();
        cancellationToken.ThrowIfCancellationRequested();
    }

    public async Task<string> Wait(string gate, CancellationToken cancellationToken)
    {
        await probe.Gate(gate).Task.WaitAsync(cancellationToken);
        return gate;
    }

    public async Task Tell(string what)
    {
        await Task.Yield();
        probe.Gate(what).TrySetResult();
        throw new GrainFaultException("nobody hears");
    }

    public async Task Read(string mine, string other)
    {
        probe.Gate(mine).TrySetResult();
        await probe.Gate(other).Task;
    }

    public async Task<string?> Flow()
    {
        var before = Ambient.Value;
        Ambient.Value = "changed by the grain";
        await Task.Yield();
        return before;
    }

    public async Task SchedulersStay(string other)
    {
        var own = TaskScheduler.Current;
        await GrainFactory.GetGrain<ICallerGrain>(other).Answer();
        TaskScheduler.Current.ShouldBe(own);
    }

    public Task ThrowCancelled() => Task.FromCanceled(new CancellationToken(canceled: true));

    public Task<Dictionary<string, List<int?>>?> Odd(string? text, (int A, string? B)[] pairs, params int[] rest) =>
        Task.FromResult<Dictionary<string, List<int?>>?>(text is null ? null : new() { [text] = [pairs.Length, rest.Length, null] });
}

public interface INumberGrain : IGrainWithIntegerKey
{
    Task<long> Number();

    Task<INumberGrain> Next();
}

public sealed class NumberGrain : Grain, INumberGrain
{
    public Task<long> Number() => Task.FromResult(this.GetPrimaryKeyLong());

    public Task<INumberGrain> Next() => Task.FromResult(GrainFactory.GetGrain<INumberGrain>(this.GetPrimaryKeyLong() + 1));
}

/// <summary>For races: adds up over all its activations, and knows how many of them live.</summary>
public interface ITallyGrain : IGrainWithStringKey
{
    Task Count(int hops, int width);

    Task CountAndEnd();
}

public sealed class Tally
{
    private readonly ConcurrentDictionary<string, int> _live = new(StringComparer.Ordinal);
    private int _calls;
    private int _activations;
    private int _doubles;

    public int Calls => _calls;

    public int Activations => _activations;

    public int Doubles => _doubles;

    public int Live => _live.Values.Sum();

    public void Called() => Interlocked.Increment(ref _calls);

    public void Activated(string key)
    {
        Interlocked.Increment(ref _activations);
        if (_live.AddOrUpdate(key, 1, static (_, live) => live + 1) != 1)
        {
            Interlocked.Increment(ref _doubles);
        }
    }

    public void Ended(string key) => _live.AddOrUpdate(key, -1, static (_, live) => live - 1);
}

public sealed class TallyGrain(Tally tally) : Grain, ITallyGrain
{
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        tally.Activated(this.GetPrimaryKeyString());
        await Task.Yield();
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await Task.Yield();
        tally.Ended(this.GetPrimaryKeyString());
    }

    public async Task Count(int hops, int width)
    {
        tally.Called();
        if (hops > 0)
        {
            // Ever forward through the keys, so that no call comes back to one that waits for it.
            var own = int.Parse(this.GetPrimaryKeyString());
            await GrainFactory.GetGrain<ITallyGrain>((own + width).ToString()).Count(hops - 1, width);
        }
    }

    public async Task CountAndEnd()
    {
        tally.Called();
        DeactivateOnIdle();
        await Task.Yield();
    }
}
