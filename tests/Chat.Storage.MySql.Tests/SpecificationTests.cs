using Chat.Testing;

namespace Chat.Storage.MySql.Tests;

/// <summary>A store for all tests of a class, on databases of its own.</summary>
public sealed class ClassStore : IAsyncDisposable
{
    private OpenedStore? _store;

    internal OpenedStore Of(Servers servers) => _store ??= OpenedStore.Open(servers.NewOptions());

    public ValueTask DisposeAsync() => _store?.DisposeAsync() ?? ValueTask.CompletedTask;
}

[Collection(SharedServers.Name)]
public sealed class MySqlRoomStoreTests(Servers servers, ClassStore store) : RoomStoreSpecification, IClassFixture<ClassStore>
{
    protected override Task<StorePorts> OpenAsync() => Task.FromResult(store.Of(servers).Ports);

    protected override Task CloseAsync() => Task.CompletedTask;
}

[Collection(SharedServers.Name)]
public sealed class MySqlRoomReaderTests(Servers servers, ClassStore store) : RoomReaderSpecification, IClassFixture<ClassStore>
{
    protected override Task<StorePorts> OpenAsync() => Task.FromResult(store.Of(servers).Ports);

    protected override Task CloseAsync() => Task.CompletedTask;
}

[Collection(SharedServers.Name)]
public sealed class MySqlRoomDirectoryTests(Servers servers, ClassStore store) : RoomDirectorySpecification, IClassFixture<ClassStore>
{
    protected override Task<StorePorts> OpenAsync() => Task.FromResult(store.Of(servers).Ports);

    protected override Task CloseAsync() => Task.CompletedTask;
}

[Collection(SharedServers.Name)]
public sealed class MySqlUserStoreTests(Servers servers, ClassStore store) : UserStoreSpecification, IClassFixture<ClassStore>
{
    protected override Task<StorePorts> OpenAsync() => Task.FromResult(store.Of(servers).Ports);

    protected override Task CloseAsync() => Task.CompletedTask;
}

[Collection(SharedServers.Name)]
public sealed class MySqlSessionStoreTests(Servers servers, ClassStore store) : SessionStoreSpecification, IClassFixture<ClassStore>
{
    protected override Task<StorePorts> OpenAsync() => Task.FromResult(store.Of(servers).Ports);

    protected override Task CloseAsync() => Task.CompletedTask;
}

[Collection(SharedServers.Name)]
public sealed class MySqlOutboxTests(Servers servers, ClassStore store) : OutboxSpecification, IClassFixture<ClassStore>
{
    protected override async Task<StorePorts> OpenAsync()
    {
        var opened = store.Of(servers);
        await opened.ExecuteAsync(map => map.MessageDatabases.Select(d => (d.Server, d.Db)), db => $"TRUNCATE {db}.outbox");
        return opened.Ports;
    }

    protected override Task CloseAsync() => Task.CompletedTask;
}

[Collection(SharedServers.Name)]
public sealed class MySqlNodeLeasesTests(Servers servers, ClassStore store) : NodeLeasesSpecification, IClassFixture<ClassStore>
{
    protected override async Task<StorePorts> OpenAsync()
    {
        var opened = store.Of(servers);
        await opened.ExecuteAsync(
            map => [(map.First.Server, map.First.Users)], db => $"UPDATE {db}.node_leases SET token = 0, held = 0, expires_at = 0");
        return opened.Ports;
    }

    protected override Task CloseAsync() => Task.CompletedTask;
}
