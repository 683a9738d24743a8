using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Rooms;

/// <summary>Reads which reactions on known messages are a reader's: one range of the primary key for each message.</summary>
internal static class OwnReactions
{
    public static IReadOnlyList<OwnReaction> Read(Link link, RoomShard shard, RoomId room, UserId reader, IReadOnlyList<Message> messages)
    {
        var reacted = messages.Where(message => message.Reactions.Count > 0).ToList();
        if (reacted.Count == 0)
        {
            return [];
        }

        var months = reacted.Select(message => (long)RoomMonths.Of(message.At)).Distinct().ToList();
        var keys = new Sql(string.Join(
            " OR ", reacted.Select(m => $"room_id = {room} AND seq = {m.Seq} AND month = {RoomMonths.Of(m.At)} AND user_id = {reader}")));
        var batch = new SqlBatch();
        batch.Add($"SELECT seq, emoji_key FROM {shard.Messages}.message_reactions WHERE month IN ({months}) AND ({keys})");
        var mine = link.Query(batch, rows =>
        {
            var found = new HashSet<(long, string)>();
            while (rows.Step())
            {
                found.Add((rows.Long(0), rows.Text(1)));
            }

            return found;
        });
        return
        [
            .. from message in reacted
               from reaction in message.Reactions
               where mine.Contains((message.Seq, KeyText.Of(reaction.Emoji)))
               select new OwnReaction(message.Seq, reaction.Emoji),
        ];
    }
}
