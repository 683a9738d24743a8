namespace Chat.LoadTests.Servers;

/// <summary>Where this build's other programs lie: beside this one in the repository, in the same configuration.</summary>
internal static class BuiltServers
{
    private const string Solution = "Chat.sln";

    public static string Gateway => Find("src/Gateway", "Chat.Gateway");

    public static string Bare => Find("benchmarks/Chat.BareSignalR", "Chat.BareSignalR");

    public static string Probe => Find("load-tests/Chat.LoadTests.Probe", "Chat.LoadTests.Probe");

    private static string Find(string folder, string name)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, Solution)))
        {
            root = root.Parent;
        }

        // …/bin/<configuration>/<framework>/
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(root?.FullName ?? "", folder, "bin", framework.Parent!.Name, framework.Name, name + ".dll");
        return root is not null && File.Exists(path)
            ? path
            : throw new LoadTestException($"{name} is not built in this configuration (no {path}).");
    }
}

/// <summary>The run cannot go on, or found what must not be; the message says it all.</summary>
internal sealed class LoadTestException(string message, Exception? inner = null) : Exception(message, inner);
