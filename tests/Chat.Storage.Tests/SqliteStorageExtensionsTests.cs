using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.Sqlite;
using Chat.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Chat.Storage.Tests;

public sealed class SqliteStorageExtensionsTests : IAsyncLifetime
{
    private readonly SqliteFile _file = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _file.DisposeAsync().AsTask();

    [Fact]
    public async Task A_host_opens_the_configured_file_and_closes_it_with_all_that_was_written()
    {
        using (var host = Host(("Path", _file.Path), ("Readers", "2")))
        {
            await host.StartAsync();
            var store = host.Services.GetRequiredService<IRoomStore>();
            await store.CommitAsync([RoomCommits.New(new RoomId(1), new UserId(2), DateTimeOffset.UnixEpoch).Build()]);
            foreach (var port in new[]
            {
                typeof(IRoomReader), typeof(IRoomDirectory), typeof(IUserStore), typeof(ISessionStore), typeof(IOutbox), typeof(INodeLeases), typeof(IShardMap),
            })
            {
                host.Services.GetService(port).ShouldNotBeNull();
            }

            await host.StopAsync();
        }

        File.Exists(_file.Path + "-wal").ShouldBeFalse();
        (await SqliteFile.Ports(_file.Open()).Rooms.LoadAsync(new RoomId(1))).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("Path", "")]
    [InlineData("Path", ":memory:")]
    [InlineData("Path", "file:x?mode=memory")]
    [InlineData("MostWaitingWrites", "0")]
    [InlineData("Readers", "-1")]
    [InlineData("BusyTimeout", "-00:00:01")]
    [InlineData("CheckpointPages", "1")]
    [InlineData("WriterCacheMebibytes", "0")]
    [InlineData("ReaderCacheMebibytes", "0")]
    public async Task A_value_that_cannot_be_used_stops_the_start_and_is_named(string key, string value)
    {
        using var host = Host(("Path", _file.Path), (key, value));

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message.ShouldContain($"{SqliteStorageOptions.Section}:{key}");
    }

    [Fact]
    public async Task An_unknown_key_stops_the_start()
    {
        using var host = Host(("Path", _file.Path), ("Pathh", "x"));

        (await Should.ThrowAsync<InvalidOperationException>(() => host.StartAsync())).Message.ShouldContain("Pathh");
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_stops_the_start()
    {
        await File.WriteAllTextAsync(_file.Path, new string('x', 5000));
        using var host = Host(("Path", _file.Path));

        await Should.ThrowAsync<StoreUnavailableException>(() => host.StartAsync());
    }

    private static IHost Host(params (string Key, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        foreach (var (key, value) in settings)
        {
            builder.Configuration.AddInMemoryCollection([new($"{SqliteStorageOptions.Section}:{key}", value)]);
        }

        builder.Services.AddSqliteStorage();
        return builder.Build();
    }
}
