using Chat.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Chat.Storage.Tests;

public sealed class ModelTests
{
    // FsCheck's failure names the seed and the shrunk list of operations; put the seed here as WithReplay to see it again.
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(
        int.Parse(Environment.GetEnvironmentVariable("CHAT_MODEL_RUNS") ?? "100", System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public async Task Whatever_is_done_the_store_answers_as_the_model_does()
    {
        await using var file = new SqliteFile();
        var store = SqliteFile.Ports(file.Open());

        Check.One(Config, Prop.ForAll(Operation.Lists(), operations => Run(new SideBySide(store), operations)));
    }

    [Fact]
    public async Task Whatever_is_done_it_is_the_same_after_reopening_the_file()
    {
        await using var file = new SqliteFile();

        Check.One(
            Config.WithMaxTest(10),
            Prop.ForAll(Operation.Lists(), operations =>
            {
                var first = file.Open();
                var both = new SideBySide(SqliteFile.Ports(first));
                Run(both, operations);
                first.Dispose();
                var second = file.Open();
                both.CompareAllAsync(SqliteFile.Ports(second)).GetAwaiter().GetResult();
                second.Dispose();
            }));
    }

    private static void Run(SideBySide both, Operation[] operations) => both.RunAsync(operations).GetAwaiter().GetResult();
}
