namespace Chat.Redis;

/// <summary>The Lua scripts, from the assembly.</summary>
internal static class Scripts
{
    public static string Presence { get; } = Read("presence.lua");

    public static string Sessions { get; } = Read("sessions.lua");

    public static string Take { get; } = Read("take.lua");

    private static string Read(string name)
    {
        using var stream = typeof(Scripts).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
