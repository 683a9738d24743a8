using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Grains;

/// <summary>A message on its way in.</summary>
internal sealed class SendOp(UserId caller, SendRequest request) : RoomOp<SendOutcome>(caller)
{
    private readonly IReadOnlyList<string> _names = [];
    private IReadOnlyList<UserId> _named = [];
    private Message? _replyTo;
    private Message? _thread;
    private SendOutcome? _made;

    public SendOp(UserId caller, SendRequest request, ChatLimits limits)
        : this(caller, request)
    {
        _names = MentionNames.Candidates(request.Text!, limits.MentionsPerMessage);
    }

    public string ClientId { get; } = request.ClientId!;

    public long ContentHash { get; } = Hash(request);

    public override bool NeedsFacts => _names.Count > 0 || request.ReplyTo is not null || request.Thread is not null;

    public override async Task LoadFactsAsync(RoomFacts facts)
    {
        _named = await facts.Names.ResolveAsync(_names);
        _replyTo = await FindAsync(facts, request.ReplyTo);
        _thread = request.Thread == request.ReplyTo ? _replyTo : await FindAsync(facts, request.Thread);
    }

    /// <summary>The clientId is known to the store: answers as the first time, or refuses other content.</summary>
    public void AnswerSeen(ClientIdRecord record) => Answer(Seen(record));

    public Result<SendOutcome> Seen(ClientIdRecord record) =>
        record.ContentHash == ContentHash ? new SendOutcome(record.Ack, Seen: true) : Reused();

    protected override Result<SendOutcome> Decide(RoomDraft draft)
    {
        _made = null;
        var member = draft.Find(Caller);
        if (draft.Head is not { } head)
        {
            return ErrorCode.RoomNotFound;
        }

        if (RoomAccess.Write(head, member, draft.At) is { } refused)
        {
            return refused;
        }

        // Replying to a deleted message is allowed: it may have been deleted while the answer was typed.
        if (request.ReplyTo is not null && _replyTo is null)
        {
            return new Refusal(ErrorCode.ReplyInvalid, $"There is no message {request.ReplyTo} in this room to answer.");
        }

        if (request.Thread is not null && (_thread is null || _thread.Thread is not null))
        {
            return new Refusal(ErrorCode.ThreadInvalid, $"Message {request.Thread} is not there, or is itself in a thread.");
        }

        if (draft.FirstWith(this) is { } first)
        {
            return first._made is { } made && first.ContentHash == ContentHash ? made with { Seen = true } : Reused();
        }

        var seq = draft.NextSeq;
        var id = new MessageId(draft.NextId());
        draft.Append(
            new RoomEvent
            {
                Seq = seq,
                Kind = EventKind.Message,
                At = draft.At,
                By = Caller,
                Message = new Message
                {
                    Id = id,
                    Seq = seq,
                    By = Caller,
                    At = draft.At,
                    Text = request.Text!,
                    ClientId = ClientId,
                    ReplyTo = request.ReplyTo,
                    Thread = request.Thread,
                    Mentions = MembersAmong(_named, draft),
                    MentionsRoom = MentionsRoom(_names),
                },
            },
            ContentHash);
        return _made = new SendOutcome(new SendAck(draft.Room, seq, id, draft.At), Seen: false);
    }

    internal static IReadOnlyList<UserId> MembersAmong(IReadOnlyList<UserId> named, RoomDraft draft)
    {
        if (named.Count == 0)
        {
            return [];
        }

        var members = new List<UserId>(named.Count);
        foreach (var user in named)
        {
            if (RoomAccess.IsMember(draft.Find(user)) && !members.Contains(user))
            {
                members.Add(user);
            }
        }

        members.Sort();
        return members;
    }

    internal static bool MentionsRoom(IReadOnlyList<string> names) => names.Contains(MentionNames.WholeRoom);

    private static Result<SendOutcome> Reused() =>
        new Refusal(ErrorCode.ClientIdReused, "This clientId was used for a message of other content; choose a new one for each message.");

    private async Task<Message?> FindAsync(RoomFacts facts, long? seq) =>
        seq is null ? null : (await facts.Reader.ReadMessageAsync(facts.Room, Caller, seq.Value))?.Value;

    // 64 bits of SHA-256: two messages under one clientId are told apart unless someone searches for a collision to fool only themselves.
    private static long Hash(SendRequest request)
    {
        var text = Encoding.UTF8.GetBytes($"{request.ReplyTo}|{request.Thread}|{string.Join(',', request.Attachments?.Select(a => a.FileId) ?? [])}|{request.Text}");
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }
}

/// <summary>A call that concerns one message that is there.</summary>
internal abstract class MessageOp(UserId caller, long target) : RoomOp<long>(caller)
{
    private Message? _message;

    public sealed override bool NeedsFacts => true;

    protected long Target { get; } = target;

    public override async Task LoadFactsAsync(RoomFacts facts) =>
        _message = (await facts.Reader.ReadMessageAsync(facts.Room, Caller, Target))?.Value;

