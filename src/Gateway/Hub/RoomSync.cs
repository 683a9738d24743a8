using Chat.Abstractions;
using Chat.Contracts;
using Orleans;

namespace Chat.Gateway.Hub;

/// <summary>
/// Answers Sync: for each room precisely the events after the client's cursor, in pages bounded by count and size, and never a partial answer
/// without saying so. A connection that lagged in a room gets pushes again from where its last page ends.
/// </summary>
internal sealed class RoomSync(IGrainFactory grains, LiveConnections connections)
{
    /// <summary>Most rooms of one call.</summary>
    public const int MostRooms = 500;

    // Together they bound one answer to about a megabyte: what a connection that does not read can make the server hold.
    private const int MostEvents = 1000;
    private const int MostEventsPerRoom = 200;
    private const int MostCharacters = 256 * 1024;

    public async Task<List<SyncResult>> SyncAsync(
        LiveConnection connection, Dictionary<RoomId, long> cursors, CancellationToken cancellationToken)
    {
        if (cursors.Count > MostRooms)
        {
            throw new Refusal(ErrorCode.RequestTooManyItems, $"Sync at most {MostRooms} rooms in one call.").ToException();
        }

        await connection.SyncGate.WaitAsync(cancellationToken);
        try
        {
            var results = new List<SyncResult>(cursors.Count);
            var (events, characters) = (0, 0);
            foreach (var (room, cursor) in cursors)
            {
                var left = Math.Min(MostEventsPerRoom, MostEvents - events);
                var result = left > 0 && characters < MostCharacters
                    ? await SyncRoomAsync(connection, room, cursor, left, MostCharacters - characters)
                    : new SyncResult(room, cursor, [], More: true, Reset: false);
                events += result.Events.Count;
                characters += result.Events.Sum(Weight);
                results.Add(result);
            }

            return results;
        }
        finally
        {
            connection.SyncGate.Release();
        }
    }

    private async Task<SyncResult> SyncRoomAsync(LiveConnection connection, RoomId room, long cursor, int most, int characters)
    {
        if (cursor < 0)
        {
            throw new Refusal(ErrorCode.RequestInvalid, "A cursor is the seq of the last event applied, or 0.").ToException();
        }

        var answer = await grains.GetGrain<IRoomLogGrain>(room.ToString()).Events(connection.User, cursor, most);
        if (!answer.IsOk)
        {
            return new SyncResult(room, 0, [], More: false, Reset: true, answer.Refusal.Code.Code);
        }

        var (events, lastSeq) = (answer.Value.Events, answer.Value.LastSeq);
        // Beyond the end, or dropped by retention, wholly or up to somewhere.
        if (cursor > lastSeq || (cursor < lastSeq && (events.Count == 0 || events[0].Seq != cursor + 1)))
        {
            return new SyncResult(room, lastSeq, [], More: false, Reset: true);
        }

        var fitting = 0;
        for (var size = 0; fitting < events.Count && (fitting == 0 || size < characters); fitting++)
        {
            size += Weight(events[fitting]);
        }

        var page = fitting == events.Count ? events : [.. events.Take(fitting)];
        var reached = page.Count == 0 ? cursor : page[^1].Seq;
        var more = reached < lastSeq || !connections.Feeds.TryResume(connection, room, reached);
        return new SyncResult(room, lastSeq, page, more, Reset: false);
    }

    private static int Weight(RoomEvent roomEvent) => 200 + (roomEvent.Message?.Text.Length ?? 0) + (roomEvent.Text?.Length ?? 0);
}
