using System.Globalization;
using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Auth;
using Chat.Gateway.Faults;
using Chat.Gateway.Http;
using Chat.Gateway.Limits;
using Orleans;

namespace Chat.Gateway.Rest;

/// <summary>/api/rooms/{roomId}: messages, reactions, pins, the log, the read mark.</summary>
internal static class MessageEndpoints
{
    public static void MapMessages(this IEndpointRouteBuilder api)
    {
        var room = api.MapGroup("/rooms/{roomId}").WithTags("messages");
        room.MapGet("/messages", ListAsync).Refuses(ErrorCode.RoomNotFound, ErrorCode.RoomForbidden);
        room.MapPost("/messages", SendAsync)
            .WithCost(RateKind.Send)
            .Answers<SendAck>(StatusCodes.Status201Created)
            .Refuses(
                ErrorCode.RoomNotFound, ErrorCode.RoomForbidden, ErrorCode.RoomMuted, ErrorCode.RoomArchived, ErrorCode.MessageEmpty,
                ErrorCode.MessageTooLong, ErrorCode.MessageTextInvalid, ErrorCode.ClientIdInvalid, ErrorCode.ClientIdReused,
                ErrorCode.ReplyInvalid, ErrorCode.ThreadInvalid, ErrorCode.AttachmentInvalid);
        room.MapPatch("/messages/{seq}", EditAsync)
            .WithCost(RateKind.Send)
            .Refuses(
                ErrorCode.RoomNotFound, ErrorCode.RoomForbidden, ErrorCode.RoomMuted, ErrorCode.RoomArchived, ErrorCode.MessageNotFound,
                ErrorCode.MessageEmpty, ErrorCode.MessageTooLong, ErrorCode.MessageTextInvalid);
        room.MapDelete("/messages/{seq}", (string roomId, string seq, Caller caller, IGrainFactory grains) =>
                OnMessageAsync(roomId, seq, (id, place) => grains.Room<IRoomGrain>(id).Delete(caller.UserId, place)))
            .Refuses(ErrorCode.RoomNotFound, ErrorCode.RoomForbidden, ErrorCode.RoomArchived, ErrorCode.MessageNotFound);
        room.MapPut("/messages/{seq}/reactions/{emoji}", (string roomId, string seq, string emoji, Caller caller, IGrainFactory grains) =>
                OnMessageAsync(roomId, seq, (id, place) => grains.Room<IRoomGrain>(id).React(caller.UserId, place, emoji, on: true)))
            .WithCost(RateKind.Send)
            .Refuses(
                ErrorCode.RoomNotFound, ErrorCode.RoomForbidden, ErrorCode.RoomMuted, ErrorCode.RoomArchived, ErrorCode.MessageNotFound,
                ErrorCode.ReactionInvalid, ErrorCode.ReactionLimit);
        room.MapDelete("/messages/{seq}/reactions/{emoji}", (string roomId, string seq, string emoji, Caller caller, IGrainFactory grains) =>
                OnMessageAsync(roomId, seq, (id, place) => grains.Room<IRoomGrain>(id).React(caller.UserId, place, emoji, on: false)))
            .WithCost(RateKind.Send)
            .Refuses(ErrorCode.RoomNotFound, ErrorCode.RoomForbidden, ErrorCode.MessageNotFound, ErrorCode.ReactionInvalid);
        room.MapPut("/pins/{seq}", (string roomId, string seq, Caller caller, IGrainFactory grains) =>
                OnMessageAsync(roomId, seq, (id, place) => grains.Room<IRoomGrain>(id).Pin(caller.UserId, place, on: true)))
            .Refuses(ErrorCode.RoomNotFound, ErrorCode.RoomForbidden, ErrorCode.RoomArchived, ErrorCode.MessageNotFound, ErrorCode.PinLimit);
        room.MapDelete("/pins/{seq}", (string roomId, string seq, Caller caller, IGrainFactory grains) =>
                OnMessageAsync(roomId, seq, (id, place) => grains.Room<IRoomGrain>(id).Pin(caller.UserId, place, on: false)))
            .Refuses(ErrorCode.RoomNotFound, ErrorCode.RoomForbidden, ErrorCode.RoomArchived, ErrorCode.MessageNotFound);
        room.MapGet("/pins", PinsAsync).Refuses(ErrorCode.RoomNotFound, ErrorCode.RoomForbidden);
        room.MapGet("/events", EventsAsync).Refuses(ErrorCode.RoomNotFound, ErrorCode.RoomForbidden);
        room.MapPut("/read", async (string roomId, ReadRequest request, Caller caller, IGrainFactory grains) =>
                IdText.TryParse<RoomId>(roomId, out var id)
                    ? new Answer<ReadState>(await grains.Room<IRoomGrain>(id).MarkRead(caller.UserId, request.Seq))
                    : ErrorCode.RoomNotFound)
            .Refuses(ErrorCode.RoomNotFound, ErrorCode.RoomForbidden);
    }

