using Chat.Abstractions;
using Chat.Storage.MySql.Driver;
using Microsoft.Extensions.Options;

namespace Chat.Storage.MySql;

/// <summary>Section <c>Chat:MySql</c>: the store for many processes. All processes that share the servers need the same map.</summary>
public sealed class MySqlStorageOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Chat:MySql";

    /// <summary>Where users, their sessions and their lists of rooms are kept. Node leases and protection keys are where shard 0 is.</summary>
    public IList<ShardRange> Users { get; set; } = [];

    /// <summary>Where rooms, their members and their counters are kept. On the same server as the messages of the same shards.</summary>
    public IList<ShardRange> Rooms { get; set; } = [];

    /// <summary>Where messages, events and the outbox are kept. Its user may also write the databases of <see cref="Rooms"/>.</summary>
    public IList<ShardRange> Messages { get; set; } = [];

    /// <summary>
    /// Threads, each with a connection of its own, that write to one server; also the lanes that a range of rooms commits on. The same for all
    /// processes. Too few: commits wait for one another's flush; too many: they wait for one another's locks.
    /// </summary>
    public int WriteThreads { get; set; } = 4;

    /// <summary>Threads, each with a connection of its own, that read from one server. Too few: reads wait; too many: the server's memory.</summary>
    public int ReadThreads { get; set; } = 8;

    /// <summary>Writes, and as many reads, that wait for one server before more are refused. Too small refuses bursts; too large lets them wait.</summary>
    public int MostWaiting { get; set; } = 4096;

    /// <summary>How long a connection may take to open. Whole seconds. A server that does not answer holds up its first callers so long.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a statement may take before its server counts as down. Whole seconds. Too short takes a busy server for a dead one; a server
    /// that hangs holds up the calls on their way to it so long. Waits for locks end after half of it.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a server that is down is asked whether it is back. Shorter: back sooner, more connections tried.</summary>
    public TimeSpan ProbeEvery { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the start waits for servers that do not answer yet before the program gives up.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often room lists are completed that a crash left behind their room. Longer: a new room shows later after a crash.</summary>
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often partitions are looked after. At most a week, so that months are always made ahead of their time.</summary>
    public TimeSpan KeepEvery { get; set; } = TimeSpan.FromHours(6);

    /// <summary>Months of messages that are kept beside the present one; 0 keeps all. What is older is deleted for good, partition by partition.</summary>
    public int RetentionMonths { get; set; }
}

/// <summary>Logical shards and where they are kept.</summary>
public sealed class ShardRange
{
    /// <summary>First logical shard, 0 to 255.</summary>
    public int From { get; set; }

    /// <summary>Last logical shard, this one included.</summary>
    public int To { get; set; } = LogicalShards.Count - 1;

    /// <summary>
    /// The server and the database, in MySQL's own form: <c>Server=…;Port=…;Database=…;User ID=…;Password=…;SslMode=…</c>. The database is made
    /// when it is missing and the user may.
    /// </summary>
    public string ConnectionString { get; set; } = "";
}

