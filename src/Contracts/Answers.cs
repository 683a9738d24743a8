using System.Text.Json.Serialization;

namespace Chat.Contracts;

/// <summary>A page of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">The items of this page.</param>
/// <param name="Next">Cursor of the next page; null at the end.</param>
public sealed record Page<T>(
    IReadOnlyList<T> Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

/// <summary>Answer of register, login and refresh.</summary>
/// <param name="User">The user signed in.</param>
/// <param name="SessionId">The session that the tokens belong to.</param>
/// <param name="AccessToken">Bearer token for REST and hub.</param>
/// <param name="RefreshToken">Good for one refresh, which returns the next one.</param>
/// <param name="ExpiresIn">Seconds until the access token expires.</param>
public sealed record AuthResponse(Profile User, SessionId SessionId, string AccessToken, string RefreshToken, int ExpiresIn);

/// <summary>A sign-in of the user on one device.</summary>
public sealed record SessionInfo(SessionId SessionId, string Device, DateTimeOffset CreatedAt, DateTimeOffset LastSeen, bool Current);

/// <summary>What everybody may know of a user.</summary>
public sealed record Profile(UserId UserId, string Username, string DisplayName, string? Avatar = null, string? Status = null);

/// <summary>A room as one of its members, or anybody for a public room, sees it.</summary>
public sealed record RoomInfo
{
    /// <summary>The room.</summary>
    public required RoomId RoomId { get; init; }

    /// <summary>Who may find and read it.</summary>
    public required RoomKind Kind { get; init; }

    /// <summary>Its name; null for direct rooms.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Name { get; init; }

    /// <summary>Its topic.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Topic { get; init; }

    /// <summary>Whether it is read only for all.</summary>
    public bool Archived { get; init; }

    /// <summary>Seq of the last event; 0 for those who may not read the log.</summary>
    public required long LastSeq { get; init; }

    /// <summary>How many members it has.</summary>
    public required int MemberCount { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The caller's role; null when the caller is no member.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public MemberRole? Role { get; init; }

    /// <summary>The other users of a direct room; null for other kinds.</summary>
    public IReadOnlyList<UserId>? With { get; init; }
}

/// <summary>An entry of the caller's room list.</summary>
public sealed record RoomListItem
{
    /// <summary>The room.</summary>
    public required RoomId RoomId { get; init; }

    /// <summary>Who may find and read it.</summary>
    public required RoomKind Kind { get; init; }

    /// <summary>Its name; null for direct rooms.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Name { get; init; }

    /// <summary>Its topic.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Topic { get; init; }

    /// <summary>Whether it is read only for all.</summary>
    public bool Archived { get; init; }

    /// <summary>Seq of the last event.</summary>
    public required long LastSeq { get; init; }

    /// <summary>The caller's read mark.</summary>
    public required long ReadSeq { get; init; }

    /// <summary>Messages after the mark.</summary>
    public required long Unread { get; init; }

    /// <summary>Messages after the mark that mention the caller or the room.</summary>
    public required long Mentions { get; init; }

    /// <summary>The newest message as it is now; null in a room without messages.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Message? LastMessage { get; init; }

    /// <summary>The caller's role.</summary>
    public required MemberRole Role { get; init; }

    /// <summary>What the caller wants to be told.</summary>
    public required NotifyLevel Notify { get; init; }

    /// <summary>How many members it has.</summary>
    public required int MemberCount { get; init; }

    /// <summary>The other users of a direct room; null for other kinds.</summary>
    public IReadOnlyList<UserId>? With { get; init; }
}

/// <summary>A member of a room.</summary>
public sealed record MemberInfo
{
    /// <summary>The user.</summary>
    public required UserId UserId { get; init; }

    /// <summary>Their user name.</summary>
    public required string Username { get; init; }

    /// <summary>Their display name.</summary>
    public required string DisplayName { get; init; }

    /// <summary>What they say of themselves at the moment; null when nothing.</summary>
    public string? Status { get; init; }

    /// <summary>Their role.</summary>
    public required MemberRole Role { get; init; }

    /// <summary>Seq of the event with which they joined.</summary>
    public required long JoinedSeq { get; init; }

    /// <summary>Muted until then; null when not muted.</summary>
    public DateTimeOffset? MutedUntil { get; init; }

    /// <summary>Their read mark; only in rooms where read marks are shown to others.</summary>
    public long? ReadSeq { get; init; }
}

/// <summary>Answer of a send. It is given only when the message is on disk.</summary>
/// <param name="RoomId">The room.</param>
/// <param name="Seq">The message's place in the room's log.</param>
/// <param name="MessageId">The message.</param>
/// <param name="At">When it was committed.</param>
public sealed record SendAck(RoomId RoomId, long Seq, MessageId MessageId, DateTimeOffset At);

/// <summary>Answer of setting a read mark.</summary>
public sealed record ReadState(long ReadSeq, long Unread, long Mentions);

/// <summary>GET /api/rooms/{roomId}/messages and /pins: messages as they are when the log stood at <paramref name="LastSeq"/>.</summary>
/// <param name="Items">In the order that was asked for.</param>
/// <param name="Next">Value of the same parameter for the next page; null at the end.</param>
/// <param name="LastSeq">Seq of the room's last event at the time of reading: events up to it are in the items, later ones are not.</param>
public sealed record MessagesPage(
    IReadOnlyList<Message> Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next,
    long LastSeq);

/// <summary>GET /api/rooms/{roomId}/events: a stretch of the log.</summary>
/// <param name="Events">Oldest first.</param>
/// <param name="LastSeq">Seq of the room's last event at the time of reading.</param>
public sealed record EventsPage(IReadOnlyList<RoomEvent> Events, long LastSeq);

/// <summary>The hub's answer to Sync for one room.</summary>
/// <param name="RoomId">The room.</param>
/// <param name="LastSeq">Seq of the room's last event at the time of reading.</param>
/// <param name="Events">What follows the cursor, oldest first.</param>
/// <param name="More">Call again from the last event's seq (from the same cursor when there are none).</param>
/// <param name="Reset">The log cannot be continued from that cursor: fetch the room afresh.</param>
/// <param name="Error">With <paramref name="Reset"/>: the code when the room cannot be fetched either.</param>
public sealed record SyncResult(
    RoomId RoomId,
    long LastSeq,
    IReadOnlyList<RoomEvent> Events,
    bool More,
    bool Reset,
    string? Error = null);

/// <summary>The hub's answer to Watch for one user, and the arguments of a presence push.</summary>
public sealed record PresenceInfo(UserId UserId, PresenceState State, DateTimeOffset? LastSeen);

/// <summary>Payload of the hub's <c>rooms</c> push: the user gained or lost a room.</summary>
/// <param name="RoomId">The room.</param>
/// <param name="Change">What happened.</param>
/// <param name="Seq">Seq of the membership event.</param>
public sealed record RoomsChange(RoomId RoomId, MemberChange Change, long Seq);
