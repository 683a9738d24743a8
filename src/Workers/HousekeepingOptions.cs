namespace Chat.Workers;

/// <summary>Section <c>Chat:Housekeeping</c>: what is thrown away, and when.</summary>
public sealed class HousekeepingOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Chat:Housekeeping";

    /// <summary>Time between two rounds.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Rows deleted in one transaction; while it runs, sends wait.</summary>
    public int BatchRows { get; set; } = 500;

    /// <summary>Outbox rows kept at most. Nothing reads the outbox yet; without a bound it would fill the disk.</summary>
    public int OutboxRows { get; set; } = 100_000;

    /// <summary>Outbox rows are kept at most so long.</summary>
    public TimeSpan OutboxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a session that expired is remembered.</summary>
    public TimeSpan SessionGrace { get; set; } = TimeSpan.FromDays(1);

    /// <summary>What is wrong with these values, one sentence each; none when they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        if (Every < TimeSpan.FromSeconds(1) || Every > TimeSpan.FromDays(1))
        {
            yield return $"{Section}:{nameof(Every)} is {Every}; it must be from a second to a day.";
        }

        if (BatchRows is < 1 or > 100_000)
        {
            yield return $"{Section}:{nameof(BatchRows)} is {BatchRows}; it must be from 1 to 100000.";
        }

        if (OutboxRows < 0)
        {
            yield return $"{Section}:{nameof(OutboxRows)} is {OutboxRows}; it must not be negative.";
        }

        if (OutboxAge < TimeSpan.Zero || SessionGrace < TimeSpan.Zero)
        {
            yield return $"{Section}:{nameof(OutboxAge)} and {nameof(SessionGrace)} must not be negative.";
        }
    }
}
