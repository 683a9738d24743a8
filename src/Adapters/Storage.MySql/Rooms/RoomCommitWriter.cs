using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.MySql.Rooms;

/// <summary>
/// Writes one room's commit into the batch of its group: what each event changes, in their order, the row and the outbox row. Every statement finds
/// its rows by key and month, so the cost is that of the commit, never of the room.
/// </summary>
internal sealed class RoomCommitWriter
{
    private readonly CommitBatch _batch;
    private readonly CommitFacts _facts;
    private readonly RoomCommit _commit;
    private readonly RoomId _room;
    private readonly long _commitId;
    private readonly DateTimeOffset _now;
    private readonly List<RoomListChange> _listChanges;
    private readonly List<(int Month, long FirstSeq)> _months = [];
    private readonly Dictionary<UserId, Touch> _touched = [];
    private readonly Dictionary<long, int> _threads = [];
    private readonly HashSet<long> _reacted = [];
    private long _messages;
    private long _roomMentions;
    private int _month;
    private int _lastMessageMonth;

    private RoomCommitWriter(
        CommitBatch batch, CommitFacts facts, RoomCommit commit, long commitId, DateTimeOffset now, List<RoomListChange> listChanges)
    {
        _batch = batch;
        _facts = facts;
        _commit = commit;
        _room = commit.Head.Id;
        _commitId = commitId;
        _now = now;
        _listChanges = listChanges;
        (_messages, _roomMentions) = (commit.Head.MessageCount, commit.Head.RoomMentionCount);
        foreach (var entry in commit.Entries)
        {
            if (entry.Event is { Kind: EventKind.Message, Message: { } message })
            {
                _messages--;
                _roomMentions -= message.MentionsRoom ? 1 : 0;
            }
        }

        (_month, _lastMessageMonth) = (facts.Room(_room).LastMonth, facts.Room(_room).LastMessageMonth);
    }

    /// <summary>Writes it.</summary>
    public static void Write(
        CommitBatch batch, CommitFacts facts, RoomCommit commit, long commitId, DateTimeOffset now, List<RoomListChange> listChanges) =>
        new RoomCommitWriter(batch, facts, commit, commitId, now, listChanges).Write();

    private void Write()
    {
        foreach (var entry in _commit.Entries)
        {
            EnterMonth(entry.Event);
            if (entry.Event is { Kind: EventKind.Message, Message: { } message })
            {
                WriteMessage(message, entry.MessageOrdinal, entry.ContentHash);
            }
            else
            {
                WriteEvent(entry.Event);
            }

            _batch.SendIfLarge();
        }

        foreach (var (root, count) in _threads)
        {
            if (MonthOf(root) is { } month)
            {
                TargetWriter.CountInThread(_batch, _room, root, month, count);
            }
        }

        foreach (var target in _reacted)
        {
            TargetWriter.CountEmoji(_batch, _room, target, MonthOf(target)!.Value);
        }

        foreach (var user in _touched.Keys.ToList())
        {
            WriteTouch(user);
        }

        WriteHead(_commit.Head);
        _batch.Outbox.Add($"({_room}, {_commit.ExpectedLastSeq + 1}, {_commit.Head.LastSeq}, {_commit.Head.LastAt})");
        _batch.SendIfLarge();
    }

    /// <summary>Months only rise within a room, so that a seq tells its month, whatever the clocks of its writers said.</summary>
    private void EnterMonth(RoomEvent roomEvent)
    {
        var month = RoomMonths.Of(roomEvent.At);
        if (month > _month)
        {
            _month = month;
            _months.Add((month, roomEvent.Seq));
            _batch.Months.Add($"({_room}, {month}, {roomEvent.Seq}, {_messages}, {_roomMentions})");
        }
    }

    /// <summary>The month of an event up to the present one; null when it is not kept, or is none.</summary>
    private int? MonthOf(long seq)
    {
        for (var i = _months.Count - 1; i >= 0; i--)
        {
            if (_months[i].FirstSeq <= seq)
            {
                return _months[i].Month;
            }
        }

        return seq > _commit.ExpectedLastSeq ? _facts.Room(_room).LastMonth : _facts.MonthOf(_room, seq);
    }

