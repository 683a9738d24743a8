namespace Chat.Cli.Sessions;

/// <summary>A file that only its owner reads, and that is always either the old one or the new one, whenever the machine stops.</summary>
internal static class OwnerFile
{
    /// <summary>Replaces the file. One writer at a time in each process.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var fresh = $"{path}.{Environment.ProcessId}.new";
        File.Delete(fresh);
        using (var file = Open(fresh, FileMode.CreateNew))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
    }

    /// <summary>Opens a file for this process alone; one that it makes is its owner's.</summary>
    /// <exception cref="IOException">Another process has it.</exception>
    public static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
