using System.Diagnostics;
using System.Text;

namespace Chat.Cli.Tests.Support;

/// <summary>A process whose output is read while it runs. Disposing ends it.</summary>
internal sealed class RunningChat : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _err = new();
    private readonly Process _process;
    private readonly Task _reading;

    public RunningChat(ProcessStartInfo start)
    {
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} was not started.");
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, _out), ReadAsync(_process.StandardError, _err));
    }

    public string Out
    {
        get
        {
            lock (_gate)
            {
                return _out.ToString();
            }
        }
    }

    public string Err
    {
        get
        {
            lock (_gate)
            {
                return _err.ToString();
            }
        }
    }

    public Process Process => _process;

    /// <summary>The whole lines of the output so far.</summary>
    public IReadOnlyList<string> Lines => [.. Out.Split('\n').SkipLast(1)];

    public async Task WriteAsync(byte[] input)
    {
        try
        {
            await _process.StandardInput.BaseStream.WriteAsync(input);
            await _process.StandardInput.BaseStream.FlushAsync();
        }
        catch (IOException)
        {
            // It ended without reading all of it; its code says why.
        }
    }

    public Task WriteAsync(string input) => WriteAsync(Encoding.UTF8.GetBytes(input));

    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Waits until it has said something.</summary>
    public Task UntilAsync(Func<RunningChat, bool> said, string what) => Wait.Until(
        () => said(this) || (_process.HasExited && _reading.IsCompleted && !said(this) ? throw new InvalidOperationException($"It ended without {what}.\n{this}") : false),
        () => $"{what}.\n{this}");

    public Task UntilLinesAsync(int count) => UntilAsync(running => running.Lines.Count >= count, $"line {count}");

    public void Signal(int signal) => ProcessSignal.Send(_process, signal);

    /// <summary>Waits for its end.</summary>
    public async Task<Ended> EndAsync()
    {
        await Wait.For(_process.WaitForExitAsync(), $"end of the program.\n{this}");
        await Wait.For(_reading, $"end of the program's output.\n{this}");
        return new Ended(_process.ExitCode, Out, Err);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await Wait.For(_process.WaitForExitAsync(), "end of the killed program");
        }

        _process.Dispose();
    }

    public override string ToString() => $"Output:\n{Out}\nErrors:\n{Err}";

    private async Task ReadAsync(StreamReader reader, StringBuilder target)
    {
        var buffer = new char[4096];
        while (await reader.ReadAsync(buffer) is var read and > 0)
        {
            lock (_gate)
            {
                target.Append(buffer, 0, read);
            }
        }
    }
}
