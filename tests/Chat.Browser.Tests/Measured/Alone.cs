namespace Chat.BrowserTests.Measured;

/// <summary>Tests that measure run after all others and one at a time, or they would measure one another.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
