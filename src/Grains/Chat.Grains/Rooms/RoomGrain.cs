using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Concurrency;

namespace Chat.Grains;

/// <summary>
/// A room. Writes go through <see cref="RoomWriter"/>; reads go to the store and are decided on the facts that came with them. Reentrant:
/// the turns of many calls interleave while a commit is on its way, which is what fills the next one.
/// </summary>
[Reentrant]
public sealed class RoomGrain(
    IRoomStore store,
    IRoomReader reader,
    IRecentMessages recent,
    IRoomDirectory directory,
    IUserStore users,
    IBackplane backplane,
    IShardMap shards,
    IIdSource ids,
    MentionNames names,
    RoomMetrics metrics,
    TimeProvider clock,
    IOptions<ChatLimits> limits,
    ILogger<RoomGrain> logger) : Grain, IRoomGrain, IRoomSettingsGrain, IRoomMembersGrain, IRoomLogGrain
{
    private static readonly TimeSpan TypingInterval = TimeSpan.FromSeconds(3);

    private readonly ChatLimits _limits = limits.Value;
    private readonly Dictionary<UserId, long> _typing = [];
    private RoomId _room;
    private RoomWriter _writer = null!; // set on activation, before any call

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _room = IdText.Parse<RoomId>(this.GetPrimaryKeyString());
        var shard = GrainFactory.GetGrain<IMessageShardGrain>(IdText.Format(shards.LaneOf(_room)));
        var facts = new RoomFacts(_room, reader, directory, users, names, _limits);
        _writer = new RoomWriter(facts, store, backplane, ids, clock, metrics, logger, shard.Commit);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task<Result<SendOutcome>> Send(UserId caller, SendRequest request)
    {
        if (CheckSend(request) is { } invalid)
        {
            return invalid;
        }

        var op = new SendOp(caller, request, _limits);
        var answer = await _writer.RunAsync(op);
        if (answer.Refusal is { } refusal && MayHaveBeenSent(refusal.Code)
            && await store.FindClientIdAsync(_room, caller, op.ClientId) is { } record)
        {
            // Sent before the member was muted, the room archived, or the message answered was dropped: the first answer stands.
            return op.Seen(record);
        }

        return answer;
    }

    /// <inheritdoc />
    public async Task<Result<long>> Edit(UserId caller, long seq, string text) =>
        TextRules.CheckMessage(text, _limits.TextBytes) is { } invalid
            ? invalid
            : await _writer.RunAsync(new EditOp(caller, seq, text, _limits));

    /// <inheritdoc />
    public Task<Result<long>> Delete(UserId caller, long seq) => _writer.RunAsync(new DeleteOp(caller, seq));

    /// <inheritdoc />
    public async Task<Result<long>> React(UserId caller, long seq, string emoji, bool on) =>
        TextRules.IsEmoji(emoji) ? await _writer.RunAsync(new ReactOp(caller, seq, emoji, on)) : ErrorCode.ReactionInvalid;

    /// <inheritdoc />
    public Task<Result<long>> Pin(UserId caller, long seq, bool on) => _writer.RunAsync(new PinOp(caller, seq, on));

    /// <inheritdoc />
    public async Task<Result<ReadState>> MarkRead(UserId caller, long seq)
    {
        if (seq < 0)
        {
            return new Refusal(ErrorCode.RequestInvalid, "seq must not be negative.");
        }

        var memory = await _writer.MemoryAsync();
        if (!RoomAccess.IsMember(memory.Find(caller)))
        {
            // They may have joined through another process.
            memory = await _writer.CurrentMemoryAsync();
        }

        if (WhyNotRead(memory, caller) is { } refused)
        {
            return refused;
        }

        if (await store.MarkReadAsync(_room, caller, seq) is not { } read)
        {
            // Or been removed through another.
            return WhyNotRead(await _writer.CurrentMemoryAsync(), caller) ?? ErrorCode.RoomNotFound;
        }

        backplane.Publish(caller, new OwnReadNews(_room, read.ReadSeq));
        if (memory.Head!.MemberCount <= _limits.ReadMarkMembers)
        {
            backplane.Publish(_room, new ReadNews(caller, read.ReadSeq));
        }

        return read;
    }

    /// <inheritdoc />
    public async Task<Result<bool>> Typing(UserId caller)
    {
        // Timestamps: a clock that steps back must not silence anybody.
        var now = clock.GetTimestamp();
        if (_typing.TryGetValue(caller, out var last) && clock.GetElapsedTime(last, now) < TypingInterval)
        {
            return false;
        }

        RoomMemory memory;
        try
        {
            memory = await _writer.CurrentMemoryAsync();
        }
        catch (StoreUnavailableException) when (_writer.LastKnown is not null)
        {
            // Nothing is stored of it, and those who hear it were members a moment ago.
            memory = _writer.LastKnown;
        }

        if (memory.Head is not { } head)
        {
            return ErrorCode.RoomNotFound;
        }

        if (RoomAccess.Write(head, memory.Find(caller), clock.GetUtcNow()) is { } refused)
        {
            return refused;
        }

        if (_typing.Count >= 1000)
        {
            foreach (var (user, at) in _typing)
            {
                if (clock.GetElapsedTime(at, now) >= TypingInterval)
                {
                    _typing.Remove(user);
                }
            }
        }

        _typing[caller] = now;
        backplane.Publish(_room, new TypingNews(caller));
        return true;
    }

    /// <inheritdoc />
    public async Task<Result<RoomCreated>> Create(UserId caller, CreateRoomRequest request)
    {
        if (CheckCreate(request, out var name, out var topic) is { } invalid)
        {
            return invalid;
        }

        var op = new CreateOp(caller, request with { Name = name, Topic = topic });
        if (op.DirectKey is { } key && await directory.FindDirectAsync(key) is { } existing)
        {
            return await ExistingAsync(caller, existing);
        }

        var answer = await _writer.RunAsync(op);
        return op.Existing is { } other ? await ExistingAsync(caller, other) : answer;
    }

    /// <inheritdoc />
    public async Task<Result<RoomInfo>> Get(UserId caller)
    {
        // The facts alone are wanted: no event lies after the last seq there can be.
        var read = await reader.ReadEventsAsync(_room, caller, long.MaxValue, 1);
        return read is null
            ? ErrorCode.RoomNotFound
            : RoomAccess.See(read.Head, read.Reader) is { } refused ? refused : RoomViews.Info(read.Head, read.Reader);
    }

    /// <inheritdoc />
    public async Task<Result<RoomInfo>> Update(UserId caller, RoomPatch patch)
    {
        string? name = null, topic = null;
        if (patch.Name is not null && TextRules.CheckName(patch.Name, _limits.RoomNameLength, ErrorCode.RoomNameInvalid, out name) is { } badName)
        {
            return badName;
        }

        if (patch.Topic is { Length: > 0 }
            && TextRules.CheckName(patch.Topic, _limits.RoomTopicLength, ErrorCode.RoomTopicInvalid, out topic) is { } badTopic)
        {
            return badTopic;
        }

        return await _writer.RunAsync(new UpdateOp(caller, patch with { Name = name, Topic = patch.Topic is "" ? "" : topic }));
    }

    /// <inheritdoc />
    public Task<Result<RoomInfo>> Join(UserId caller) => _writer.RunAsync(new JoinOp(caller));

    /// <inheritdoc />
    public Task<Result<long>> Leave(UserId caller) => _writer.RunAsync(new LeaveOp(caller));

    /// <inheritdoc />
    public async Task<Result<IReadOnlyList<MemberState>>> Add(UserId caller, IReadOnlyList<UserId> users) =>
        users.Count == 0
            ? new Refusal(ErrorCode.RequestInvalid, "Name at least one user.")
            : users.Count > _limits.MembersPerCall
                ? new Refusal(ErrorCode.RequestTooManyItems, $"Name at most {_limits.MembersPerCall} users in one call.")
                : await _writer.RunAsync(new AddOp(caller, users));

    /// <inheritdoc />
    public async Task<Result<MemberState>> Change(UserId caller, UserId user, MemberRole? role, MuteChange? mute) =>
        role is MemberRole.Unknown
            ? ErrorCode.MemberRoleInvalid
            : mute?.Until > clock.GetUtcNow().AddYears(100)
                ? new Refusal(ErrorCode.MemberMuteInvalid, "A mute ends within a hundred years.")
                : await _writer.RunAsync(new ChangeMemberOp(caller, user, role, mute));

    /// <inheritdoc />
    public Task<Result<long>> Remove(UserId caller, UserId user, bool ban) =>
        user == caller && !ban ? Leave(caller) : _writer.RunAsync(new RemoveOp(caller, user, ban));

    /// <inheritdoc />
    public async Task<Result<IReadOnlyList<MemberRow>>> List(UserId caller, UserId after, int limit) =>
        Readable(await reader.ReadMembersAsync(_room, caller, after, limit));

    /// <inheritdoc />
    public async Task<Result<MessageList>> Messages(UserId caller, MessageQuery query)
    {
        try
        {
            return Listed(await reader.ReadMessagesAsync(_room, caller, query));
        }
        catch (StoreUnavailableException) when (query is { Before: null, After: null, Around: null, Thread: null } && _writer.LastKnown is not null)
        {
            if (await FromMemoryAsync(caller, query.Limit) is { } known)
            {
                return known;
            }

            throw;
        }
    }

    /// <inheritdoc />
    public async Task<Result<EventsPage>> Events(UserId caller, long after, int limit)
    {
        var read = await reader.ReadEventsAsync(_room, caller, after, limit);
        var events = Readable(read);
        return events.IsOk ? new EventsPage(events.Value, read!.Head.LastSeq) : events.Refusal;
    }

    /// <inheritdoc />
    public async Task<Result<MessageList>> Pins(UserId caller) => Listed(await reader.ReadPinsAsync(_room, caller));

    /// <summary>
    /// The newest messages while the store does not answer: as they were when the caller was last known to be a member, so that nobody sees what
    /// came after they were removed. The caller's own reactions are not marked as such.
    /// </summary>
    private async Task<MessageList?> FromMemoryAsync(UserId caller, int limit)
    {
        var memory = _writer.LastKnown;
        return memory?.Head is { } head
            && RoomAccess.Read(head, memory.Find(caller)) is null
            && await recent.FindAsync(_room) is { } page
            && page.Version == head.Version
            && page.Covers(limit)
                ? new MessageList(page.Messages.Take(limit).ToArray(), head.LastSeq)
                : null;
    }

    private static Result<MessageList> Listed(RoomRead<IReadOnlyList<Message>>? read)
    {
        var messages = Readable(read);
        return messages.IsOk ? new MessageList(messages.Value, read!.Head.LastSeq) : messages.Refusal;
    }

    private static Result<T> Readable<T>(RoomRead<T>? read) =>
        read is null
            ? ErrorCode.RoomNotFound
            : RoomAccess.Read(read.Head, read.Reader) is { } refused ? refused : new Result<T>(read.Value);

    private static ErrorCode? WhyNotRead(RoomMemory memory, UserId caller) =>
        memory.Head is { } head ? RoomAccess.Read(head, memory.Find(caller)) : ErrorCode.RoomNotFound;

    // Codes that a member can meet on a retry of a send that was accepted the first time.
    private static bool MayHaveBeenSent(ErrorCode code) =>
        code == ErrorCode.RoomMuted || code == ErrorCode.RoomArchived || code == ErrorCode.ReplyInvalid || code == ErrorCode.ThreadInvalid;

    private async Task<Result<RoomCreated>> ExistingAsync(UserId caller, RoomId existing)
    {
        var room = await GrainFactory.GetGrain<IRoomSettingsGrain>(existing.ToString()).Get(caller);
        return room.IsOk ? new RoomCreated(room.Value, Existing: true) : room.Refusal;
    }

    private Refusal? CheckSend(SendRequest request)
    {
        if (TextRules.CheckClientId(request.ClientId) is { } badId)
        {
            return badId.ToRefusal();
        }

        if (TextRules.CheckMessage(request.Text, _limits.TextBytes) is { } invalid)
        {
            return invalid == ErrorCode.MessageTooLong
                ? new Refusal(invalid, $"A message has at most {_limits.TextBytes} bytes of UTF-8.")
                : invalid.ToRefusal();
        }

        return request.Attachments is { Count: > 0 } ? ErrorCode.AttachmentInvalid.ToRefusal() : null;
    }

    private Refusal? CheckCreate(CreateRoomRequest request, out string? name, out string? topic)
    {
        name = null;
        topic = null;
        var direct = request.Kind is RoomKind.Direct;
        if (request.Kind is RoomKind.Unknown)
        {
            return ErrorCode.RoomKindInvalid.ToRefusal();
        }

        if (direct && (request.Name is not null || request.Topic is not null))
        {
            return new Refusal(ErrorCode.RoomDirectFixed, "A direct room has neither name nor topic.");
        }

        if (!direct && TextRules.CheckName(request.Name, _limits.RoomNameLength, ErrorCode.RoomNameInvalid, out name) is { } badName)
        {
            return new Refusal(badName, $"A room's name has 1 to {_limits.RoomNameLength} characters and no control characters.");
        }

        if (request.Topic is { Length: > 0 }
            && TextRules.CheckName(request.Topic, _limits.RoomTopicLength, ErrorCode.RoomTopicInvalid, out topic) is { } badTopic)
        {
            return new Refusal(badTopic, $"A room's topic has at most {_limits.RoomTopicLength} characters and no control characters.");
        }

        var most = direct ? _limits.MembersPerDirect - 1 : _limits.MembersPerCall;
        return request.MemberIds?.Count > most
            ? new Refusal(ErrorCode.RequestTooManyItems, $"Name at most {most} users.")
            : null;
    }
}
