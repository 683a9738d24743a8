using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Chat.Storage.MySql.Tests;

/// <summary>Keeps what was logged, errors apart.</summary>
internal sealed class ErrorLog : ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ConcurrentQueue<string> Errors { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = $"{formatter(state, exception)} {exception}";
        Lines.Enqueue(line);
        if (logLevel >= LogLevel.Error)
        {
            Errors.Enqueue(line);
        }
    }
}