/// <summary>Checks the options at start.</summary>
internal sealed class MySqlStorageOptionsValidator : IValidateOptions<MySqlStorageOptions>
{
    public ValidateOptionsResult Validate(string? name, MySqlStorageOptions options)
    {
        var problems = new List<string>();
        Ranges(nameof(options.Users), options.Users, problems);
        Ranges(nameof(options.Rooms), options.Rooms, problems);
        Ranges(nameof(options.Messages), options.Messages, problems);
        if (problems.Count == 0)
        {
            SameServers(options, problems);
        }

        Range(nameof(options.WriteThreads), options.WriteThreads, 1, 64);
        Range(nameof(options.ReadThreads), options.ReadThreads, 1, 256);
        Range(nameof(options.MostWaiting), options.MostWaiting, 1, 1_000_000);
        Range(nameof(options.RetentionMonths), options.RetentionMonths, 0, 1200);
        Seconds(nameof(options.ConnectTimeout), options.ConnectTimeout, 60);
        Seconds(nameof(options.CommandTimeout), options.CommandTimeout, 300);
        Time(nameof(options.ProbeEvery), options.ProbeEvery, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1));
        Time(nameof(options.StartTimeout), options.StartTimeout, TimeSpan.Zero, TimeSpan.FromHours(1));
        Time(nameof(options.SweepEvery), options.SweepEvery, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        Time(nameof(options.KeepEvery), options.KeepEvery, TimeSpan.FromMinutes(1), TimeSpan.FromDays(7));
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Range(string key, long value, long least, long most)
        {
            if (value < least || value > most)
            {
                problems.Add($"{MySqlStorageOptions.Section}:{key} is {value}; it must be from {least} to {most}.");
            }
        }

        void Time(string key, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
            {
                problems.Add($"{MySqlStorageOptions.Section}:{key} is {value}; it must be from {least} to {most}.");
            }
        }

        void Seconds(string key, TimeSpan value, int most)
        {
            if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromSeconds(most) || value.Ticks % TimeSpan.TicksPerSecond != 0)
            {
                problems.Add($"{MySqlStorageOptions.Section}:{key} is {value}; it must be whole seconds from 1 to {most}.");
            }
        }
    }

    private static void Ranges(string key, IList<ShardRange> ranges, List<string> problems)
    {
        var section = $"{MySqlStorageOptions.Section}:{key}";
        if (ranges.Count == 0)
        {
            problems.Add(
                $"{section} is missing. It lists ranges of logical shards (From, To, ConnectionString) that cover 0 to " +
                $"{LogicalShards.Count - 1}.");
            return;
        }

        var before = problems.Count;
        for (var i = 0; i < ranges.Count; i++)
        {
            var range = ranges[i];
            if (range.From < 0 || range.To >= LogicalShards.Count || range.From > range.To)
            {
                problems.Add(
                    $"{section}:{i} is from {range.From} to {range.To}; both must be from 0 to {LogicalShards.Count - 1}, in this " +
                    $"order.");
            }

            if (MySqlDriver.BreachOf(range.ConnectionString) is { } breach)
            {
                problems.Add($"{section}:{i}:ConnectionString {breach}");
            }
        }

        if (problems.Count == before)
        {
            Cover(section, [.. ranges.OrderBy(range => range.From)], problems);
        }
    }

    private static void Cover(string section, List<ShardRange> ranges, List<string> problems)
    {
        var next = 0;
        foreach (var range in ranges)
        {
            if (range.From > next)
            {
                problems.Add($"{section} has no place for the logical shards {next} to {range.From - 1}.");
            }
            else if (range.From < next)
            {
                problems.Add($"{section} has more than one place for the logical shards {range.From} to {Math.Min(next - 1, range.To)}.");
            }

            next = Math.Max(next, range.To + 1);
        }

        if (next < LogicalShards.Count)
        {
            problems.Add($"{section} has no place for the logical shards {next} to {LogicalShards.Count - 1}.");
        }
    }

    /// <summary>A message is committed in one transaction with its room's row: both have to be on one server.</summary>
    private static void SameServers(MySqlStorageOptions options, List<string> problems)
    {
        foreach (var rooms in options.Rooms)
        {
            foreach (var messages in options.Messages.Where(m => m.From <= rooms.To && rooms.From <= m.To))
            {
                var (one, other) = (MySqlDriver.AddressOf(rooms.ConnectionString), MySqlDriver.AddressOf(messages.ConnectionString));
                if (!one.Equals(other, StringComparison.OrdinalIgnoreCase))
                {
                    problems.Add(
                        $"{MySqlStorageOptions.Section}: the logical shards {Math.Max(rooms.From, messages.From)} to " +
                        $"{Math.Min(rooms.To, messages.To)} have " +
                        $"their rooms on {one} and their messages on {other}; both must be on one server, which commits them together.");
                }
            }
        }
    }
}
