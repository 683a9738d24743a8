using Chat.Storage.Benchmarks;

// dotnet run -c Release --project benchmarks/Chat.Storage.Benchmarks -- [commits] [reads] [ado] [mysql-commits] [mysql] [--folder DIR] [--seconds N] [--messages N]
// Without names, all of them but those of mysql, which start a MariaDB server. The folder decides which disk is measured; for mysql TMPDIR does.
var names = args.TakeWhile(a => !a.StartsWith("--", StringComparison.Ordinal)).ToHashSet();
var folder = Path.Combine(Value("--folder", Path.GetTempPath()), $"chat-storage-bench-{Environment.ProcessId}");
var seconds = int.Parse(Value("--seconds", "5"), System.Globalization.CultureInfo.InvariantCulture);
var messages = int.Parse(Value("--messages", "1000000"), System.Globalization.CultureInfo.InvariantCulture);
Directory.CreateDirectory(folder);
try
{
    if (Wanted("commits"))
    {
        await CommitBenchmark.RunAsync(folder, TimeSpan.FromSeconds(seconds));
    }

    if (names.Contains("mysql-commits"))
    {
        await CommitBenchmark.RunOnMySqlAsync(TimeSpan.FromSeconds(seconds));
    }

    if (Wanted("reads"))
    {
        await ReadBenchmark.RunAsync(folder, [10_000, messages]);
    }

    if (Wanted("ado"))
    {
        AdoBenchmark.Run(folder);
    }

    if (names.Contains("mysql"))
    {
        await MySqlHistoryBenchmark.RunAsync([10_000, messages]);
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

bool Wanted(string name) => names.Count == 0 || names.Contains(name);

string Value(string name, string otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}
