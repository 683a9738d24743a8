using System.Globalization;
using Chat.Abstractions;
using Chat.Contracts;
using Orleans;

namespace Chat.Gateway.Rest;

/// <summary>The grains behind ids.</summary>
internal static class GrainCalls
{
    public static IUserGrain User(this IGrainFactory grains, UserId user) => grains.GetGrain<IUserGrain>(Key(user.Value));

    /// <summary>The room's grain by one of its interfaces.</summary>
    public static TGrain Room<TGrain>(this IGrainFactory grains, RoomId room)
        where TGrain : IGrainWithStringKey => grains.GetGrain<TGrain>(Key(room.Value));

    private static string Key(long id) => id.ToString(CultureInfo.InvariantCulture);
}
