using System.Text;

namespace Chat.Cli.Output;

/// <summary>What the program says about its work, on the error stream: faults and, on a terminal, what was done. Never data.</summary>
internal sealed class Notes : IDisposable
{
    private readonly StreamWriter _writer = new(Console.OpenStandardError(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false))
    {
        NewLine = "\n", AutoFlush = true,
    };

    /// <summary>Where help goes when the command line is wrong.</summary>
    public TextWriter Writer => _writer;

    /// <summary>Says <c>chat: …</c>.</summary>
    public void Say(string what) => Write($"chat: {Shown.Line(what)}\n");

    /// <summary>Says what was done, to a person only: scripts know from the exit code.</summary>
    public void Tell(string what)
    {
        if (!Console.IsErrorRedirected)
        {
            Write(Shown.Line(what) + "\n");
        }
    }

    /// <summary>Asks, without ending the line.</summary>
    public void Ask(string what) => Write(what);

    public void Dispose() => _writer.Dispose();

    private void Write(string text)
    {
        try
        {
            _writer.Write(text);
        }
        catch (IOException)
        {
            // Nobody listens; the exit code says it all the same.
        }
    }
}
