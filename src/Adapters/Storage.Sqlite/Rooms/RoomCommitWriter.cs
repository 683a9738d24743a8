using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Storage.Sqlite;

/// <summary>
/// Writes one room's commit: the row by compare-and-set, what each event changes, and the outbox row. Every statement finds its rows by
/// key, so the cost is that of the commit, never of the room.
/// </summary>
internal ref struct RoomCommitWriter
{
    private const string InsertHeadSql =
        "INSERT INTO rooms (id, kind, version, last_seq, message_count, room_mention_count, member_count, pin_count, " +
        "last_message_seq, last_at, " +
        "archived, name, topic, created_at, created_by, direct_key) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING";

    private const string UpdateHeadSql =
        "UPDATE rooms SET version = ?, last_seq = ?, message_count = ?, room_mention_count = ?, member_count = ?, pin_count = ?, " +
        "last_message_seq = ?, last_at = ?, archived = ?, name = ?, topic = ? WHERE id = ? AND version = ? AND last_seq = ?";

    private const string FindDirectSql = "SELECT id FROM rooms WHERE direct_key = ?";
    private const string SetNameSql =
        "INSERT INTO room_names (room_id, name) VALUES (?, ?) ON CONFLICT (room_id) DO UPDATE SET name = excluded.name";
    private const string DropNameSql = "DELETE FROM room_names WHERE room_id = ?";
    private const string InsertOutboxSql = "INSERT INTO outbox (room_id, first_seq, last_seq, at) VALUES (?, ?, ?, ?)";

    private const string InsertEventSql =
        "INSERT INTO message_events (room_id, seq, kind, at, by_user, target, is_on, user_id, change, role, muted_until, archived, " +
        "mentions_room, mentions, text, emoji, name, topic) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

    // Joining marks everything up to the join as read. Mentions are counted on from those of an earlier membership.
    private const string JoinSql =
        """
        INSERT INTO room_members (room_id, user_id, role, banned, joined_seq, muted_until, mention_count, read_seq, read_messages, read_mentions, read_room_mentions)
        SELECT ?1, ?2, ?3, 0, ?4, NULL, mentions, ?4, ?5, mentions, ?6
        FROM (SELECT coalesce((SELECT ordinal FROM message_mentions WHERE room_id = ?1 AND user_id = ?2 ORDER BY seq DESC LIMIT 1), 0) AS mentions)
        WHERE true
        ON CONFLICT (room_id, user_id) DO UPDATE SET
            role = excluded.role, banned = 0, joined_seq = excluded.joined_seq, muted_until = NULL, mention_count = excluded.mention_count,
            read_seq = excluded.read_seq, read_messages = excluded.read_messages, read_mentions = excluded.read_mentions,
            read_room_mentions = excluded.read_room_mentions
        """;

    private const string OutSql = "DELETE FROM room_members WHERE room_id = ? AND user_id = ?";

    private const string BanSql =
        "INSERT INTO room_members (room_id, user_id, role, banned, joined_seq, muted_until, mention_count, read_seq, " +
        "read_messages, read_mentions, " +
        "read_room_mentions) VALUES (?, ?, ?, 1, 0, NULL, 0, 0, 0, 0, 0) " +
        "ON CONFLICT (room_id, user_id) DO UPDATE SET role = excluded.role, banned = 1, muted_until = NULL";

    private const string RoleSql = "UPDATE room_members SET role = ? WHERE room_id = ? AND user_id = ?";
    private const string MuteSql = "UPDATE room_members SET muted_until = ? WHERE room_id = ? AND user_id = ?";

    private readonly SqliteHandle _handle;
    private readonly RoomCommit _commit;
    private readonly RoomId _room;
    private long _messages;
    private long _roomMentions;

    private RoomCommitWriter(SqliteHandle handle, RoomCommit commit)
    {
        _handle = handle;
        _commit = commit;
        _room = commit.Head.Id;
        _messages = commit.Head.MessageCount;
        _roomMentions = commit.Head.RoomMentionCount;
        foreach (var entry in commit.Entries)
        {
            if (entry.Event is { Kind: EventKind.Message, Message: { } message })
            {
                _messages--;
                _roomMentions -= message.MentionsRoom ? 1 : 0;
            }
        }
    }

    /// <summary>Writes it. Unless it answers Committed, the caller has to roll back what was written.</summary>
    public static CommitOutcome Write(SqliteHandle handle, RoomCommit commit)
    {
        var writer = new RoomCommitWriter(handle, commit);
        return writer.WriteHead() ?? writer.WriteEntries();
    }

    private readonly CommitOutcome? WriteHead()
    {
        var head = _commit.Head;
        if (_commit.ExpectedVersion == 0)
        {
            return InsertHead(head);
        }

        var changed = _handle.Prepare(UpdateHeadSql)
            .Bind(head.Version).Bind(head.LastSeq).Bind(head.MessageCount).Bind(head.RoomMentionCount).Bind(head.MemberCount).Bind(head.PinCount)
            .Bind(head.LastMessageSeq).Bind(head.LastAt).Bind(head.Archived).Bind(head.Name).Bind(head.Topic)
            .Bind(head.Id).Bind(_commit.ExpectedVersion).Bind(_commit.ExpectedLastSeq)
            .ExecuteCount();
        return changed == 1 ? null : CommitOutcome.Conflict;
    }

    private readonly CommitOutcome? InsertHead(RoomHead head)
    {
        var inserted = _handle.Prepare(InsertHeadSql)
            .Bind(head.Id).Bind((int)head.Kind).Bind(head.Version).Bind(head.LastSeq).Bind(head.MessageCount).Bind(head.RoomMentionCount)
            .Bind(head.MemberCount).Bind(head.PinCount).Bind(head.LastMessageSeq).Bind(head.LastAt).Bind(head.Archived).Bind(head.Name)
            .Bind(head.Topic).Bind(head.CreatedAt).Bind(head.CreatedBy).Bind(head.DirectKey)
            .ExecuteCount();
        if (inserted == 1)
        {
            WriteName(head);
            return null;
        }

        if (RoomRows.FindHead(_handle, head.Id) is not null || head.DirectKey is null
            || _handle.Prepare(FindDirectSql).Bind(head.DirectKey).ExecuteLong() is not { } existing)
        {
            return CommitOutcome.Conflict;
        }

        return new CommitOutcome(CommitStatus.DirectExists) { ExistingRoom = new RoomId(existing) };
    }

    private CommitOutcome WriteEntries()
    {
        List<ClientIdRecord>? seen = null;
        foreach (var entry in _commit.Entries)
        {
            var roomEvent = entry.Event;
            if (roomEvent is { Kind: EventKind.Message, Message: { } message })
            {
                _messages++;
                _roomMentions += message.MentionsRoom ? 1 : 0;
                if (!MessageWriter.InsertClientId(_handle, _room, message, entry.ContentHash))
                {
                    (seen ??= []).Add(SqliteRoomStore.FindClientId(_handle, _room, message.By, message.ClientId)!);
                }
                else if (seen is null)
                {
                    MessageWriter.Insert(_handle, _room, message, entry.MessageOrdinal, _roomMentions);
                }
            }
            else if (seen is null)
            {
                WriteEvent(roomEvent);
            }
        }

        if (seen is not null)
        {
            return new CommitOutcome(CommitStatus.Duplicate) { Seen = seen };
        }

        _handle.Prepare(InsertOutboxSql).Bind(_room).Bind(_commit.ExpectedLastSeq + 1).Bind(_commit.Head.LastSeq).Bind(_commit.Head.LastAt).Execute();
        return CommitOutcome.Committed;
    }

    private readonly void WriteEvent(RoomEvent roomEvent)
    {
        var text = roomEvent.Text;
        var (mentions, mentionsRoom) = (roomEvent.Mentions, roomEvent.MentionsRoom);
        switch (roomEvent.Kind)
        {
            case EventKind.Edit when roomEvent.Target is { } target:
                if (!MessageWriter.Edit(_handle, _room, target, roomEvent))
                {
                    // The message is deleted: nothing of its text may come back.
                    (text, mentions, mentionsRoom) = (string.Empty, [], false);
                }

                break;

            case EventKind.Delete when roomEvent.Target is { } target:
                MessageWriter.Delete(_handle, _room, target);
                break;

            case EventKind.Reaction when roomEvent is { Target: { } target, Emoji: { } emoji }:
                MessageWriter.React(_handle, _room, target, emoji, roomEvent.By, roomEvent.On is true, roomEvent.Seq);
                break;

            case EventKind.Pin when roomEvent.Target is { } target:
                MessageWriter.Pin(_handle, _room, target, roomEvent.On is true ? roomEvent.Seq : null);
                break;

            case EventKind.Member when roomEvent.UserId is { } user:
                WriteMember(roomEvent, user);
                break;

            case EventKind.Room:
                WriteName(_commit.Head);
                break;
        }

        _handle.Prepare(InsertEventSql)
            .Bind(_room).Bind(roomEvent.Seq).Bind((int)roomEvent.Kind).Bind(roomEvent.At).Bind(roomEvent.By).Bind(roomEvent.Target)
            .Bind(roomEvent.On).Bind(roomEvent.UserId?.Value).Bind((long?)roomEvent.Change).Bind((long?)roomEvent.Role).Bind(roomEvent.MutedUntil)
            .Bind(roomEvent.Archived).Bind(mentionsRoom).Bind(StoredJson.Write(mentions)).Bind(text).Bind(roomEvent.Emoji)
            .Bind(roomEvent.Name).Bind(roomEvent.Topic)
            .Execute();
    }

    private readonly void WriteMember(RoomEvent roomEvent, UserId user)
    {
        var role = (long)(roomEvent.Role ?? MemberRole.Member);
        switch (roomEvent.Change)
        {
            case MemberChange.Joined:
                _handle.Prepare(JoinSql).Bind(_room).Bind(user).Bind(role).Bind(roomEvent.Seq).Bind(_messages).Bind(_roomMentions).Execute();
                break;

            case MemberChange.Left or MemberChange.Removed:
                _handle.Prepare(OutSql).Bind(_room).Bind(user).Execute();
                break;

            case MemberChange.Banned:
                _handle.Prepare(BanSql).Bind(_room).Bind(user).Bind(role).Execute();
                break;

            case MemberChange.Role:
                _handle.Prepare(RoleSql).Bind(role).Bind(_room).Bind(user).Execute();
                break;

            case MemberChange.Muted:
                _handle.Prepare(MuteSql).Bind(roomEvent.MutedUntil).Bind(_room).Bind(user).Execute();
                break;
        }
    }

    private readonly void WriteName(RoomHead head)
    {
        if (head is { Kind: RoomKind.Public, Archived: false })
        {
            _handle.Prepare(SetNameSql).Bind(head.Id).Bind((head.Name ?? string.Empty).ToLowerInvariant()).Execute();
        }
        else
        {
            _handle.Prepare(DropNameSql).Bind(head.Id).Execute();
        }
    }
}
