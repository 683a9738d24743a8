using Chat.Contracts;
using Orleans;

namespace Chat.Abstractions;

/// <summary>
/// Writes to a room's log. Key: the room id in decimal. The caller is the authenticated user, never taken from a payload. Answers come
/// after the commit. Calls of one caller take effect in the order in which they were made. One class implements all room interfaces, so
/// they reach one activation.
/// </summary>
[Alias("chat.IRoomGrain")]
public interface IRoomGrain : IGrainWithStringKey
{
    /// <summary>Sends a message; a clientId seen before returns the first acknowledgement and adds nothing.</summary>
    Task<Result<SendOutcome>> Send(UserId caller, SendRequest request);

    /// <summary>Replaces the text of the caller's own message; answers the event's seq.</summary>
    Task<Result<long>> Edit(UserId caller, long seq, string text);

    /// <summary>Deletes the caller's own message, or anybody's for moderators; deleting again changes nothing. Answers the event's seq, or 0.</summary>
    Task<Result<long>> Delete(UserId caller, long seq);

    /// <summary>Sets or takes back a reaction; repeating changes nothing. Answers the event's seq, or 0.</summary>
    Task<Result<long>> React(UserId caller, long seq, string emoji, bool on);

    /// <summary>Pins or unpins a message; repeating changes nothing. Answers the event's seq, or 0.</summary>
    Task<Result<long>> Pin(UserId caller, long seq, bool on);

    /// <summary>Moves the caller's read mark forward.</summary>
    Task<Result<ReadState>> MarkRead(UserId caller, long seq);

    /// <summary>Tells the others that the caller types; not kept.</summary>
    Task<Result<bool>> Typing(UserId caller);
}

/// <summary>Answer of a send.</summary>
/// <param name="Ack">The acknowledgement.</param>
/// <param name="Seen">Whether the clientId was known, so that nothing was added.</param>
[GenerateSerializer, Immutable, Alias("chat.SendOutcome")]
public sealed record SendOutcome(SendAck Ack, bool Seen);

/// <summary>A room's own properties. Key: the room id in decimal.</summary>
[Alias("chat.IRoomSettingsGrain")]
public interface IRoomSettingsGrain : IGrainWithStringKey
{
    /// <summary>Makes the room under this grain's id, or answers the direct room that the same users have already.</summary>
    Task<Result<RoomCreated>> Create(UserId caller, CreateRoomRequest request);

    /// <summary>The room as the caller may see it.</summary>
    Task<Result<RoomInfo>> Get(UserId caller);

    /// <summary>Changes name, topic (moderators) or archived (owners).</summary>
    Task<Result<RoomInfo>> Update(UserId caller, RoomPatch patch);
}

/// <summary>Answer of creating a room.</summary>
/// <param name="Room">The room.</param>
/// <param name="Existing">Whether it was there already (direct rooms).</param>
[GenerateSerializer, Immutable, Alias("chat.RoomCreated")]
public sealed record RoomCreated(RoomInfo Room, bool Existing);

/// <summary>A room's members. Key: the room id in decimal.</summary>
[Alias("chat.IRoomMembersGrain")]
public interface IRoomMembersGrain : IGrainWithStringKey
{
    /// <summary>Joins a public room; joining again changes nothing.</summary>
    Task<Result<RoomInfo>> Join(UserId caller);

    /// <summary>Leaves the room. The last owner's role goes to the highest, then oldest, remaining member.</summary>
    Task<Result<long>> Leave(UserId caller);

    /// <summary>Adds users (members of private rooms: moderators only); lifts a ban when the caller is a moderator. Those who are in already stay.</summary>
    Task<Result<IReadOnlyList<MemberState>>> Add(UserId caller, IReadOnlyList<UserId> users);

    /// <summary>Changes a member's role (owners) or mute (moderators, of lower ranks); null leaves either as it is.</summary>
    Task<Result<MemberState>> Change(UserId caller, UserId user, MemberRole? role, MuteChange? mute);

    /// <summary>Removes a member of lower rank, and bans them when asked; banning also works on users who are no members.</summary>
    Task<Result<long>> Remove(UserId caller, UserId user, bool ban);

    /// <summary>Members with a user id above <paramref name="after"/>, by user id.</summary>
    Task<Result<IReadOnlyList<MemberRow>>> List(UserId caller, UserId after, int limit);
}

/// <summary>A member's mute from now on.</summary>
/// <param name="Until">Muted until then; null, or a time past, unmutes.</param>
[GenerateSerializer, Immutable, Alias("chat.MuteChange")]
public sealed record MuteChange(DateTimeOffset? Until);

/// <summary>Reads a room's log. Key: the room id in decimal. Only members read.</summary>
[Alias("chat.IRoomLogGrain")]
public interface IRoomLogGrain : IGrainWithStringKey
{
    /// <summary>Messages as they are now.</summary>
    Task<Result<MessageList>> Messages(UserId caller, MessageQuery query);

    /// <summary>The log after a seq, oldest first.</summary>
    Task<Result<EventsPage>> Events(UserId caller, long after, int limit);

    /// <summary>The pinned messages, the last pinned first.</summary>
    Task<Result<MessageList>> Pins(UserId caller);
}

/// <summary>Messages as they were when the log stood at a seq.</summary>
/// <param name="Items">In the order of the query.</param>
/// <param name="LastSeq">Seq of the room's last event at the time of reading.</param>
[GenerateSerializer, Immutable, Alias("chat.MessageList")]
public sealed record MessageList(IReadOnlyList<Message> Items, long LastSeq);
