using Chat.Testing;

namespace Chat.Storage.Tests;

public sealed class SqliteRoomStoreTests : RoomStoreSpecification
{
    private readonly SqliteFile _file = new();

    protected override Task<StorePorts> OpenAsync() => Task.FromResult(SqliteFile.Ports(_file.Open()));

    protected override Task CloseAsync() => _file.DisposeAsync().AsTask();
}

public sealed class SqliteRoomReaderTests : RoomReaderSpecification
{
    private readonly SqliteFile _file = new();

    protected override Task<StorePorts> OpenAsync() => Task.FromResult(SqliteFile.Ports(_file.Open()));

    protected override Task CloseAsync() => _file.DisposeAsync().AsTask();
}

public sealed class SqliteRoomDirectoryTests : RoomDirectorySpecification
{
    private readonly SqliteFile _file = new();

    protected override Task<StorePorts> OpenAsync() => Task.FromResult(SqliteFile.Ports(_file.Open()));

    protected override Task CloseAsync() => _file.DisposeAsync().AsTask();
}

public sealed class SqliteUserStoreTests : UserStoreSpecification
{
    private readonly SqliteFile _file = new();

    protected override Task<StorePorts> OpenAsync() => Task.FromResult(SqliteFile.Ports(_file.Open()));

    protected override Task CloseAsync() => _file.DisposeAsync().AsTask();
}

public sealed class SqliteSessionStoreTests : SessionStoreSpecification
{
    private readonly SqliteFile _file = new();

    protected override Task<StorePorts> OpenAsync() => Task.FromResult(SqliteFile.Ports(_file.Open()));

    protected override Task CloseAsync() => _file.DisposeAsync().AsTask();
}

public sealed class SqliteOutboxTests : OutboxSpecification
{
    private readonly SqliteFile _file = new();

    protected override Task<StorePorts> OpenAsync() => Task.FromResult(SqliteFile.Ports(_file.Open()));

    protected override Task CloseAsync() => _file.DisposeAsync().AsTask();
}

public sealed class SqliteNodeLeasesTests : NodeLeasesSpecification
{
    private readonly SqliteFile _file = new();

    protected override Task<StorePorts> OpenAsync() => Task.FromResult(SqliteFile.Ports(_file.Open()));

    protected override Task CloseAsync() => _file.DisposeAsync().AsTask();
}
