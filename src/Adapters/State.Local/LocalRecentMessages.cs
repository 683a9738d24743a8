using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.State.Local;

/// <summary>The newest messages of the rooms that were asked for last, up to <see cref="MostBytes"/> in all.</summary>
public sealed class LocalRecentMessages(TimeProvider time) : IRecentMessages
{
    /// <summary>What all pages together take at most, by estimate: about a thousand rooms with 50 messages each.</summary>
    public const long MostBytes = 32 * 1024 * 1024;

    private const long MostBytesOfPage = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<RoomId, LinkedListNode<Kept>> _pages = [];
    private readonly LinkedList<Kept> _byUse = [];
    private long _bytes;

    /// <inheritdoc />
    public ValueTask<RecentPage?> FindAsync(RoomId room)
    {
        lock (_gate)
        {
            if (!_pages.TryGetValue(room, out var node))
            {
                return new((RecentPage?)null);
            }

            if (time.GetElapsedTime(node.Value.At) >= IRecentMessages.Life)
            {
                Remove(node);
                return new((RecentPage?)null);
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return new(node.Value.Page);
        }
    }

    /// <inheritdoc />
    public ValueTask KeepAsync(RoomId room, RecentPage page)
    {
        var bytes = WeightOf(page);
        lock (_gate)
        {
            if (_pages.TryGetValue(room, out var former))
            {
                Remove(former);
            }

            if (bytes > MostBytesOfPage)
            {
                return default;
            }

            _pages.Add(room, _byUse.AddFirst(new Kept(room, page, bytes, time.GetTimestamp())));
            _bytes += bytes;
            while (_bytes > MostBytes && _byUse.Last is { } oldest)
            {
                Remove(oldest);
            }
        }

        return default;
    }

    /// <summary>Rooms remembered now.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _pages.Count;
            }
        }
    }

    private void Remove(LinkedListNode<Kept> node)
    {
        _pages.Remove(node.Value.Room);
        _byUse.Remove(node);
        _bytes -= node.Value.Bytes;
    }

    private static long WeightOf(RecentPage page) => 200 + page.Messages.Sum(message =>
        400L + (2 * (message.Text.Length + message.ClientId.Length)) + (16 * message.Mentions.Count) + (80 * message.Attachments.Count)
        + (80 * message.Reactions.Count));

    private sealed record Kept(RoomId Room, RecentPage Page, long Bytes, long At);
}
