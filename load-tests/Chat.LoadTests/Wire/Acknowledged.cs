using System.Collections.Concurrent;
using Chat.Contracts;
using Chat.LoadTests.Servers;

namespace Chat.LoadTests.Wire;

/// <summary>The seqs that sends were acknowledged with, by room. Thread safe.</summary>
internal sealed class Acknowledged
{
    private readonly ConcurrentDictionary<RoomId, Room> _rooms = new();

    public void Add(RoomId room, long seq) => _rooms.GetOrAdd(room, static _ => new Room()).Add(seq);

    /// <summary>Where a room's log must end now that only these sends were added to it.</summary>
    /// <param name="room">The room.</param>
    /// <param name="before">Its last seq before them.</param>
    /// <exception cref="LoadTestException">The seqs are not exactly those that follow.</exception>
    public long Follow(RoomId room, long before)
    {
        if (!_rooms.TryGetValue(room, out var sends))
        {
            return before;
        }

        var (count, sum, first, last) = sends.Read();

        // As many as fit between the ends, and adding up to what these add up to.
        return first == before + 1 && last == before + count && sum == count * (first + last) / 2
            ? last
            : throw new LoadTestException(
                $"{count} sends to a room that ended at {before} were acknowledged as {first} to {last}: some were written twice, or not at all.");
    }

    private sealed class Room
    {
        private readonly Lock _gate = new();
        private long _count;
        private long _sum;
        private long _first = long.MaxValue;
        private long _last;

        public void Add(long seq)
        {
            lock (_gate)
            {
                _count++;
                _sum += seq;
                _first = Math.Min(_first, seq);
                _last = Math.Max(_last, seq);
            }
        }

        public (long Count, long Sum, long First, long Last) Read()
        {
            lock (_gate)
            {
                return (_count, _sum, _first, _last);
            }
        }
    }
}
