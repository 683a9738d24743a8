using Chat.Storage.MySql.Driver;

namespace Chat.Storage.MySql.Rooms;

/// <summary>
/// The writes of a group commit: one INSERT of many rows per table, then what changes rows that are there, in the order of the events. Goes to the
/// server in one piece, unless it grows beyond what a packet should hold.
/// </summary>
internal sealed class CommitBatch
{
    // Servers take 16 MiB and more; a piece of this size costs little more as a round trip of its own.
    private const int MostBytes = 1024 * 1024;

    private readonly Link _link;
    private readonly RoomShard _shard;
    private SqlBatch _batch = null!;

    public CommitBatch(Link link, RoomShard shard)
    {
        _link = link;
        _shard = shard;
        Begin();
    }

    /// <summary>Database of the rooms.</summary>
    public Db Rooms => _shard.Rooms;

    /// <summary>Database of the messages.</summary>
    public Db Messages => _shard.Messages;

    public SqlRows ClientIds { get; private set; } = null!;

    public SqlRows MessageRows { get; private set; } = null!;

    public SqlRows Threads { get; private set; } = null!;

    public SqlRows Mentions { get; private set; } = null!;

    public SqlRows Events { get; private set; } = null!;

    public SqlRows NewRooms { get; private set; } = null!;

    public SqlRows OldRooms { get; private set; } = null!;

    public SqlRows DirectRooms { get; private set; } = null!;

    public SqlRows Months { get; private set; } = null!;

    public SqlRows ListChanges { get; private set; } = null!;

    public SqlRows Outbox { get; private set; } = null!;

    /// <summary>For statements that follow the INSERTs.</summary>
    public SqlBatch Then => _batch;

    /// <summary>Sends what there is when it is much.</summary>
    public void SendIfLarge()
    {
        if (_batch.Size > MostBytes)
        {
            _link.Run(_batch);
            Begin();
        }
    }

    /// <summary>Sends the rest, and commits.</summary>
    public void Commit() => _link.Commit(_batch);

    private void Begin()
    {
        const string HeadColumns =
            "(id, kind, version, last_seq, message_count, room_mention_count, member_count, pin_count, last_message_seq, last_at, archived, name, topic, " +
            "created_at, created_by, direct_key, last_month, last_message_month)";
        var head = new Sql(HeadColumns);
        _batch = new SqlBatch();

        // In the order in which others take the same rows' locks: first what tells a lost race.
        NewRooms = _batch.AddRows($"INSERT INTO {Rooms}.rooms {head} VALUES");
        DirectRooms = _batch.AddRows($"INSERT INTO {Rooms}.direct_rooms (direct_key, room_id) VALUES");
        OldRooms = _batch.AddRows(
            $"INSERT INTO {Rooms}.rooms {head} VALUES",
            " ON DUPLICATE KEY UPDATE version = VALUES(version), last_seq = VALUES(last_seq), message_count = VALUES(message_count), " +
            "room_mention_count = VALUES(room_mention_count), member_count = VALUES(member_count), pin_count = VALUES(pin_count), " +
            "last_message_seq = VALUES(last_message_seq), last_at = VALUES(last_at), archived = VALUES(archived), name = VALUES(name), " +
            "topic = VALUES(topic), last_month = VALUES(last_month), last_message_month = VALUES(last_message_month)");
        Months = _batch.AddRows(
            $"INSERT INTO {Rooms}.room_months (room_id, month, first_seq, messages_before, room_mentions_before) VALUES");
        ClientIds = _batch.AddRows(
            $"INSERT INTO {Messages}.message_client_ids (room_id, user_id, client_key, content_hash, seq, message_id, at) VALUES");
        MessageRows = _batch.AddRows(
            $"INSERT INTO {Messages}.messages (room_id, seq, month, id, by_user, at, ordinal, reply_to, thread, mentions_room, " +
            $"client_id, mentions, attachments, text) VALUES");
        Threads = _batch.AddRows($"INSERT INTO {Messages}.message_threads (room_id, thread, seq, month) VALUES");
        Mentions = _batch.AddRows($"INSERT INTO {Messages}.message_mentions (room_id, user_id, seq, ordinal) VALUES");
        Events = _batch.AddRows(
            $"INSERT INTO {Messages}.message_events (room_id, seq, month, commit_id, kind, at, by_user, target, is_on, user_id, " +
            $"`change`, role, muted_until, archived, mentions_room, mentions, text, emoji, name, topic) VALUES");
        ListChanges = _batch.AddRows($"INSERT INTO {Rooms}.room_list_changes (room_id, seq, user_id, is_member, at) VALUES");
        Outbox = _batch.AddRows($"INSERT INTO {Messages}.outbox (room_id, first_seq, last_seq, at) VALUES");
    }
}
