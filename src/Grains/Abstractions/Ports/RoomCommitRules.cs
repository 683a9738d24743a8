using Chat.Contracts;

namespace Chat.Abstractions;

/// <summary>What every commit has to fulfil before a store looks at it. A breach is a fault of the caller, not a refusal.</summary>
public static class RoomCommitRules
{
    /// <summary>Checks a group commit.</summary>
    /// <exception cref="ArgumentException">
    /// A room stands in the list twice, or one of its commits is not made of gapless events from the expected seq to the row's, with
    /// gapless message ordinals and each clientId once.
    /// </exception>
    public static void Check(IReadOnlyList<RoomCommit> commits)
    {
        if (commits.Count > 1)
        {
            var rooms = new HashSet<RoomId>(commits.Count);
            foreach (var commit in commits)
            {
                if (!rooms.Add(commit.Head.Id))
                {
                    throw new ArgumentException($"Room {commit.Head.Id} stands in the group commit twice.", nameof(commits));
                }
            }
        }

        foreach (var commit in commits)
        {
            if (Breach(commit) is { } breach)
            {
                throw new ArgumentException($"Commit of room {commit.Head.Id} to version {commit.Head.Version}: {breach}", nameof(commits));
            }
        }
    }

    private static string? Breach(RoomCommit commit)
    {
        var (head, entries) = (commit.Head, commit.Entries);
        if (head.Version != commit.ExpectedVersion + 1)
        {
            return $"the version after {commit.ExpectedVersion} is not {head.Version}.";
        }

        if (entries.Count == 0 || head.LastSeq != commit.ExpectedLastSeq + entries.Count)
        {
            return $"{entries.Count} events do not lead from seq {commit.ExpectedLastSeq} to {head.LastSeq}.";
        }

        var messages = 0;
        for (var i = 0; i < entries.Count; i++)
        {
            var roomEvent = entries[i].Event;
            if (roomEvent.Seq != commit.ExpectedLastSeq + i + 1)
            {
                return $"event {i} has seq {roomEvent.Seq}.";
            }

            if (roomEvent.Kind is EventKind.Message)
            {
                messages++;
                if (roomEvent.Message is not { } message || message.Seq != roomEvent.Seq || message.By != roomEvent.By || message.At != roomEvent.At)
                {
                    return $"the message of event {roomEvent.Seq} is not that event's.";
                }
            }
        }

        return messages == 0 ? null : MessagesBreach(head, entries, messages);
    }

    private static string? MessagesBreach(RoomHead head, IReadOnlyList<CommitEntry> entries, int messages)
    {
        var ordinal = head.MessageCount - messages;
        var clientIds = messages > 1 ? new HashSet<(UserId, string)>(messages) : null;
        foreach (var entry in entries)
        {
            if (entry.Event.Message is not { } message || entry.Event.Kind is not EventKind.Message)
            {
                continue;
            }

            if (entry.MessageOrdinal != ++ordinal)
            {
                return $"message {message.Seq} is number {ordinal} of the room, not {entry.MessageOrdinal}.";
            }

            if (clientIds?.Add((message.By, message.ClientId)) is false)
            {
                return $"the clientId of message {message.Seq} stands in the commit twice.";
            }
        }

        return null;
    }
}
