using Chat.Abstractions;
using Chat.Contracts;
using Microsoft.Extensions.Options;
using Orleans;

namespace Chat.Grains;

/// <summary>
/// A user: profile and room list. Reads go to the store, so nothing here can be stale; they interleave, while changes of the profile take
/// their turns, so that two patches at once do not undo each other.
/// </summary>
public sealed class UserGrain(IUserStore users, IRoomDirectory rooms, IOptions<ChatLimits> limits) : Grain, IUserGrain
{
    private const int LongestAvatar = 2048;

    private readonly ChatLimits _limits = limits.Value;
    private UserId _user;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _user = IdText.Parse<UserId>(this.GetPrimaryKeyString());
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task<Result<Profile>> GetProfile() =>
        await users.GetAsync([_user]) is [var user] ? user.ToProfile() : ErrorCode.UserNotFound;

    /// <inheritdoc />
    public async Task<Result<Profile>> UpdateProfile(ProfilePatch patch)
    {
        if (await users.GetAsync([_user]) is not [var user])
        {
            return ErrorCode.UserNotFound;
        }

        var profile = user.ToProfile();
        if (patch.DisplayName is not null)
        {
            if (TextRules.CheckName(patch.DisplayName, _limits.DisplayNameLength, ErrorCode.DisplayNameInvalid, out var name) is { } badName)
            {
                return new Refusal(badName, $"A display name has 1 to {_limits.DisplayNameLength} characters and no control characters.");
            }

            profile = profile with { DisplayName = name };
        }

        if (patch.Status is not null)
        {
            string? status = null;
            if (patch.Status.Length > 0
                && TextRules.CheckName(patch.Status, _limits.StatusLength, ErrorCode.StatusInvalid, out status) is { } badStatus)
            {
                return new Refusal(badStatus, $"A status has at most {_limits.StatusLength} characters and no control characters.");
            }

            profile = profile with { Status = status };
        }

        if (patch.Avatar is not null)
        {
            if (patch.Avatar.Length > 0 && !IsAvatar(patch.Avatar))
            {
                return new Refusal(ErrorCode.AvatarInvalid, $"An avatar is an https address of at most {LongestAvatar} characters.");
            }

            profile = profile with { Avatar = patch.Avatar.Length == 0 ? null : patch.Avatar };
        }

        if (profile != user.ToProfile())
        {
            await users.UpdateProfileAsync(profile);
        }

        return profile;
    }

    /// <inheritdoc />
    public async Task<Result<IReadOnlyList<RoomListItem>>> ListRooms(RoomId after, int limit)
    {
        var found = await rooms.ListRoomsAsync(_user, after, limit);
        // An array: what a collection expression makes of an interface type has no serializer in the Orleans host.
        return found.Select(RoomViews.ListItem).ToArray();
    }

    private static bool IsAvatar(string avatar) =>
        avatar.Length <= LongestAvatar && Uri.TryCreate(avatar, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps;
}
