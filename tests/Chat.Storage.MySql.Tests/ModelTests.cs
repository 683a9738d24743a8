using Chat.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Chat.Storage.MySql.Tests;

[Collection(SharedServers.Name)]
public sealed class ModelTests(Servers servers)
{
    // FsCheck's failure names the seed and the shrunk list of operations; put the seed here as WithReplay to see it again.
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(
        int.Parse(Environment.GetEnvironmentVariable("CHAT_MODEL_RUNS") ?? "12", System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public async Task Whatever_is_done_the_store_answers_as_the_model_does()
    {
        await using var store = OpenedStore.Open(servers.NewOptions());

        Check.One(Config, Prop.ForAll(Operation.Lists(), operations => new SideBySide(store.Ports).RunAsync(operations).GetAwaiter().GetResult()));
    }
}