    private void WriteMessage(Message message, long ordinal, long contentHash)
    {
        _messages++;
        _roomMentions += message.MentionsRoom ? 1 : 0;
        _lastMessageMonth = _month;
        _batch.ClientIds.Add(
            $"({_room}, {message.By}, {KeyText.Of(message.ClientId)}, {contentHash}, {message.Seq}, {message.Id.Value}, {message.At})");
        _batch.MessageRows.Add(
            $"({_room}, {message.Seq}, {_month}, {message.Id.Value}, {message.By}, {message.At}, {ordinal}, {message.ReplyTo}, " +
            $"{message.Thread}, {message.MentionsRoom}, {message.ClientId}, {StoredJson.Write(message.Mentions)}, " +
            $"{StoredJson.Write(message.Attachments)}, {message.Text})");
        if (message.Thread is { } root)
        {
            _batch.Threads.Add($"({_room}, {root}, {message.Seq}, {_month})");
            if (root <= message.Seq)
            {
                _threads[root] = _threads.GetValueOrDefault(root) + 1;
            }
        }

        if (message.MentionsRoom)
        {
            // The whole room includes those named: one mention, one row.
            _batch.Mentions.Add($"({_room}, 0, {message.Seq}, {_roomMentions})");
        }
        else
        {
            foreach (var user in message.Mentions.Distinct())
            {
                _batch.Mentions.Add($"({_room}, {user}, {message.Seq}, {_facts.Mention(_room, user)})");
                Of(user).Mentions++;
            }
        }

        // Sending is reading: the sender's mark is at the message, and its counts are those of this moment.
        var sender = Of(message.By);
        sender.Mark = (message.Seq, ordinal, sender.Mentions, _roomMentions);

        Touch Of(UserId user) => _touched.TryGetValue(user, out var touch) ? touch : _touched[user] = new Touch();
    }

    private void WriteEvent(RoomEvent roomEvent)
    {
        var text = roomEvent.Text;
        var (mentions, mentionsRoom) = (roomEvent.Mentions, roomEvent.MentionsRoom);
        var target = roomEvent.Target is { } seq && seq < roomEvent.Seq && MonthOf(seq) is { } found ? (Seq: seq, Month: found) : default;
        switch (roomEvent.Kind)
        {
            case EventKind.Edit when target == default:
                // No such message: nothing of a text may stand.
                (text, mentions, mentionsRoom) = (string.Empty, [], false);
                break;

            case EventKind.Edit:
                TargetWriter.Edit(_batch, _room, target.Seq, target.Month, roomEvent, _month);
                break;

            case EventKind.Delete when target != default:
                TargetWriter.Delete(_batch, _room, target.Seq, target.Month, _month);
                break;

            case EventKind.Reaction when target != default && roomEvent.Emoji is { } emoji:
                TargetWriter.React(_batch, _room, target.Seq, target.Month, emoji, roomEvent);
                _reacted.Add(target.Seq);
                break;

            case EventKind.Pin when target != default:
                TargetWriter.Pin(_batch, _room, target.Seq, target.Month, roomEvent.On is true ? roomEvent.Seq : null);
                break;

            case EventKind.Member when roomEvent.UserId is { } user:
                WriteTouch(user);
                WriteMember(roomEvent, user);
                break;

            case EventKind.Room:
                WriteName(_commit.Head);
                break;
        }

        _batch.Events.Add(
            $"({_room}, {roomEvent.Seq}, {_month}, {_commitId}, {(long)roomEvent.Kind}, {roomEvent.At}, {roomEvent.By}, " +
            $"{roomEvent.Target}, {roomEvent.On}, {roomEvent.UserId?.Value}, {(long?)roomEvent.Change}, {(long?)roomEvent.Role}, " +
            $"{roomEvent.MutedUntil}, {roomEvent.Archived}, {mentionsRoom}, {StoredJson.Write(mentions)}, {text}, " +
            $"{roomEvent.Emoji}, {roomEvent.Name}, {roomEvent.Topic})");
    }

