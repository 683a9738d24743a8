using Chat.Testing;

namespace Chat.Storage.Tests;

public sealed class SqliteRoomStoreTests : RoomStoreSpecification
{
    private readonly SqliteFile _file = new();

    protected override Task<StorePorts> OpenAsync() => Task.FromResult(SqliteFile.Ports(_file.Open()));

    protected override Task CloseAsync() => _file.DisposeAsync().AsTask();
}
