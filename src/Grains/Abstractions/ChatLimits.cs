namespace Chat.Abstractions;

/// <summary>Section <c>Chat:Limits</c>: what one user, room or call may use. Each limit has its own error code.</summary>
public sealed class ChatLimits
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Chat:Limits";

    /// <summary>Largest text of a message, in bytes of UTF-8. Larger ones cost every member of the room. (<c>message.too_long</c>)</summary>
    public int TextBytes { get; set; } = 8 * 1024;

    /// <summary>Largest frame from a hub client, in bytes. (<c>request.too_large</c>)</summary>
    public int HubFrameBytes { get; set; } = 64 * 1024;

    /// <summary>Largest REST body, in bytes. (<c>request.too_large</c>)</summary>
    public int RequestBodyBytes { get; set; } = 256 * 1024;

    /// <summary>Longest room name, in characters as people count them. (<c>room.name_invalid</c>)</summary>
    public int RoomNameLength { get; set; } = 80;

    /// <summary>Longest room topic, in characters as people count them. (<c>room.topic_invalid</c>)</summary>
    public int RoomTopicLength { get; set; } = 250;

    /// <summary>Longest display name, in characters as people count them. (<c>user.display_name_invalid</c>)</summary>
    public int DisplayNameLength { get; set; } = 64;

    /// <summary>Longest status, in characters as people count them. (<c>user.status_invalid</c>)</summary>
    public int StatusLength { get; set; } = 100;

    /// <summary>Most members named in one call. (<c>request.too_many_items</c>)</summary>
    public int MembersPerCall { get; set; } = 100;

    /// <summary>Most members of a room; its grain keeps them in memory, about 100 bytes each. (<c>room.members_limit</c>)</summary>
    public int MembersPerRoom { get; set; } = 100_000;

    /// <summary>Most users of a direct room, the creator included. (<c>request.too_many_items</c>)</summary>
    public int MembersPerDirect { get; set; } = 10;

    /// <summary>Most rooms of a user. A connection hears them all. (<c>room.rooms_limit</c>)</summary>
    public int RoomsPerUser { get; set; } = 500;

    /// <summary>Most different emoji on a message. (<c>reaction.limit</c>)</summary>
    public int EmojiPerMessage { get; set; } = 50;

    /// <summary>Most pinned messages of a room. (<c>pin.limit</c>)</summary>
    public int PinsPerRoom { get; set; } = 100;

    /// <summary>Most users whose names are looked up for one message's mentions; later ones are plain text.</summary>
    public int MentionsPerMessage { get; set; } = 50;

    /// <summary>Calls that wait in one room before further ones are refused. (<c>server.busy</c>)</summary>
    public int PendingPerRoom { get; set; } = 4096;

    /// <summary>Most events in one commit of a room.</summary>
    public int EventsPerCommit { get; set; } = 512;

    /// <summary>Read marks are shown to others in rooms of at most so many members.</summary>
    public int ReadMarkMembers { get; set; } = 50;

    /// <summary>How long a used clientId is remembered; the contract promises seven days.</summary>
    public TimeSpan ClientIdRetention { get; set; } = TimeSpan.FromDays(8);

    /// <summary>What is wrong with these values, one sentence each; none when they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var (name, value, least, most) in new (string, long, long, long)[]
        {
            (nameof(TextBytes), TextBytes, 1, 32 * 1024),
            (nameof(HubFrameBytes), HubFrameBytes, 4096, 1 << 20),
            (nameof(RequestBodyBytes), RequestBodyBytes, 4096, 16 << 20),
            (nameof(RoomNameLength), RoomNameLength, 1, 200),
            (nameof(RoomTopicLength), RoomTopicLength, 0, 1000),
            (nameof(DisplayNameLength), DisplayNameLength, 1, 200),
            (nameof(StatusLength), StatusLength, 0, 500),
            (nameof(MembersPerCall), MembersPerCall, 1, 1000),
            (nameof(MembersPerRoom), MembersPerRoom, 2, 1_000_000),
            (nameof(MembersPerDirect), MembersPerDirect, 2, 50),
            (nameof(RoomsPerUser), RoomsPerUser, 1, 5000),
            (nameof(EmojiPerMessage), EmojiPerMessage, 1, 500),
            (nameof(PinsPerRoom), PinsPerRoom, 1, 200),
            (nameof(MentionsPerMessage), MentionsPerMessage, 0, 500),
            (nameof(PendingPerRoom), PendingPerRoom, 1, 1_000_000),
            (nameof(EventsPerCommit), EventsPerCommit, 1, 10_000),
            (nameof(ReadMarkMembers), ReadMarkMembers, 0, 10_000),
            ($"{nameof(ClientIdRetention)} (days)", (long)ClientIdRetention.TotalDays, 7, 3650),
        })
        {
            if (value < least || value > most)
            {
                yield return $"{Section}:{name} is {value}; it must be from {least} to {most}.";
            }
        }

        if (HubFrameBytes < (TextBytes * 2) + 1024)
        {
            yield return $"{Section}:{nameof(HubFrameBytes)} is too small for a message of {TextBytes} bytes with its escapes.";
        }
    }
}
