using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Limits;
using Chat.Gateway.Presence;
using Orleans;

namespace Chat.Gateway.Hub;

/// <summary>
/// The hub of the contract. Each method takes who calls from the connection, spends from the caller's budget, and asks the room's grain;
/// what is refused goes back as <c>code: text</c>.
/// </summary>
internal sealed class ChatHub(
    IGrainFactory grains,
    UserPresence presence,
    RoomSync sync,
    RateLimits rates,
    TimeProvider clock) : Microsoft.AspNetCore.SignalR.Hub
{
    /// <summary>Tells a client that was not let in why. Everything else that coming and going takes is <see cref="Admission"/>'s.</summary>
    public override async Task OnConnectedAsync()
    {
        var admission = Context.Features.Get<Admission.Outcome>() ?? throw ErrorCode.AuthInvalid.ToException();
        if (await admission.Refused is { } refused)
        {
            throw refused.ToException();
        }
    }

    /// <summary>Sends a message. The answer comes when it is on disk.</summary>
    public Task<SendAck> Send(RoomId roomId, SendRequest message) =>
        SpendAsync(RateKind.Send, async user => (await Room(roomId).Send(user, NotNull(message))).OrThrow().Ack);

    /// <summary>Replaces the text of an own message.</summary>
    public Task Edit(RoomId roomId, long seq, string text) =>
        SpendAsync(RateKind.Send, async user => (await Room(roomId).Edit(user, seq, NotNull(text))).OrThrow());

    /// <summary>Deletes a message.</summary>
    public Task Delete(RoomId roomId, long seq) => SpendAsync(RateKind.Send, async user => (await Room(roomId).Delete(user, seq)).OrThrow());

    /// <summary>Sets or takes back a reaction.</summary>
    public Task React(RoomId roomId, long seq, string emoji, bool on) =>
        SpendAsync(RateKind.Send, async user => (await Room(roomId).React(user, seq, NotNull(emoji), on)).OrThrow());

    /// <summary>Moves the caller's read mark forward.</summary>
    public Task<ReadState> MarkRead(RoomId roomId, long seq) =>
        SpendAsync(RateKind.Call, async user => (await Room(roomId).MarkRead(user, seq)).OrThrow());

    /// <summary>Tells the others that the caller types.</summary>
    public Task Typing(RoomId roomId) => SpendAsync(RateKind.Typing, async user => (await Room(roomId).Typing(user)).OrThrow());

    /// <summary>What the client lacks of its rooms, by its cursors.</summary>
    public Task<List<SyncResult>> Sync(Dictionary<RoomId, long> cursors) =>
        SpendAsync(RateKind.Call, _ => sync.SyncAsync(Live, NotNull(cursors), Context.ConnectionAborted));

    /// <summary>The presence of these users, and from now on its changes.</summary>
    public Task<IReadOnlyList<PresenceInfo>> Watch(List<UserId> users) => SpendAsync(
        RateKind.Call,
        _ => NotNull(users).Count <= UserPresence.MostWatched
            ? presence.WatchAsync(Live, users)
            : throw new Refusal(ErrorCode.RequestTooManyItems, $"Watch at most {UserPresence.MostWatched} users.").ToException());

    /// <summary>The server's time. Does not count as being active.</summary>
    public Task<DateTimeOffset> Ping() => TakeAsync(RateKind.Call, _ => Task.FromResult(clock.GetUtcNow()));

    private LiveConnection Live =>
        Context.Features.Get<LiveConnection>() is not { } live ? throw ErrorCode.AuthInvalid.ToException()
        : live.Closed is { } why ? throw why.ToException()
        : live;

    private static T NotNull<T>(T? argument)
        where T : class =>
        argument ?? throw ErrorCode.RequestInvalid.ToException();

    private IRoomGrain Room(RoomId room) => grains.GetGrain<IRoomGrain>(room.ToString());

    private Task<T> SpendAsync<T>(RateKind kind, Func<UserId, Task<T>> call)
    {
        presence.Touched(Live);
        return TakeAsync(kind, call);
    }

    private Task<T> TakeAsync<T>(RateKind kind, Func<UserId, Task<T>> call)
    {
        var (live, user) = (Live, Live.User);
        return live.Calls.BeginAsync(rates.TakeAsync(kind, user.ToString()), () => call(user));
    }
}
