using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Contracts;

/// <summary>
/// One way in which a call is refused. The table below is the only place where codes are made; each says its HTTP status, whether
/// the same call may succeed later, and whether a retried send may keep its <c>clientId</c>.
/// </summary>
[JsonConverter(typeof(ErrorCodeJsonConverter))]
public sealed class ErrorCode
{
    private static readonly Dictionary<string, ErrorCode> ByCode = new(StringComparer.Ordinal);

    private ErrorCode(string code, int status, bool retryable, string title)
    {
        Code = code;
        Status = status;
        Retryable = retryable;
        Title = title;
        ByCode.Add(code, this);
    }

    /// <summary>The stable code on the wire.</summary>
    public string Code { get; }

    /// <summary>The HTTP status that goes with it.</summary>
    public int Status { get; }

    /// <summary>Whether the same call, with the same clientId, may succeed later without anything else changing.</summary>
    public bool Retryable { get; }

    /// <summary>What it means, in one line; the same for every occurrence.</summary>
    public string Title { get; }

    /// <summary>Every code, in the order of this file.</summary>
    public static IReadOnlyCollection<ErrorCode> All => ByCode.Values;

#pragma warning disable CS1591 // Each line's title is its documentation.
    public static readonly ErrorCode RequestInvalid = new("request.invalid", 400, false, "The request is not well formed");
    public static readonly ErrorCode RequestTooLarge = new("request.too_large", 413, false, "The request or frame is too large");
    public static readonly ErrorCode RequestTooManyItems = new("request.too_many_items", 400, false, "Too many items in one call");
    public static readonly ErrorCode RequestNotFound = new("request.not_found", 404, false, "There is nothing at this address");
    public static readonly ErrorCode RequestMethodInvalid = new("request.method_invalid", 405, false, "This address does not take this method");
    public static readonly ErrorCode RequestMediaTypeInvalid = new("request.media_type_invalid", 415, false, "The body is not declared as JSON");
    public static readonly ErrorCode CursorInvalid = new("cursor.invalid", 400, false, "The cursor is not one that this list gave out");
    public static readonly ErrorCode OriginForbidden = new("origin.forbidden", 403, false, "Pages of this origin may not connect");
    public static readonly ErrorCode RateLimited = new("rate.limited", 429, true, "Too many calls; wait and try again");
    public static readonly ErrorCode ServerBusy = new("server.busy", 503, true, "The server has more work than it takes on");
    public static readonly ErrorCode ServerStopping = new("server.stopping", 503, true, "This server is about to stop; connect again");
    public static readonly ErrorCode ServerInternal = new("server.internal", 500, true, "The server failed; nothing is known of the outcome");
    public static readonly ErrorCode StorageUnavailable = new("storage.unavailable", 503, true, "The store does not answer; try again");

    public static readonly ErrorCode AuthInvalid = new("auth.invalid", 401, false, "Sign in: the token or the password is not valid");
    public static readonly ErrorCode UsernameTaken = new("user.username_taken", 409, false, "Somebody has this user name");
    public static readonly ErrorCode UsernameInvalid = new("user.username_invalid", 400, false, "The user name is not allowed");
    public static readonly ErrorCode PasswordInvalid = new("user.password_invalid", 400, false, "The password is too short or too long");
    public static readonly ErrorCode DisplayNameInvalid = new("user.display_name_invalid", 400, false, "The display name is not allowed");
    public static readonly ErrorCode AvatarInvalid = new("user.avatar_invalid", 400, false, "The avatar is not allowed");
    public static readonly ErrorCode StatusInvalid = new("user.status_invalid", 400, false, "The status is not allowed");
    public static readonly ErrorCode DeviceInvalid = new("session.device_invalid", 400, false, "The device name is not allowed");
    public static readonly ErrorCode UserNotFound = new("user.not_found", 404, false, "There is no such user");
    public static readonly ErrorCode SessionNotFound = new("session.not_found", 404, false, "There is no such session");
    public static readonly ErrorCode ConnectionLimit = new("session.connection_limit", 429, true, "Too many connections of this user");

