using Chat.LoadTests.Probe;

/// <summary>
/// What the runtime calls before the server's Main (github.com/dotnet/runtime, docs/design/features/host-startup-hook.md, which fixes the
/// names). Does nothing unless the load test said where to answer.
/// </summary>
#pragma warning disable CA1050, MA0047 // The runtime looks for it outside any namespace.
internal static class StartupHook
#pragma warning restore CA1050, MA0047
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(ProbeServer.PathVariable) is { Length: > 0 } path)
        {
            new ProbeServer(path).Start();
        }
    }
}
