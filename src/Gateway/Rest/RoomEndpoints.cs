using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Auth;
using Chat.Gateway.Faults;
using Chat.Gateway.Http;
using Orleans;

namespace Chat.Gateway.Rest;

/// <summary>/api/rooms: rooms themselves and the caller's list of them.</summary>
internal static class RoomEndpoints
{
    private const int QueryLength = 64;

    public static void MapRooms(this IEndpointRouteBuilder api)
    {
        var rooms = api.MapGroup("/rooms").WithTags("rooms");
        rooms.MapPost("", CreateAsync)
            .Answers<RoomInfo>(StatusCodes.Status201Created)
            .Refuses(
                ErrorCode.RoomKindInvalid, ErrorCode.RoomNameInvalid, ErrorCode.RoomTopicInvalid, ErrorCode.UserNotFound,
                ErrorCode.RequestTooManyItems, ErrorCode.RoomsLimit);
        rooms.MapGet("", ListAsync).Refuses(ErrorCode.CursorInvalid);
        rooms.MapGet("/discover", DiscoverAsync).Refuses(ErrorCode.CursorInvalid);
        rooms.MapGet("/{roomId}", async (string roomId, Caller caller, IGrainFactory grains) =>
                IdText.TryParse<RoomId>(roomId, out var room)
                    ? new Answer<RoomInfo>(await grains.Room<IRoomSettingsGrain>(room).Get(caller.UserId))
                    : ErrorCode.RoomNotFound)
            .Refuses(ErrorCode.RoomNotFound);
        rooms.MapPatch("/{roomId}", async (string roomId, RoomPatch patch, Caller caller, IGrainFactory grains) =>
                IdText.TryParse<RoomId>(roomId, out var room)
                    ? new Answer<RoomInfo>(await grains.Room<IRoomSettingsGrain>(room).Update(caller.UserId, patch))
                    : ErrorCode.RoomNotFound)
            .Refuses(
                ErrorCode.RoomNotFound, ErrorCode.RoomForbidden, ErrorCode.RoomNameInvalid, ErrorCode.RoomTopicInvalid,
                ErrorCode.RoomArchived, ErrorCode.RoomDirectFixed);
        rooms.MapDelete("/{roomId}", async (string roomId, Caller caller, IGrainFactory grains) =>
                IdText.TryParse<RoomId>(roomId, out var room)
                    ? Done.Of(await grains.Room<IRoomSettingsGrain>(room).Update(caller.UserId, new RoomPatch(Archived: true)))
                    : ErrorCode.RoomNotFound)
            .Refuses(ErrorCode.RoomNotFound, ErrorCode.RoomForbidden);
    }

    private static async Task<Answer<RoomInfo>> CreateAsync(CreateRoomRequest request, Caller caller, IIdSource ids, IGrainFactory grains)
    {
        var room = request.Kind is RoomKind.Direct
            ? ids.NextDirectRoom(Placement.DirectKey([caller.UserId, .. request.MemberIds ?? []]))
            : new RoomId(ids.Next());
        var made = await grains.Room<IRoomSettingsGrain>(room).Create(caller.UserId, request);
        return made.IsOk
            ? new Answer<RoomInfo>(made.Value.Room, made.Value.Existing ? StatusCodes.Status200OK : StatusCodes.Status201Created)
            : made.Refusal;
    }

    private static async Task<Answer<Page<RoomListItem>>> ListAsync(string? cursor, int? limit, Caller caller, IGrainFactory grains)
    {
        if (Paging.Check(limit, cursor, out var count, out RoomId after) is { } refusal)
        {
            return refusal;
        }

        var found = await grains.User(caller.UserId).ListRooms(after, count);
        return found.IsOk ? found.Value.ToPage(count, room => room.RoomId.ToString()) : found.Refusal;
    }

    private static async Task<Answer<Page<RoomInfo>>> DiscoverAsync(
        string? query, string? cursor, int? limit, Caller caller, IRoomDirectory directory, IGrainFactory grains, CancellationToken cancellationToken)
    {
        if (Paging.Check(limit, cursor, out var count, out RoomId after) is { } refusal)
        {
            return refusal;
        }

        if (query is { Length: > QueryLength } || !TextRules.IsWellFormed(query))
        {
            return new Refusal(ErrorCode.RequestInvalid, $"query has at most {QueryLength} characters.");
        }

        var found = await directory.DiscoverAsync(query?.Trim() ?? "", caller.UserId, after, count, cancellationToken);
        var mine = (await directory.ListMembershipsAsync(caller.UserId, cancellationToken)).Select(place => place.RoomId).ToHashSet();
        var shown = new List<RoomInfo>(found.Count);
        foreach (var head in found)
        {
            // Rooms of the caller's own are shown as their members see them: with role and log.
            var info = mine.Contains(head.Id) ? await grains.Room<IRoomSettingsGrain>(head.Id).Get(caller.UserId) : AsStranger(head);
            if (info.IsOk)
            {
                shown.Add(info.Value);
            }
        }

        return new Page<RoomInfo>(shown, found.Count < count ? null : found[^1].Id.ToString());
    }

    private static RoomInfo AsStranger(RoomHead head) => new()
    {
        RoomId = head.Id,
        Kind = head.Kind,
        Name = head.Name,
        Topic = head.Topic,
        Archived = head.Archived,
        LastSeq = 0,
        MemberCount = head.MemberCount,
        CreatedAt = head.CreatedAt,
    };
}
