using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Auth;
using Chat.Gateway.Faults;
using Chat.Gateway.Http;
using Microsoft.Extensions.Options;
using Orleans;

namespace Chat.Gateway.Rest;

/// <summary>/api/rooms/{roomId}/members, join and leave.</summary>
internal static class MemberEndpoints
{
    public static void MapMembers(this IEndpointRouteBuilder api)
    {
        var room = api.MapGroup("/rooms/{roomId}").WithTags("members");
        room.MapPost("/join", async (string roomId, Caller caller, IGrainFactory grains) =>
                IdText.TryParse<RoomId>(roomId, out var id)
                    ? new Answer<RoomInfo>(await grains.Room<IRoomMembersGrain>(id).Join(caller.UserId))
                    : ErrorCode.RoomNotFound)
            .Refuses(ErrorCode.RoomNotFound, ErrorCode.RoomForbidden, ErrorCode.RoomArchived, ErrorCode.RoomMembersLimit, ErrorCode.RoomsLimit);
        room.MapPost("/leave", async (string roomId, Caller caller, IGrainFactory grains) =>
                IdText.TryParse<RoomId>(roomId, out var id)
                    ? Done.Of(await grains.Room<IRoomMembersGrain>(id).Leave(caller.UserId))
                    : ErrorCode.RoomNotFound)
            .Refuses(ErrorCode.RoomNotFound, ErrorCode.RoomForbidden, ErrorCode.RoomDirectFixed);
        room.MapGet("/members", ListAsync).Refuses(ErrorCode.RoomNotFound, ErrorCode.RoomForbidden, ErrorCode.CursorInvalid);
        room.MapPost("/members", AddAsync).Refuses(
            ErrorCode.RoomNotFound, ErrorCode.RoomForbidden, ErrorCode.UserNotFound, ErrorCode.RequestTooManyItems, ErrorCode.RoomArchived,
            ErrorCode.RoomDirectFixed, ErrorCode.RoomMembersLimit, ErrorCode.RoomsLimit);
        room.MapPatch("/members/{userId}", ChangeAsync).Refuses(
            ErrorCode.RoomNotFound, ErrorCode.RoomForbidden, ErrorCode.MemberNotFound, ErrorCode.MemberRoleInvalid, ErrorCode.MemberMuteInvalid);
        room.MapDelete("/members/{userId}", RemoveAsync).Refuses(
            ErrorCode.RoomNotFound, ErrorCode.RoomForbidden, ErrorCode.MemberNotFound, ErrorCode.RoomDirectFixed);
    }

    private static async Task<Answer<Page<MemberInfo>>> ListAsync(
        string roomId, string? cursor, int? limit, Caller caller, IGrainFactory grains, MemberNames names, CancellationToken cancellationToken)
    {
        if (Paging.Check(limit, cursor, out var count, out UserId after) is { } refusal)
        {
            return refusal;
        }

        if (!IdText.TryParse<RoomId>(roomId, out var room))
        {
            return ErrorCode.RoomNotFound;
        }

        var found = await grains.Room<IRoomMembersGrain>(room).List(caller.UserId, after, count);
        if (!found.IsOk)
        {
            return found.Refusal;
        }

        var shown = await names.ShowAsync(room, caller.UserId, found.Value, cancellationToken);
        return new Page<MemberInfo>(shown, found.Value.Count < count ? null : found.Value[^1].Member.UserId.ToString());
    }

    private static async Task<Answer<Page<MemberInfo>>> AddAsync(
        string roomId, AddMembersRequest request, Caller caller, IGrainFactory grains, MemberNames names, CancellationToken cancellationToken)
    {
        if (!IdText.TryParse<RoomId>(roomId, out var room))
        {
            return ErrorCode.RoomNotFound;
        }

        if (request.UserIds is not { Count: > 0 } users)
        {
            return new Refusal(ErrorCode.RequestInvalid, "userIds names at least one user.");
        }

        var added = await grains.Room<IRoomMembersGrain>(room).Add(caller.UserId, users);
        return added.IsOk
            ? new Page<MemberInfo>(await names.ShowAsync(added.Value, cancellationToken), Next: null)
            : added.Refusal;
    }

    private static async Task<Answer<MemberInfo>> ChangeAsync(
        string roomId, string userId, MemberPatch patch, Caller caller, IGrainFactory grains, MemberNames names, CancellationToken cancellationToken)
    {
        if (!IdText.TryParse<RoomId>(roomId, out var room))
        {
            return ErrorCode.RoomNotFound;
        }

        if (!IdText.TryParse<UserId>(userId, out var user))
        {
            return ErrorCode.MemberNotFound;
        }

        var changed = await grains.Room<IRoomMembersGrain>(room).Change(
            caller.UserId, user, patch.Role, patch.HasMutedUntil ? new MuteChange(patch.MutedUntil) : null);
        return changed.IsOk ? (await names.ShowAsync([changed.Value], cancellationToken))[0] : changed.Refusal;
    }

    private static async Task<Done> RemoveAsync(string roomId, string userId, bool? ban, Caller caller, IGrainFactory grains)
    {
        if (!IdText.TryParse<RoomId>(roomId, out var room))
        {
            return ErrorCode.RoomNotFound;
        }

        return IdText.TryParse<UserId>(userId, out var user)
            ? Done.Of(await grains.Room<IRoomMembersGrain>(room).Remove(caller.UserId, user, ban ?? false))
            : ErrorCode.MemberNotFound;
    }
}

/// <summary>Shows members by name. Only ever called with what a grain let the caller see.</summary>
internal sealed class MemberNames(IUserStore users, IRoomDirectory directory, IOptions<ChatLimits> limits)
{
    /// <summary>Members with names, without read marks.</summary>
    public Task<IReadOnlyList<MemberInfo>> ShowAsync(IReadOnlyList<MemberState> members, CancellationToken cancellationToken) =>
        ShowAsync([.. members.Select(member => new MemberRow(member, 0))], withMarks: false, cancellationToken);

    /// <summary>Members with names, and with read marks in rooms small enough for showing them.</summary>
    public async Task<IReadOnlyList<MemberInfo>> ShowAsync(
        RoomId room, UserId caller, IReadOnlyList<MemberRow> members, CancellationToken cancellationToken)
    {
        var place = await directory.FindMembershipAsync(room, caller, cancellationToken);
        return await ShowAsync(members, place is { IsMember: true } && place.Value.MemberCount <= limits.Value.ReadMarkMembers, cancellationToken);
    }

    private async Task<IReadOnlyList<MemberInfo>> ShowAsync(IReadOnlyList<MemberRow> members, bool withMarks, CancellationToken cancellationToken)
    {
        if (members.Count == 0)
        {
            return [];
        }

        var named = (await users.GetAsync([.. members.Select(row => row.Member.UserId)], cancellationToken)).ToDictionary(user => user.Id);
        return [.. members.Where(row => named.ContainsKey(row.Member.UserId)).Select(row => new MemberInfo
        {
            UserId = row.Member.UserId,
            Username = named[row.Member.UserId].Username,
            DisplayName = named[row.Member.UserId].DisplayName,
            Status = named[row.Member.UserId].Status,
            Role = row.Member.Role,
            JoinedSeq = row.Member.JoinedSeq,
            MutedUntil = row.Member.MutedUntil,
            ReadSeq = withMarks ? row.ReadSeq : null,
        })];
    }
}
