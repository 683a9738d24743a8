using Chat.Abstractions;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Admin;

/// <summary>The connections of one thread, one to each server as each of its users.</summary>
internal sealed class AdminLinks(TimeProvider clock) : IDisposable
{
    /// <summary>How long a statement may take. Counting a room of a hundred million messages takes minutes on a slow disk.</summary>
    public static readonly TimeSpan StatementTimeout = TimeSpan.FromMinutes(30);

    private readonly Dictionary<string, Link> _links = new(StringComparer.Ordinal);

    /// <summary>Works on a server, outside of any transaction; one that the work leaves open is taken back.</summary>
    /// <exception cref="StoreUnavailableException">It does not answer, or refuses.</exception>
    public T Use<T>(string server, string connectionString, Func<Link, T> work)
    {
        try
        {
            if (!_links.TryGetValue(connectionString, out var link))
            {
                link = Link.Open(connectionString, StatementTimeout, clock);
                _links.Add(connectionString, link);

                // Statements may be long here, waits for what others hold may not.
                link.Execute("SET SESSION innodb_lock_wait_timeout = 10, lock_wait_timeout = 30");
            }

            try
            {
                return work(link);
            }
            finally
            {
                if (link.InTransaction && !link.TryRollback())
                {
                    Drop(connectionString);
                }
            }
        }
        catch (MySqlFault fault)
        {
            Drop(connectionString);
            throw Unavailable(server, fault);
        }
    }

    /// <inheritdoc cref="Use{T}(string, string, Func{Link, T})"/>
    public T Use<T>(RoomPlace place, Func<Link, T> work) => Use(place.Server, place.ConnectionString, work);

    /// <inheritdoc cref="Use{T}(string, string, Func{Link, T})"/>
    public T Use<T>(UserPlace place, Func<Link, T> work) => Use(place.Server, place.ConnectionString, work);

    public void Dispose()
    {
        foreach (var link in _links.Values)
        {
            link.Dispose();
        }

        _links.Clear();
    }

    private static StoreUnavailableException Unavailable(string server, MySqlFault fault) =>
        new(
            fault.OutcomeUnknown ? $"The answer of {server} was lost: {fault.Message}"
                : fault.Kind is FaultKind.Lost or FaultKind.TimedOut || (fault.Kind is FaultKind.Unreachable && fault.Number is 0 or 1042)
                    ? $"{server} does not answer: {fault.Message}"
                : $"{server} refused: {fault.Message}",
            fault);

    private void Drop(string connectionString)
    {
        if (_links.Remove(connectionString, out var link))
        {
            link.Dispose();
        }
    }
}

/// <summary>Runs blocking work on a thread of its own, as the connector asks for.</summary>
internal static class OwnThread
{
    /// <summary>
    /// Completes when the work does, or at once when cancelled: then the work ends by itself at the next point at which it looks.
    /// </summary>
    public static Task<T> RunAsync<T>(string name, Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                completion.SetResult(work());
            }
            catch (Exception fault)
            {
                completion.SetException(fault);
            }
        })
        { IsBackground = true, Name = name };
        thread.Start();
        return completion.Task;
    }
}
