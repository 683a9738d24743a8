using System.Text;

namespace Chat.Cli.Input;

/// <summary>The standard input as UTF-8 text. What is not UTF-8 is refused rather than changed.</summary>
internal static class StandardInput
{
    /// <summary>No message of any server is as long; what is longer is not read into memory.</summary>
    public const int LongestText = 1024 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>All of it, without the line break at its end.</summary>
    /// <exception cref="CliException">It is too long, or not UTF-8.</exception>
    public static async Task<string> ReadAllAsync(CancellationToken cancellationToken)
    {
        await using var input = Console.OpenStandardInput();
        var text = new byte[LongestText + 1];
        var length = await Cancellable(input.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, CancellationToken.None), cancellationToken);
        return length <= LongestText
            ? WithoutBreak(Decode(WithoutMark(text.AsSpan(0, length)), "the standard input"))
            : throw CliException.Usage($"the standard input is longer than {LongestText} bytes");
    }

    /// <summary>Line by line, as they come, each without its line break.</summary>
    /// <exception cref="CliException">A line is too long, or not UTF-8.</exception>
    public static async IAsyncEnumerable<string> ReadLinesAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[16 * 1024];
        var held = 0;
        var number = 0L;
        while (true)
        {
            if (held == buffer.Length)
            {
                Array.Resize(ref buffer, held < LongestText ? buffer.Length * 2 : throw CliException.Usage($"line {number + 1} is longer than {LongestText} bytes"));
            }

            var read = await Cancellable(input.ReadAsync(buffer.AsMemory(held), CancellationToken.None), cancellationToken);
            var searched = held;
            held += read;
            var start = 0;
            for (var end = Array.IndexOf(buffer, (byte)'\n', searched, held - searched); end >= 0; end = Array.IndexOf(buffer, (byte)'\n', start, held - start))
            {
                yield return Line(buffer.AsSpan(start..end), ++number);
                start = end + 1;
            }

            buffer.AsSpan(start, held - start).CopyTo(buffer);
            held -= start;
            if (read == 0)
            {
                if (held > 0)
                {
                    yield return Line(buffer.AsSpan(0, held), ++number);
                }

                yield break;
            }
        }
    }

    /// <summary>A read of the standard input cannot be called off, only left behind.</summary>
    private static Task<int> Cancellable(ValueTask<int> read, CancellationToken cancellationToken) => read.AsTask().WaitAsync(cancellationToken);

    private static string Line(ReadOnlySpan<byte> bytes, long number) =>
        Decode(number == 1 ? WithoutMark(bytes) : bytes, $"line {number}").TrimEnd('\r');

    private static string Decode(ReadOnlySpan<byte> bytes, string what)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException ex)
        {
            throw new CliException(ExitCode.Usage, CliCodes.Usage, $"{what} is not UTF-8 (byte {ex.Index + 1})", ex);
        }
    }

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes;

    private static string WithoutBreak(string text) => text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
}
