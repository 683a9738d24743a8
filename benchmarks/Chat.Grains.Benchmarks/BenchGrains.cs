using Orleans;

namespace Chat.Grains.Benchmarks;

public interface IBenchGrain : IGrainWithStringKey
{
    /// <summary>Answers without an await: the host's own cost.</summary>
    Task<int> Echo(int value);

    /// <summary>Gives its turn back once.</summary>
    Task<int> EchoLater(int value);

    /// <summary>Calls another grain so many times, one after the other.</summary>
    Task<int> CallOther(string other, int times);
}

internal sealed class BenchGrain : Grain, IBenchGrain
{
    public Task<int> Echo(int value) => Task.FromResult(value);

    public async Task<int> EchoLater(int value)
    {
        await Task.Yield();
        return value;
    }

    public async Task<int> CallOther(string other, int times)
    {
        var grain = GrainFactory.GetGrain<IBenchGrain>(other);
        var sum = 0;
        for (var call = 0; call < times; call++)
        {
            sum += await grain.Echo(1);
        }

        return sum;
    }
}
