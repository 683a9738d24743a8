using Microsoft.Extensions.Options;

namespace Chat.Storage.Sqlite;

/// <summary>Section <c>Chat:Sqlite</c>: the embedded store.</summary>
public sealed class SqliteStorageOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Chat:Sqlite";

    /// <summary>
    /// The database file; it and its folder are made when missing. On a local disk: SQLite's locks do not hold on network file systems,
    /// and the file breaks there.
    /// </summary>
    public string Path { get; set; } = "data/chat.db";

    /// <summary>
    /// Writes that wait for the disk before further ones are refused. Too small: bursts are refused; too large: they wait long.
    /// </summary>
    public int MostWaitingWrites { get; set; } = 16 * 1024;

    /// <summary>
    /// Reads that run at once, each on a handle and a cache of its own; 0: twice the processors, at least 4. Too large wastes memory.
    /// </summary>
    public int Readers { get; set; }

    /// <summary>How long a write waits for another process that writes to the same file before it is refused.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Page cache of the writer, in MiB. Too small: every transaction reads its index pages from the file again.</summary>
    public int WriterCacheMebibytes { get; set; } = 32;

    /// <summary>Page cache of each reader, in MiB. The operating system caches the file as well.</summary>
    public int ReaderCacheMebibytes { get; set; } = 4;

    /// <summary>
    /// The write-ahead log is moved into the file when it has grown by so many pages of 4 KiB. Too small: more flushes; too large: a longer
    /// pause each time, and a longer start after a crash.
    /// </summary>
    public int CheckpointPages { get; set; } = 4000;

    internal int ReaderCount => Readers > 0 ? Readers : Math.Max(4, 2 * Environment.ProcessorCount);
}

/// <summary>Checks the options at start.</summary>
internal sealed class SqliteStorageOptionsValidator : IValidateOptions<SqliteStorageOptions>
{
    public ValidateOptionsResult Validate(string? name, SqliteStorageOptions options)
    {
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Path) || options.Path.Contains('\0', StringComparison.Ordinal))
        {
            problems.Add($"{SqliteStorageOptions.Section}:Path is missing.");
        }
        else if (options.Path.StartsWith(':') || options.Path.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            problems.Add($"{SqliteStorageOptions.Section}:Path is {options.Path}; it must be the path of a file, for readers share it with the writer.");
        }

        Range(nameof(options.MostWaitingWrites), options.MostWaitingWrites, 1, 1_000_000);
        Range(nameof(options.Readers), options.Readers, 0, 256);
        Range(nameof(options.BusyTimeout) + " (ms)", (long)options.BusyTimeout.TotalMilliseconds, 0, 60_000);
        Range(nameof(options.WriterCacheMebibytes), options.WriterCacheMebibytes, 1, 4096);
        Range(nameof(options.ReaderCacheMebibytes), options.ReaderCacheMebibytes, 1, 1024);
        Range(nameof(options.CheckpointPages), options.CheckpointPages, 100, 1_000_000);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Range(string key, long value, long least, long most)
        {
            if (value < least || value > most)
            {
                problems.Add($"{SqliteStorageOptions.Section}:{key} is {value}; it must be from {least} to {most}.");
            }
        }
    }
}
