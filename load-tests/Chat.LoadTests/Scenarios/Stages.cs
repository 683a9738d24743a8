using Chat.LoadTests.Reports;

namespace Chat.LoadTests.Scenarios;

/// <summary>Stages that are compared.</summary>
internal sealed class Stages : IAsyncDisposable
{
    private readonly List<Stage> _stages = [];

    public void Add(Stage stage) => _stages.Add(stage);

    /// <summary>Storms each in turn, round by round, first awaiting each answer and then with several sends under way.</summary>
    public async Task TakeTurnsAsync(Run run, string scenario, string crowd, Rounds rounds)
    {
        // Each gateway compiles what is called often while it runs, for many seconds when the processors are busy. Without rounds that do not
        // count, those with several gateways would pay for it several times over.
        foreach (var depth in Sends.Depths)
        {
            foreach (var stage in _stages)
            {
                await stage.WarmAsync(run.Options, depth, run.Options.SecondsOr(5) * stage.Deployment.Addresses.Count);
            }
        }

        foreach (var depth in Sends.Depths)
        {
            for (var round = 1; round <= run.Options.RoundsOr(3); round++)
            {
                var measured = new List<(string Case, Result Result)>();
                foreach (var stage in _stages)
                {
                    var name = $"{stage.Deployment.Name}, {crowd}, {depth} under way each";
                    measured.Add((name, await stage.MeasureAsync(run, scenario, $"{name}, round {round}", depth)));
                }

                rounds.Add(measured);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stage in _stages)
        {
            await stage.DisposeAsync();
        }
    }
}
