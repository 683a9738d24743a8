namespace Chat.SystemTests;

/// <summary>Tests that measure, or go by real time, run after all others and one at a time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
