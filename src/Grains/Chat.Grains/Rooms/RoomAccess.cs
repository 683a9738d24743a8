using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Grains;

/// <summary>
/// Who may do what in a room: the only place where that is decided. Pure functions of the room's row and the caller's membership, so that
/// they hold equally for a grain's memory and for facts read from the store. Null means allowed. What the caller may not see is answered
/// as not found, never as forbidden.
/// </summary>
public static class RoomAccess
{
    /// <summary>Whether the user is in the room now.</summary>
    public static bool IsMember(MemberState? member) => member is { Banned: false };

    /// <summary>May know that the room exists, its name and topic: members, and anybody who is not banned for public rooms.</summary>
    public static ErrorCode? See(RoomHead head, MemberState? caller) =>
        IsMember(caller) || (head.Kind is RoomKind.Public && caller is null) ? null : ErrorCode.RoomNotFound;

    /// <summary>May read the log, the history, pins, members; may set a read mark: members.</summary>
    public static ErrorCode? Read(RoomHead head, MemberState? caller) =>
        See(head, caller) ?? (IsMember(caller) ? null : ErrorCode.RoomForbidden);

    /// <summary>May send, react, type, and edit own messages: members who are not muted, in a room that is not archived.</summary>
    public static ErrorCode? Write(RoomHead head, MemberState? caller, DateTimeOffset now) =>
        Read(head, caller)
        ?? (head.Archived ? ErrorCode.RoomArchived : null)
        ?? (caller!.MutedUntil > now ? ErrorCode.RoomMuted : null);

    /// <summary>May replace a message's text: its author, who may write.</summary>
    public static ErrorCode? Edit(RoomHead head, MemberState? caller, Message message, DateTimeOffset now) =>
        Write(head, caller, now) ?? (message.By == caller!.UserId ? null : ErrorCode.RoomForbidden);

    /// <summary>May delete a message: its author, also when muted, and moderators.</summary>
    public static ErrorCode? Delete(RoomHead head, MemberState? caller, Message message) =>
        Read(head, caller)
        ?? (head.Archived ? ErrorCode.RoomArchived : null)
        ?? (message.By == caller!.UserId || caller.Role >= MemberRole.Admin ? null : ErrorCode.RoomForbidden);

    /// <summary>May pin and unpin: moderators; in direct rooms, every member.</summary>
    public static ErrorCode? Pin(RoomHead head, MemberState? caller, DateTimeOffset now) =>
        Write(head, caller, now)
        ?? (caller!.Role >= MemberRole.Admin || head.Kind is RoomKind.Direct ? null : ErrorCode.RoomForbidden);

    /// <summary>May change the room's name and topic: moderators; never in direct rooms.</summary>
    public static ErrorCode? Configure(RoomHead head, MemberState? caller) =>
        Read(head, caller)
        ?? (head.Kind is RoomKind.Direct ? ErrorCode.RoomDirectFixed : null)
        ?? (caller!.Role >= MemberRole.Admin ? null : ErrorCode.RoomForbidden);

    /// <summary>May archive the room or open it again: owners.</summary>
    public static ErrorCode? Archive(RoomHead head, MemberState? caller) =>
        Configure(head, caller) ?? (caller!.Role is MemberRole.Owner ? null : ErrorCode.RoomForbidden);

    /// <summary>May join by themselves: anybody who is not banned, public rooms that are not archived.</summary>
    public static ErrorCode? Join(RoomHead head, MemberState? caller) =>
        See(head, caller)
        ?? (IsMember(caller) || !head.Archived ? null : ErrorCode.RoomArchived);

    /// <summary>May add users: members of public rooms, moderators of private ones; to lift a ban, moderators only.</summary>
    public static ErrorCode? Add(RoomHead head, MemberState? caller, MemberState? user)
    {
        if (Read(head, caller) is { } refused)
        {
            return refused;
        }

        if (head.Kind is RoomKind.Direct)
        {
            return ErrorCode.RoomDirectFixed;
        }

        if (head.Archived)
        {
            return ErrorCode.RoomArchived;
        }

        var moderator = caller!.Role >= MemberRole.Admin;
        return moderator || (head.Kind is RoomKind.Public && user is not { Banned: true }) ? null : ErrorCode.RoomForbidden;
    }

    /// <summary>May leave: members, but for direct rooms, whose members are fixed.</summary>
    public static ErrorCode? Leave(RoomHead head, MemberState? caller) =>
        Read(head, caller) ?? (head.Kind is RoomKind.Direct ? ErrorCode.RoomDirectFixed : null);

    /// <summary>May remove, ban or mute a user: moderators of a higher rank.</summary>
    public static ErrorCode? Moderate(RoomHead head, MemberState? caller, MemberState? user) =>
        Configure(head, caller)
        ?? (user is { Banned: false } && user.Role >= caller!.Role ? ErrorCode.RoomForbidden : null);

    /// <summary>May change a member's role: owners.</summary>
    public static ErrorCode? ChangeRole(RoomHead head, MemberState? caller) => Archive(head, caller);
}
