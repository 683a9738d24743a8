namespace Chat.LoadTests.Reports;

/// <summary>What the disk can do with nothing else to do: the yardstick of durable sends.</summary>
internal static class Flushes
{
    private const int Blocks = 256;

    /// <summary>Writes 16 KiB and waits until they are on disk, again and again, over blocks that are there already, as in a log that is used again.</summary>
    public static double PerSecond(string folder, double seconds)
    {
        var path = Path.Combine(folder, "flushes");
        var block = new byte[16 * 1024];
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, options: FileOptions.DeleteOnClose, preallocationSize: (long)Blocks * block.Length);
        for (var i = 0; i < Blocks; i++)
        {
            RandomAccess.Write(file, block, (long)i * block.Length);
        }

        RandomAccess.FlushToDisk(file);
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        var flushes = 0;
        for (; time.GetElapsedTime(started).TotalSeconds < seconds; flushes++)
        {
            RandomAccess.Write(file, block, (long)(flushes % Blocks) * block.Length);
            RandomAccess.FlushToDisk(file);
        }

        return flushes / time.GetElapsedTime(started).TotalSeconds;
    }
}
