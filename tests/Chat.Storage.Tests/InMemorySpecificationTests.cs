using Chat.Testing;

namespace Chat.Storage.Tests;

public sealed class InMemoryRoomStoreTests : RoomStoreSpecification
{
    protected override Task<StorePorts> OpenAsync() => Task.FromResult(StorePorts.Of(new InMemoryStore()));

    protected override Task CloseAsync() => Task.CompletedTask;
}
