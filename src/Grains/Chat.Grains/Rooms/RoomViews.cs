using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Grains;

/// <summary>What of a room goes to a client.</summary>
internal static class RoomViews
{
    public static RoomInfo Info(RoomHead head, MemberState? caller)
    {
        var member = RoomAccess.IsMember(caller);
        return new RoomInfo
        {
            RoomId = head.Id,
            Kind = head.Kind,
            Name = head.Name,
            Topic = head.Topic,
            Archived = head.Archived,
            LastSeq = member ? head.LastSeq : 0,
            MemberCount = head.MemberCount,
            CreatedAt = head.CreatedAt,
            Role = member ? caller!.Role : null,
            With = member ? With(head, caller!.UserId) : null,
        };
    }

    public static RoomListItem ListItem(MemberRoom room) =>
        new()
        {
            RoomId = room.Head.Id,
            Kind = room.Head.Kind,
            Name = room.Head.Name,
            Topic = room.Head.Topic,
            Archived = room.Head.Archived,
            LastSeq = room.Head.LastSeq,
            ReadSeq = room.Read.ReadSeq,
            Unread = room.Read.Unread,
            Mentions = room.Read.Mentions,
            LastMessage = room.LastMessage,
            Role = room.Member.Role,
            Notify = room.Notify,
            MemberCount = room.Head.MemberCount,
            With = With(room.Head, room.Member.UserId),
        };

    private static List<UserId>? With(RoomHead head, UserId caller) =>
        head.DirectKey is null
            ? null
            : [.. head.DirectKey.Split('-').Select(id => IdText.Parse<UserId>(id)).Where(id => id != caller)];
}
