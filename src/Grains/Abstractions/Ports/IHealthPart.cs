namespace Chat.Abstractions;

/// <summary>A part of the process that can be away while the process still serves, more poorly. Thread safe; asking costs nothing.</summary>
public interface IHealthPart
{
    /// <summary>
    /// What is away and since when, as one sentence without addresses, for whoever watches the servers; null when all is well.
    /// </summary>
    string? Degraded { get; }
}
