using Chat.Testing;

namespace Chat.Storage.Tests;

public sealed class InMemoryRoomStoreTests : RoomStoreSpecification
{
    protected override Task<StorePorts> OpenAsync() => Task.FromResult(StorePorts.Of(new InMemoryStore()));

    protected override Task CloseAsync() => Task.CompletedTask;
}

public sealed class InMemoryRoomReaderTests : RoomReaderSpecification
{
    protected override Task<StorePorts> OpenAsync() => Task.FromResult(StorePorts.Of(new InMemoryStore()));

    protected override Task CloseAsync() => Task.CompletedTask;
}

public sealed class InMemoryRoomDirectoryTests : RoomDirectorySpecification
{
    protected override Task<StorePorts> OpenAsync() => Task.FromResult(StorePorts.Of(new InMemoryStore()));

    protected override Task CloseAsync() => Task.CompletedTask;
}

public sealed class InMemoryUserStoreTests : UserStoreSpecification
{
    protected override Task<StorePorts> OpenAsync() => Task.FromResult(StorePorts.Of(new InMemoryStore()));

    protected override Task CloseAsync() => Task.CompletedTask;
}

public sealed class InMemorySessionStoreTests : SessionStoreSpecification
{
    protected override Task<StorePorts> OpenAsync() => Task.FromResult(StorePorts.Of(new InMemoryStore()));

    protected override Task CloseAsync() => Task.CompletedTask;
}

public sealed class InMemoryOutboxTests : OutboxSpecification
{
    protected override Task<StorePorts> OpenAsync() => Task.FromResult(StorePorts.Of(new InMemoryStore()));

    protected override Task CloseAsync() => Task.CompletedTask;
}

public sealed class InMemoryNodeLeasesTests : NodeLeasesSpecification
{
    protected override Task<StorePorts> OpenAsync() => Task.FromResult(StorePorts.Of(new InMemoryStore()));

    protected override Task CloseAsync() => Task.CompletedTask;
}
