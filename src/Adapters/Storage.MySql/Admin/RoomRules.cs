using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.MySql.Admin;

/// <summary>What has to agree in a room.</summary>
internal static class RoomRules
{
    private const int MostNamed = 5;

    /// <summary>What does not, as kinds of findings with words for them.</summary>
    public static IEnumerable<(string Kind, string Text)> Breaches(RoomFacts room) =>
        Messages(room).Concat(Log(room)).Concat(Counters(room)).Concat(Lists(room));

    private static IEnumerable<(string Kind, string Text)> Messages(RoomFacts room)
    {
        var before = room.Months.Count > 0 ? room.Months[0].MessagesBefore : room.MessageCount;
        var kept = room.Messages.Values.Sum(month => month.Count);
        var strange = room.Messages.Keys.Concat(room.Events.Keys).Except(room.Months.Select(month => month.Month)).Order().ToList();
        if (strange.Count > 0)
        {
            yield return (FindingKinds.RoomMonths, $"room_months lacks {string.Join(", ", strange.Take(MostNamed))}, of which there are rows");
        }
        else if (before + kept != room.MessageCount)
        {
            yield return (FindingKinds.RoomMessages,
                $"message_count is {room.MessageCount}, but {before} before the first month and {kept} rows make {before + kept}");
        }
        else
        {
            for (var i = 0; i < room.Months.Count; i++)
            {
                var rows = room.Messages.GetValueOrDefault(room.Months[i].Month).Count;
                if (rows != room.MessagesOf(i))
                {
                    yield return (FindingKinds.RoomMonths, $"month {room.Months[i].Month} holds {rows} messages, by messages_before it is {room.MessagesOf(i)}");
                }
            }
        }

        var last = room.Months.Count > 0 ? room.Months[^1].Month : room.LastMonth;
        if (room.LastMonth != last)
        {
            yield return (FindingKinds.RoomMonths, $"last_month is {room.LastMonth}, the last one of room_months {last}");
        }

        foreach (var month in room.Months)
        {
            var rows = room.Messages.GetValueOrDefault(month.Month);
            if (rows.Count > 0 && rows.Ordinals != RoomFacts.Sum(month.MessagesBefore + 1, rows.Count))
            {
                yield return (FindingKinds.RoomOrdinals, $"the messages of {month.Month} are not numbered through from {month.MessagesBefore + 1} on");
            }
        }

        var newest = room.Messages.OrderByDescending(month => month.Key).Select(month => (Month: month.Key, month.Value.Last)).FirstOrDefault();
        var gone = newest.Last == 0 && room.MessageCount > 0 && before == room.MessageCount;
        if (!gone && (room.LastMessageSeq != newest.Last || room.LastMessageMonth != newest.Month))
        {
            yield return (FindingKinds.RoomLastMessage,
                $"last_message_seq is {room.LastMessageSeq} of month {room.LastMessageMonth}, the newest row is {newest.Last} of month {newest.Month}");
        }
    }

    private static IEnumerable<(string Kind, string Text)> Log(RoomFacts room)
    {
        var broken = Enumerable.Range(0, room.Months.Count).Where(room.IsLogBroken).ToList();
        var last = room.Months.Select(month => room.Rows(month.Month).Last).DefaultIfEmpty().Max();
        foreach (var i in broken)
        {
            var rows = room.Rows(room.Months[i].Month);
            yield return (FindingKinds.RoomLog, rows.Count == 0
                ? $"last_seq is {room.LastSeq}, but month {room.Months[i].Month}, from seq {room.Months[i].FirstSeq} to {room.EndOf(i) - 1}, holds no events"
                : i == room.Months.Count - 1 && last != room.LastSeq
                    ? $"last_seq is {room.LastSeq}, the last event is {last}"
                    : $"month {room.Months[i].Month} holds {rows.Count} events from seq {rows.First} to {rows.Last}, "
                      + $"it should be {room.EndOf(i) - room.Months[i].FirstSeq} from {room.Months[i].FirstSeq} to {room.EndOf(i) - 1}, each once");
        }
    }

    private static IEnumerable<(string Kind, string Text)> Counters(RoomFacts room)
    {
        // Rows of months that retention took may be gone: the highest number is the count as long as there is one.
        var mentions = room.RoomMentions.Count > 0 ? room.RoomMentions.Last : room.Months.Count > 0 ? room.Months[0].RoomMentionsBefore : room.RoomMentionCount;
        if (mentions != room.RoomMentionCount)
        {
            yield return (FindingKinds.RoomMentions, $"room_mention_count is {room.RoomMentionCount}, by the mentions it is {mentions}");
        }

        var members = room.Members.Count(member => !member.Banned);
        if (members != room.MemberCount)
        {
            yield return (FindingKinds.RoomMembers, $"member_count is {room.MemberCount}, there are {members} members");
        }

        var pinned = room.Messages.Values.Sum(month => month.Pinned);
        if (room.Pins != room.PinCount || pinned != room.PinCount)
        {
            yield return (FindingKinds.RoomPins, $"pin_count is {room.PinCount}, there are {room.Pins} pins and {pinned} messages that are pinned");
        }

        if (room.MarksPastTheEnd.Count > 0)
        {
            var more = room.MarksPastTheEnd.Count > MostNamed ? $" and {room.MarksPastTheEnd.Count - MostNamed} more" : "";
            yield return (FindingKinds.RoomReadMarks,
                $"read marks past the end of the log, or counts past the room's, of users {string.Join(", ", room.MarksPastTheEnd.Take(MostNamed))}{more}");
        }
    }

    private static IEnumerable<(string Kind, string Text)> Lists(RoomFacts room)
    {
        if (room.Kind is RoomKind.Direct != room.DirectKey is not null)
        {
            yield return (FindingKinds.RoomDirect, room.DirectKey is null ? "it is a direct room without a key" : "it has a direct room's key and is none");
        }
        else if (room.DirectKey is { } key)
        {
            if (room.DirectRoom != room.Id.Value)
            {
                yield return (FindingKinds.RoomDirect, room.DirectRoom is { } other ? $"direct_rooms has room {other} for its key" : "direct_rooms lacks its key");
            }

            if (LogicalShards.OfKey(key) != LogicalShards.Of(room.Id))
            {
                yield return (FindingKinds.RoomDirect, "it is not on its key's shard");
            }
        }

        var listed = room is { Kind: RoomKind.Public, Archived: false };
        if (listed != room.IsListed)
        {
            yield return (FindingKinds.RoomName, listed ? "room_names lacks it: nobody finds it" : "room_names has it: it is found by all, and must not be");
        }
    }
}
