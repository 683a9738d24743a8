using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Auth;
using Chat.Gateway.Faults;
using Chat.Gateway.Http;
using Orleans;

namespace Chat.Gateway.Rest;

/// <summary>/api/users: profiles.</summary>
internal static class UserEndpoints
{
    private const int QueryLength = 64;

    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("users");
        users.MapGet("/me", async (Caller caller, IGrainFactory grains) =>
            new Answer<Profile>(await grains.User(caller.UserId).GetProfile()));
        users.MapPatch("/me", async (ProfilePatch patch, Caller caller, IGrainFactory grains) =>
                new Answer<Profile>(await grains.User(caller.UserId).UpdateProfile(patch)))
            .Refuses(ErrorCode.DisplayNameInvalid, ErrorCode.AvatarInvalid, ErrorCode.StatusInvalid);
        users.MapGet("/{userId}", async (string userId, Caller caller, IGrainFactory grains) =>
                IdText.TryParse<UserId>(userId, out var id)
                    ? new Answer<Profile>(await grains.User(id).GetProfile())
                    : ErrorCode.UserNotFound)
            .Refuses(ErrorCode.UserNotFound);
        users.MapGet("", SearchAsync).Refuses(ErrorCode.CursorInvalid);
    }

    private static async Task<Answer<Page<Profile>>> SearchAsync(
        string? query, string? cursor, int? limit, Caller caller, IUserStore users, CancellationToken cancellationToken)
    {
        if (Paging.CheckLimit(limit, out var count) is { } refusal)
        {
            return refusal;
        }

        if (query is { Length: > QueryLength } || !TextRules.IsWellFormed(query))
        {
            return new Refusal(ErrorCode.RequestInvalid, $"query has at most {QueryLength} characters.");
        }

        if (cursor is { Length: > TextRules.UsernameMost } || !(cursor ?? "").All(TextRules.IsUsernameChar))
        {
            return ErrorCode.CursorInvalid;
        }

        var found = await users.SearchAsync(query?.Trim() ?? "", cursor ?? "", count, cancellationToken);
        return new Page<Profile>([.. found.Select(user => user.ToProfile())], found.Count < count ? null : found[^1].Username);
    }
}
