using Chat.Contracts;
using Orleans;
using Orleans.Concurrency;

namespace Chat.Abstractions;

/// <summary>A user. Key: the user id in decimal.</summary>
[Alias("chat.IUserGrain")]
public interface IUserGrain : IGrainWithStringKey
{
    /// <summary>What everybody may know of the user.</summary>
    [AlwaysInterleave]
    Task<Result<Profile>> GetProfile();

    /// <summary>Changes the profile; only ever called for the user themselves.</summary>
    Task<Result<Profile>> UpdateProfile(ProfilePatch patch);

    /// <summary>The user's rooms with an id above <paramref name="after"/>, by room id.</summary>
    [AlwaysInterleave]
    Task<Result<IReadOnlyList<RoomListItem>>> ListRooms(RoomId after, int limit);
}