    private void WriteMember(RoomEvent roomEvent, UserId user)
    {
        var (rooms, role) = (_batch.Rooms, (long)(roomEvent.Role ?? MemberRole.Member));
        switch (roomEvent.Change)
        {
            case MemberChange.Joined:
                // Joining marks everything up to the join as read. Mentions are counted on from those of an earlier membership.
                var mentions = _facts.Mentions(_room, user);
                _batch.Then.Add(
                    $"INSERT INTO {rooms}.room_members (room_id, user_id, role, banned, joined_seq, muted_until, mention_count, " +
                    $"read_seq, read_messages, read_mentions, read_room_mentions) VALUES ({_room}, {user}, {role}, 0, " +
                    $"{roomEvent.Seq}, NULL, {mentions}, {roomEvent.Seq}, {_messages}, {mentions}, {_roomMentions}) ON DUPLICATE " +
                    $"KEY UPDATE role = VALUES(role), banned = 0, joined_seq = VALUES(joined_seq), muted_until = NULL, " +
                    $"mention_count = VALUES(mention_count), read_seq = VALUES(read_seq), read_messages = VALUES(read_messages), " +
                    $"read_mentions = VALUES(read_mentions), read_room_mentions = VALUES(read_room_mentions)");
                ChangeList(roomEvent, user, isMember: true);
                break;

            case MemberChange.Left or MemberChange.Removed:
                _batch.Then.Add($"DELETE FROM {rooms}.room_members WHERE room_id = {_room} AND user_id = {user}");
                ChangeList(roomEvent, user, isMember: false);
                break;

            case MemberChange.Banned:
                _batch.Then.Add(
                    $"INSERT INTO {rooms}.room_members (room_id, user_id, role, banned, joined_seq, muted_until, mention_count, " +
                    $"read_seq, read_messages, read_mentions, read_room_mentions) VALUES ({_room}, {user}, {role}, 1, 0, NULL, 0, " +
                    $"0, 0, 0, 0) ON DUPLICATE KEY UPDATE role = VALUES(role), banned = 1, muted_until = NULL");
                ChangeList(roomEvent, user, isMember: false);
                break;

            case MemberChange.Role:
                _batch.Then.Add($"UPDATE {rooms}.room_members SET role = {role} WHERE room_id = {_room} AND user_id = {user}");
                break;

            case MemberChange.Muted:
                _batch.Then.Add(
                    $"UPDATE {rooms}.room_members SET muted_until = {roomEvent.MutedUntil} WHERE room_id = {_room} AND user_id = " +
                    $"{user}");
                break;
        }
    }

    private void ChangeList(RoomEvent roomEvent, UserId user, bool isMember)
    {
        _batch.ListChanges.Add($"({_room}, {roomEvent.Seq}, {user}, {isMember}, {_now})");
        _listChanges.Add(new RoomListChange(_room, roomEvent.Seq, user, isMember));
    }

    /// <summary>Writes what messages did to a member so far. Assignments take effect from left to right.</summary>
    private void WriteTouch(UserId user)
    {
        if (!_touched.Remove(user, out var touch))
        {
            return;
        }

        var rooms = _batch.Rooms;
        if (touch.Mark is { } mark)
        {
            _batch.Then.Add(
                $"UPDATE {rooms}.room_members SET read_seq = {mark.Seq}, read_messages = {mark.Messages}, read_mentions = " +
                $"mention_count + {mark.Mentions}, read_room_mentions = {mark.RoomMentions}, mention_count = mention_count + " +
                $"{touch.Mentions} WHERE room_id = {_room} AND user_id = {user} AND banned = 0");
        }
        else
        {
            _batch.Then.Add(
                $"UPDATE {rooms}.room_members SET mention_count = mention_count + {touch.Mentions} WHERE room_id = {_room} AND " +
                $"user_id = {user} AND banned = 0");
        }
    }

    private void WriteHead(RoomHead head)
    {
        var isNew = _commit.ExpectedVersion == 0;
        (isNew ? _batch.NewRooms : _batch.OldRooms).Add(
            $"({head.Id}, {(long)head.Kind}, {head.Version}, {head.LastSeq}, {head.MessageCount}, {head.RoomMentionCount}, " +
            $"{head.MemberCount}, {head.PinCount}, {head.LastMessageSeq}, {head.LastAt}, {head.Archived}, {head.Name}, " +
            $"{head.Topic}, {head.CreatedAt}, {head.CreatedBy}, {head.DirectKey}, {_month}, {_lastMessageMonth})");
        if (isNew)
        {
            WriteName(head);
            if (head.DirectKey is { } key)
            {
                _batch.DirectRooms.Add($"({key}, {_room})");
            }
        }
    }

    private void WriteName(RoomHead head)
    {
        var rooms = _batch.Rooms;
        if (head is { Kind: RoomKind.Public, Archived: false })
        {
            var name = SearchWords.Fold(head.Name ?? string.Empty);
            _batch.Then.Add(
                $"INSERT INTO {rooms}.room_names (room_id, name) VALUES ({_room}, {name}) ON DUPLICATE KEY UPDATE name = " +
                $"VALUES(name)");
        }
        else
        {
            _batch.Then.Add($"DELETE FROM {rooms}.room_names WHERE room_id = {_room}");
        }
    }

    /// <summary>What messages did to a member: mentions of them by name, and their own mark with what they had been mentioned up to it.</summary>
    private sealed class Touch
    {
        public long Mentions { get; set; }

        public (long Seq, long Messages, long Mentions, long RoomMentions)? Mark { get; set; }
    }
}