    protected sealed override Result<long> Decide(RoomDraft draft)
    {
        if (draft.Head is not { } head)
        {
            return ErrorCode.RoomNotFound;
        }

        var member = draft.Find(Caller);
        if (RoomAccess.Read(head, member) is { } refused)
        {
            return refused;
        }

        return _message is { } message
            ? Decide(draft, head, member, message, draft.Of(message))
            : new Refusal(ErrorCode.MessageNotFound, $"There is no message {Target} in this room.");
    }

    /// <summary>Decides; answers the seq of the event made, or 0 when things are so already.</summary>
    protected abstract Result<long> Decide(RoomDraft draft, RoomHead head, MemberState? member, Message message, MessageDraft now);

    protected RoomEvent NewEvent(RoomDraft draft, EventKind kind) =>
        new() { Seq = draft.NextSeq, Kind = kind, At = draft.At, By = Caller, Target = Target };
}

/// <summary>Replaces a message's text.</summary>
internal sealed class EditOp(UserId caller, long target, string text, ChatLimits limits) : MessageOp(caller, target)
{
    private readonly IReadOnlyList<string> _names = MentionNames.Candidates(text, limits.MentionsPerMessage);
    private IReadOnlyList<UserId> _named = [];

    public override async Task LoadFactsAsync(RoomFacts facts)
    {
        await base.LoadFactsAsync(facts);
        _named = await facts.Names.ResolveAsync(_names);
    }

    protected override Result<long> Decide(RoomDraft draft, RoomHead head, MemberState? member, Message message, MessageDraft now)
    {
        if (RoomAccess.Edit(head, member, message, draft.At) is { } refused)
        {
            return refused;
        }

        if (now.Deleted)
        {
            return new Refusal(ErrorCode.MessageNotFound, "The message was deleted.");
        }

        if (now.Text == text)
        {
            return 0;
        }

        now.Text = text;
        var edit = NewEvent(draft, EventKind.Edit) with
        {
            Text = text,
            Mentions = SendOp.MembersAmong(_named, draft),
            MentionsRoom = SendOp.MentionsRoom(_names),
        };
        draft.Append(edit);
        return edit.Seq;
    }
}

/// <summary>Deletes a message.</summary>
internal sealed class DeleteOp(UserId caller, long target) : MessageOp(caller, target)
{
    protected override Result<long> Decide(RoomDraft draft, RoomHead head, MemberState? member, Message message, MessageDraft now)
    {
        if (RoomAccess.Delete(head, member, message) is { } refused)
        {
            return refused;
        }

        if (now.Deleted)
        {
            return 0;
        }

        now.Deleted = true;
        if (now.Pinned)
        {
            now.Pinned = false;
            draft.Head = head with { PinCount = head.PinCount - 1 };
        }

        var delete = NewEvent(draft, EventKind.Delete);
        draft.Append(delete);
        return delete.Seq;
    }
}

/// <summary>Sets or takes back a reaction.</summary>
internal sealed class ReactOp(UserId caller, long target, string emoji, bool on) : MessageOp(caller, target)
{
    protected override Result<long> Decide(RoomDraft draft, RoomHead head, MemberState? member, Message message, MessageDraft now)
    {
        if (RoomAccess.Write(head, member, draft.At) is { } refused)
        {
            return refused;
        }

        if (now.Deleted)
        {
            return new Refusal(ErrorCode.MessageNotFound, "The message was deleted.");
        }

        if (now.Reacted(emoji, Caller, message) == on)
        {
            return 0;
        }

        if (on && !now.Emoji.Contains(emoji) && now.Emoji.Count >= draft.Limits.EmojiPerMessage)
        {
            return new Refusal(ErrorCode.ReactionLimit, $"A message has at most {draft.Limits.EmojiPerMessage} different reactions.");
        }

        now.React(emoji, Caller, on);
        var reaction = NewEvent(draft, EventKind.Reaction) with { Emoji = emoji, On = on };
        draft.Append(reaction);
        return reaction.Seq;
    }
}

/// <summary>Pins or unpins a message.</summary>
internal sealed class PinOp(UserId caller, long target, bool on) : MessageOp(caller, target)
{
    protected override Result<long> Decide(RoomDraft draft, RoomHead head, MemberState? member, Message message, MessageDraft now)
    {
        if (RoomAccess.Pin(head, member, draft.At) is { } refused)
        {
            return refused;
        }

        if (now.Deleted)
        {
            return new Refusal(ErrorCode.MessageNotFound, "The message was deleted.");
        }

        if (now.Pinned == on)
        {
            return 0;
        }

        if (on && head.PinCount >= draft.Limits.PinsPerRoom)
        {
            return new Refusal(ErrorCode.PinLimit, $"A room has at most {draft.Limits.PinsPerRoom} pins; take one off first.");
        }

        now.Pinned = on;
        draft.Head = head with { PinCount = head.PinCount + (on ? 1 : -1) };
        var pin = NewEvent(draft, EventKind.Pin) with { On = on };
        draft.Append(pin);
        return pin.Seq;
    }
}
