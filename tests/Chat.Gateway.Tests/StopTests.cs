using Chat.Gateway.Hosting;
using Chat.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Chat.Gateway.Tests;

public sealed class StopTests
{
    [Fact]
    public async Task Readiness_turns_false_and_drains_run_once_while_requests_still_work()
    {
        var drain = new HeldDrain();
        await using var host = await GatewayHost.StartWithAsync(services => services.AddSingleton<IDrain>(drain));
        (await host.GetAsync("/health/ready")).Status.ShouldBe(200);

        var stopping = host.Services.GetRequiredService<Drain>().RunAsync();
        await drain.Began.Task.Within("the drain");
        (await host.GetAsync("/health/ready")).ShouldBeProblem(503, "server.stopping");
        (await host.GetAsync("/health/live")).Status.ShouldBe(200);
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested.ShouldBeFalse();

        drain.MayEnd.SetResult();
        await stopping.Within("the end of draining");
        await host.DisposeAsync();
        drain.Runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_drain_that_fails_or_hangs_does_not_keep_the_server_from_stopping()
    {
        var hanging = new HeldDrain();
        var host = await GatewayHost.StartWithAsync(services => services
            .AddSingleton<IDrain>(new FailingDrain())
            .AddSingleton<IDrain>(hanging));
        var stopping = host.DisposeAsync().AsTask();
        await hanging.Began.Task.Within("the second drain");
        host.Clock.Advance(TimeSpan.FromSeconds(5));
        await stopping.Within("the end of the server");
        host.Logs.Lines.Count(line => line.Contains("did not end in good order", StringComparison.Ordinal)).ShouldBe(2);
    }

    private sealed class HeldDrain : IDrain
    {
        public TaskCompletionSource Began { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Runs { get; private set; }

        public Task DrainAsync(CancellationToken cancellationToken)
        {
            Runs++;
            Began.TrySetResult();
            return MayEnd.Task;
        }
    }

    private sealed class FailingDrain : IDrain
    {
        public Task DrainAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("broken drain");
    }
}