    public static readonly ErrorCode RoomNotFound = new("room.not_found", 404, false, "There is no such room");
    public static readonly ErrorCode RoomForbidden = new("room.forbidden", 403, false, "This needs membership or a higher role");
    public static readonly ErrorCode RoomMuted = new("room.muted", 403, false, "The member is muted in this room");
    public static readonly ErrorCode RoomArchived = new("room.archived", 409, false, "The room is archived and read only");
    public static readonly ErrorCode RoomKindInvalid = new("room.kind_invalid", 400, false, "A room is public, private or direct");
    public static readonly ErrorCode RoomNameInvalid = new("room.name_invalid", 400, false, "The room's name is not allowed");
    public static readonly ErrorCode RoomTopicInvalid = new("room.topic_invalid", 400, false, "The room's topic is not allowed");
    public static readonly ErrorCode RoomDirectFixed = new("room.direct_fixed", 409, false, "A direct room's members and name are fixed");
    public static readonly ErrorCode RoomMembersLimit = new("room.members_limit", 409, false, "The room has as many members as it may");
    public static readonly ErrorCode RoomsLimit = new("room.rooms_limit", 409, false, "The user is in as many rooms as allowed");
    public static readonly ErrorCode MemberNotFound = new("member.not_found", 404, false, "There is no such member");
    public static readonly ErrorCode MemberRoleInvalid = new("member.role_invalid", 400, false, "A role is owner, admin or member");
    public static readonly ErrorCode MemberMuteInvalid = new("member.mute_invalid", 400, false, "The mute's end is not allowed");

    public static readonly ErrorCode MessageNotFound = new("message.not_found", 404, false, "There is no such message");
    public static readonly ErrorCode MessageEmpty = new("message.empty", 400, false, "The message has no text");
    public static readonly ErrorCode MessageTooLong = new("message.too_long", 400, false, "The message's text is too long");
    public static readonly ErrorCode MessageTextInvalid = new("message.text_invalid", 400, false, "The text is not valid Unicode or holds NUL");
    public static readonly ErrorCode ClientIdInvalid = new("message.client_id_invalid", 400, false, "A clientId has 1 to 64 characters");
    public static readonly ErrorCode ClientIdReused = new("message.client_id_reused", 409, false, "The clientId was used for other content");
    public static readonly ErrorCode ReplyInvalid = new("message.reply_invalid", 400, false, "The message answered is not there");
    public static readonly ErrorCode ThreadInvalid = new("message.thread_invalid", 400, false, "The thread's first message is not there");
    public static readonly ErrorCode AttachmentInvalid = new("message.attachment_invalid", 400, false, "A file attached is not there");
    public static readonly ErrorCode ReactionInvalid = new("reaction.invalid", 400, false, "A reaction is one emoji");
    public static readonly ErrorCode ReactionLimit = new("reaction.limit", 409, false, "The message has as many reactions as it may");
    public static readonly ErrorCode PinLimit = new("pin.limit", 409, false, "The room has as many pins as it may");
#pragma warning restore CS1591

    /// <summary>The code of that name, or <see cref="ServerInternal"/> for one that this build does not know.</summary>
    public static ErrorCode Find(string code) => ByCode.GetValueOrDefault(code, ServerInternal);

    /// <summary>A refusal of which there is nothing more to say than the title.</summary>
    public Refusal ToRefusal() => new(this, Title + ".");

    /// <inheritdoc />
    public override string ToString() => Code;
}

/// <summary>A call that was refused: a value, not an exception, until it reaches the wire.</summary>
/// <param name="Code">Why.</param>
/// <param name="Detail">What to do about it, for this occurrence; never holds text or secrets of others.</param>
/// <param name="RetryAfter">When trying again makes sense.</param>
public sealed record Refusal(ErrorCode Code, string Detail, TimeSpan? RetryAfter = null)
{
    /// <summary>The message of a hub error: <c>code: text</c>.</summary>
    public string ToHubMessage() => $"{Code.Code}: {Detail}";
}

/// <summary>RFC 9457 problem details, with the code.</summary>
public sealed record ProblemAnswer(string Type, string Title, int Status, string Code, string? Detail = null);

/// <summary>Carries an error code by its name.</summary>
public sealed class ErrorCodeJsonConverter : JsonConverter<ErrorCode>
{
    /// <inheritdoc />
    public override ErrorCode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ErrorCode.Find(reader.GetString() ?? "");

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, ErrorCode value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Code);
}
