namespace Chat.Contracts;

/// <summary>POST /api/auth/register.</summary>
/// <param name="Username">Lower-case letters, digits, dot, dash, underscore; unique; never changes.</param>
/// <param name="Password">Kept as a hash only.</param>
/// <param name="DisplayName">Shown to others; the user name when absent.</param>
/// <param name="Device">What the session list shows; the client's own words.</param>
public sealed record RegisterRequest(string? Username, string? Password, string? DisplayName = null, string? Device = null);

/// <summary>POST /api/auth/login.</summary>
public sealed record LoginRequest(string? Username, string? Password, string? Device = null);

/// <summary>POST /api/auth/refresh and /api/auth/logout.</summary>
public sealed record RefreshRequest(string? RefreshToken);

/// <summary>PATCH /api/users/me. Absent or null leaves a property as it is; an empty string clears avatar and status.</summary>
public sealed record ProfilePatch(string? DisplayName = null, string? Avatar = null, string? Status = null);

/// <summary>POST /api/rooms.</summary>
/// <param name="Kind">public, private or direct.</param>
/// <param name="Name">Required but for direct rooms, where it must be absent.</param>
/// <param name="Topic">What the room is about.</param>
/// <param name="MemberIds">Who is in it from the start, beside the creator; for a direct room, the other users.</param>
public sealed record CreateRoomRequest(RoomKind Kind, string? Name = null, string? Topic = null, IReadOnlyList<UserId>? MemberIds = null);

/// <summary>PATCH /api/rooms/{roomId}. Absent or null leaves a property as it is; an empty topic clears it.</summary>
public sealed record RoomPatch(string? Name = null, string? Topic = null, bool? Archived = null);

/// <summary>POST /api/rooms/{roomId}/members.</summary>
public sealed record AddMembersRequest(IReadOnlyList<UserId>? UserIds);

/// <summary>PATCH /api/rooms/{roomId}/members/{userId}: absent properties stay; <c>mutedUntil: null</c> unmutes.</summary>
public sealed record MemberPatch
{
    private DateTimeOffset? _mutedUntil;

    /// <summary>The new role.</summary>
    public MemberRole? Role { get; set; }

    /// <summary>No sending, editing or reacting before this time.</summary>
    public DateTimeOffset? MutedUntil
    {
        get => _mutedUntil;
        set
        {
            _mutedUntil = value;
            HasMutedUntil = true;
        }
    }

    /// <summary>Whether the request named <see cref="MutedUntil"/>, were it with null.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool HasMutedUntil { get; private set; }
}

/// <summary>POST /api/rooms/{roomId}/messages and the hub's Send.</summary>
/// <param name="ClientId">The sender's own key, 1 to 64 characters: sending it again returns the first acknowledgement.</param>
/// <param name="Text">The text.</param>
/// <param name="ReplyTo">Seq of the message that this one answers.</param>
/// <param name="Thread">Seq of the message whose thread this one is in.</param>
/// <param name="Attachments">Files to show with it.</param>
public sealed record SendRequest(
    string? ClientId,
    string? Text,
    long? ReplyTo = null,
    long? Thread = null,
    IReadOnlyList<Attachment>? Attachments = null);

/// <summary>PATCH /api/rooms/{roomId}/messages/{seq}.</summary>
public sealed record EditRequest(string? Text);

/// <summary>PUT /api/rooms/{roomId}/read.</summary>
public sealed record ReadRequest(long Seq);
