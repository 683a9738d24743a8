namespace Chat.Workers;

/// <summary>Section <c>Chat:Ids</c>: the lease on the node number that is part of every id.</summary>
public sealed class IdOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Chat:Ids";

    /// <summary>
    /// How long a node number stays ours without news from us. Also how long it lies idle after this process ended. Shorter than an outage of
    /// the store means that no id can be made until the store is back.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often the lease is prolonged.</summary>
    public TimeSpan Renew { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long to wait after the store did not answer.</summary>
    public TimeSpan Retry { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What is wrong with these values, one sentence each; none when they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        if (Lease < TimeSpan.FromSeconds(10) || Lease > TimeSpan.FromHours(1))
        {
            yield return $"{Section}:{nameof(Lease)} is {Lease}; it must be from 10 seconds to an hour.";
        }

        if (Renew < TimeSpan.FromSeconds(1) || Renew > Lease / 2)
        {
            yield return $"{Section}:{nameof(Renew)} is {Renew}; it must be from a second to half the lease.";
        }

        if (Retry < TimeSpan.FromMilliseconds(50) || Retry > Renew)
        {
            yield return $"{Section}:{nameof(Retry)} is {Retry}; it must be from 50 ms to {nameof(Renew)}.";
        }
    }
}
