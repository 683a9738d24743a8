using Microsoft.Win32.SafeHandles;

namespace Chat.Cli.Output;

/// <summary>
/// The program's output as a stream that says when its reader has gone, as <c>head</c> does: .NET's own stream keeps that to itself, and a
/// program that never hears of it writes for ever.
/// </summary>
internal static class StandardOutput
{
    private const int BadDescriptor = 9;

    // EPIPE; and what Windows says: ERROR_BROKEN_PIPE, ERROR_NO_DATA.
    private static readonly int[] ReaderGone = [32, unchecked((int)0x8007006D), unchecked((int)0x800700E8)];

    /// <summary>The output; one that swallows everything when the program was started without.</summary>
    public static Stream Open()
    {
        if (OperatingSystem.IsWindows())
        {
            return Console.OpenStandardOutput();
        }

        try
        {
            var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            // Into a file, a FileStream would write at a place of its own and not where the programs before this one ended.
            return stream.CanSeek ? Console.OpenStandardOutput() : stream;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Stream.Null;
        }
    }

    /// <summary>Whether a write failed since nobody reads the output, now or from the start.</summary>
    public static bool IsReaderGone(Exception fault) => fault switch
    {
        IOException io => ReaderGone.Contains(io.HResult),
        // Started without an output, its place was taken by something of .NET's own that is only read.
        UnauthorizedAccessException { InnerException: IOException { HResult: BadDescriptor } } => true,
        _ => false,
    };
}
