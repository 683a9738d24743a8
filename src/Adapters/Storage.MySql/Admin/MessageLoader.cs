using System.Collections.Concurrent;
using Chat.Abstractions;
using Chat.Storage.MySql.Rooms;
using Microsoft.Extensions.Options;

namespace Chat.Storage.MySql.Admin;

/// <summary>
/// Fills rooms with generated messages, for tests and benchmarks. The rows are made by the server itself, so neither the network nor this
/// process has to carry them. Every batch is one transaction with the room's row by the same compare-and-set as any commit, its months, its
/// senders' read marks and its outbox row: wherever it ends, each room is whole.
/// </summary>
/// <param name="options">The map.</param>
/// <param name="ids">How ids are made.</param>
/// <param name="clock">The time.</param>
/// <exception cref="OptionsValidationException">The configuration is wrong.</exception>
public sealed class MessageLoader(MySqlStorageOptions options, IdForm ids, TimeProvider clock)
{
    private readonly AdminMap _map = new(options);

    /// <summary>
    /// Gives past months partitions of their own, in all databases, where one partition holds them all until now. Tables that hold much stand
    /// still while their rows are moved.
    /// </summary>
    /// <param name="from">A time in the first of these months.</param>
    /// <exception cref="StoreUnavailableException">A server does not answer, or refuses.</exception>
    public Task MakePartitionsAsync(DateTimeOffset from) => OwnThread.RunAsync("chat.admin partitions", () =>
    {
        using var links = new AdminLinks(clock);
        foreach (var place in _map.RoomPlaces.DistinctBy(place => (place.Server, place.Messages)))
        {
            links.Use(place, link =>
            {
                PartitionMonths.MakePast(link, place.Messages, RoomMonths.Of(from));
                return true;
            });
        }

        return true;
    });

    /// <summary>
    /// Loads rooms, several at a time. Cancelling lets each finish its batch; the outcomes say how far it came. A room that cannot be loaded
    /// does not hinder the others.
    /// </summary>
    /// <param name="loads">What to load; each room once.</param>
    /// <param name="writers">Rooms of one server that are written at the same time.</param>
    /// <param name="written">Called with the number of messages of each batch that is on disk, from any thread.</param>
    /// <param name="cancellationToken">Ends it between two batches.</param>
    /// <exception cref="StoreUnavailableException">A server does not answer, or refuses. What was told as written is.</exception>
    public async Task<IReadOnlyList<LoadOutcome>> LoadAsync(
        IReadOnlyList<MessageLoad> loads, int writers, Action<long> written, CancellationToken cancellationToken = default)
    {
        // One server that fails ends it for all.
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var outcomes = new ConcurrentBag<LoadOutcome>();
        var work = new List<Task>();
        foreach (var place in loads.GroupBy(load => _map.Of(load.Room)))
        {
            var queue = new ConcurrentQueue<MessageLoad>(place);
            work.AddRange(Enumerable.Range(0, Math.Min(writers, queue.Count)).Select(_ => OwnThread.RunAsync("chat.admin load", () =>
            {
                try
                {
                    Write(place.Key, queue, outcomes, written, failed.Token);
                    return true;
                }
                catch
                {
                    failed.Cancel();
                    throw;
                }
            })));
        }

        await Task.WhenAll(work);
        return [.. outcomes];
    }

    private void Write(
        RoomPlace place, ConcurrentQueue<MessageLoad> queue, ConcurrentBag<LoadOutcome> outcomes, Action<long> written, CancellationToken stop)
    {
        using var links = new AdminLinks(clock);
        links.Use(place, link =>
        {
            var writer = new LoadWriter(link, place, ids);
            while (!stop.IsCancellationRequested && queue.TryDequeue(out var load))
            {
                outcomes.Add(writer.Write(load, written, stop));
            }

            return true;
        });
    }
}