    private static async Task<Answer<MessagesPage>> ListAsync(
        string roomId, long? before, long? after, long? around, long? thread, int? limit, Caller caller, IGrainFactory grains)
    {
        if (Paging.CheckLimit(limit, out var count) is { } refusal)
        {
            return refusal;
        }

        if ((before is null ? 0 : 1) + (after is null ? 0 : 1) + (around is null ? 0 : 1) > 1)
        {
            return new Refusal(ErrorCode.RequestInvalid, "At most one of before, after and around.");
        }

        if (before < 1 || after < 0 || around < 1 || thread < 1)
        {
            return new Refusal(ErrorCode.RequestInvalid, "A seq is a positive number.");
        }

        if (!IdText.TryParse<RoomId>(roomId, out var room))
        {
            return ErrorCode.RoomNotFound;
        }

        var query = new MessageQuery { Before = before, After = after, Around = around, Thread = thread, Limit = count };
        var found = await grains.Room<IRoomLogGrain>(room).Messages(caller.UserId, query);
        if (!found.IsOk)
        {
            return found.Refusal;
        }

        // Around a message a page has no one direction in which it goes on.
        var (items, lastSeq) = found.Value;
        var next = around is null ? items.ToPage(count, message => message.Seq.ToString(CultureInfo.InvariantCulture)).Next : null;
        return new MessagesPage(items, next, lastSeq);
    }

    private static async Task<Answer<SendAck>> SendAsync(string roomId, SendRequest request, Caller caller, IGrainFactory grains)
    {
        if (!IdText.TryParse<RoomId>(roomId, out var room))
        {
            return ErrorCode.RoomNotFound;
        }

        var sent = await grains.Room<IRoomGrain>(room).Send(caller.UserId, request);
        return sent.IsOk
            ? new Answer<SendAck>(sent.Value.Ack, sent.Value.Seen ? StatusCodes.Status200OK : StatusCodes.Status201Created)
            : sent.Refusal;
    }

    private static Task<Done> EditAsync(string roomId, string seq, EditRequest request, Caller caller, IGrainFactory grains) =>
        OnMessageAsync(roomId, seq, (room, place) => grains.Room<IRoomGrain>(room).Edit(caller.UserId, place, request.Text ?? ""));

    private static async Task<Answer<MessagesPage>> PinsAsync(string roomId, Caller caller, IGrainFactory grains)
    {
        if (!IdText.TryParse<RoomId>(roomId, out var room))
        {
            return ErrorCode.RoomNotFound;
        }

        var pins = await grains.Room<IRoomLogGrain>(room).Pins(caller.UserId);
        return pins.IsOk ? new MessagesPage(pins.Value.Items, Next: null, pins.Value.LastSeq) : pins.Refusal;
    }

    private static async Task<Answer<EventsPage>> EventsAsync(string roomId, long? after, int? limit, Caller caller, IGrainFactory grains)
    {
        if (Paging.CheckLimit(limit, out var count) is { } refusal)
        {
            return refusal;
        }

        if (after < 0)
        {
            return new Refusal(ErrorCode.RequestInvalid, "after is not negative.");
        }

        return IdText.TryParse<RoomId>(roomId, out var room)
            ? await grains.Room<IRoomLogGrain>(room).Events(caller.UserId, after ?? 0, count)
            : ErrorCode.RoomNotFound;
    }

    /// <summary>A change of one message, answered without a body.</summary>
    private static async Task<Done> OnMessageAsync(string roomId, string seq, Func<RoomId, long, Task<Result<long>>> change)
    {
        if (!IdText.TryParse<RoomId>(roomId, out var room))
        {
            return ErrorCode.RoomNotFound;
        }

        return IdText.TryParse<MessageId>(seq, out var place) ? Done.Of(await change(room, place.Value)) : ErrorCode.MessageNotFound;
    }
}
