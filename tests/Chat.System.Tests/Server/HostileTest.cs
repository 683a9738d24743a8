using Chat.Contracts;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>One user who misbehaves, with a room of their own, beside others who chat through all of it.</summary>
public abstract class HostileTest(ITestOutputHelper output) : SystemTest(output)
{
    /// <summary>The one who misbehaves.</summary>
    private protected TestUser User { get; private set; } = null!;

    /// <summary>That user's room.</summary>
    private protected RoomId Room { get; private set; }

    /// <summary>Those who must not notice.</summary>
    private protected Bystanders Others { get; private set; } = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        User = await NewUserAsync("hostile");
        Room = await NewRoomAsync(RoomKind.Private, User);
        Others = await Bystanders.StartAsync(await NewUserAsync("ann"), await NewUserAsync("ben"));
    }

    public override async Task DisposeAsync()
    {
        await Others.DisposeAsync();
        await base.DisposeAsync();
    }
}
