using System.Globalization;
using Chat.Contracts;

namespace Chat.LoadTests.Wire;

/// <summary>Makes messages; the numbering makes each clientId new.</summary>
internal sealed class Texts(int bytes)
{
    private readonly string _run = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..12];

    private readonly string _filler = new('x', bytes);
    private long _last;

    /// <summary>A message that begins with its number.</summary>
    public SendRequest Next(long number)
    {
        var mark = $"#{number} ";
        return new($"{_run}-{Interlocked.Increment(ref _last)}", mark + _filler[..Math.Max(0, bytes - mark.Length)]);
    }
}
