using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;
using Chat.Storage.MySql.Schema;
using Chat.Testing;
using Chat.Testing.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Chat.Storage.MySql.Tests;

/// <summary>From the configuration to an open store: what stops the start, and what it says.</summary>
[Collection(SharedServers.Name)]
public sealed class StartTests(Servers servers)
{
    private static readonly IReadOnlyList<Migration> Now = Migration.OfThisBuild();

    [Fact]
    public async Task A_host_opens_the_configured_servers_and_serves_every_port()
    {
        using var host = Host(Settings(servers.NewOptions()));
        await host.StartAsync();
        var store = host.Services.GetRequiredService<IRoomStore>();
        await store.CommitAsync([RoomCommits.New(new RoomId(1), new UserId(2), RoomOf.Now).Build()]);
        foreach (var port in new[]
        {
            typeof(IRoomReader), typeof(IRoomDirectory), typeof(IUserStore), typeof(ISessionStore), typeof(IOutbox), typeof(INodeLeases), typeof(IShardMap),
            typeof(IProtectionKeys),
        })
        {
            host.Services.GetService(port).ShouldNotBeNull();
        }

        await host.StopAsync();
    }

    [Fact]
    public async Task Rooms_of_one_range_share_its_lanes_and_ranges_have_their_own()
    {
        await using var store = OpenedStore.Open(servers.NewOptions());
        var lanes = Enumerable.Range(1, 5000).Select(i => (Shard: store.Store.Map.Of(new RoomId(i)), Lane: new MySqlShardMap(store.Store).LaneOf(new RoomId(i))))
            .ToLookup(l => l.Shard, l => l.Lane);

        lanes.Select(range => string.Join(' ', range.Distinct().Order())).Order().ShouldBe(["0 1 2 3", "4 5 6 7"]);
    }

    [Theory]
    [InlineData("Users:1:From", "101", "Chat:MySql:Users has no place for the logical shards 100 to 100.")]
    [InlineData("Rooms:1:From", "100", "Chat:MySql:Rooms has more than one place for the logical shards 100 to 127.")]
    [InlineData("Messages:1:To", "254", "Chat:MySql:Messages has no place for the logical shards 255 to 255.")]
    [InlineData("Messages:1:To", "256", "Chat:MySql:Messages:1 is from 128 to 256")]
    [InlineData("Rooms:0:ConnectionString", "Server=elsewhere;Port=1;Database=rooms", "elsewhere:1")]
    [InlineData("Users:0:ConnectionString", "", "Chat:MySql:Users:0:ConnectionString is missing.")]
    [InlineData("Users:0:ConnectionString", "Server=x;Password=secret", "Chat:MySql:Users:0:ConnectionString must name a database")]
    [InlineData("Users:0:ConnectionString", "Server=x;Database=a`b;Password=secret", "Chat:MySql:Users:0:ConnectionString must name a database")]
    [InlineData("Users:0:ConnectionString", "Servr=x;Database=a;Password=secret", "Chat:MySql:Users:0:ConnectionString is not understood.")]
    [InlineData("WriteThreads", "0", "Chat:MySql:WriteThreads")]
    [InlineData("ReadThreads", "257", "Chat:MySql:ReadThreads")]
    [InlineData("MostWaiting", "0", "Chat:MySql:MostWaiting")]
    [InlineData("ConnectTimeout", "00:00:00.5", "Chat:MySql:ConnectTimeout")]
    [InlineData("CommandTimeout", "00:10:00", "Chat:MySql:CommandTimeout")]
    [InlineData("ProbeEvery", "00:00:00", "Chat:MySql:ProbeEvery")]
    [InlineData("StartTimeout", "-00:00:01", "Chat:MySql:StartTimeout")]
    [InlineData("SweepEvery", "00:00:00", "Chat:MySql:SweepEvery")]
    [InlineData("KeepEvery", "8.00:00:00", "Chat:MySql:KeepEvery")]
    [InlineData("RetentionMonths", "-1", "Chat:MySql:RetentionMonths")]
    public async Task A_value_that_cannot_be_used_stops_the_start_and_is_named(string key, string value, string says)
    {
        var settings = Settings(servers.NewOptions());
        settings[$"{MySqlStorageOptions.Section}:{key}"] = value;
        using var host = Host(settings);

        var message = (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message;

        message.ShouldContain(says);
        message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task Nothing_configured_stops_the_start()
    {
        using var host = Host([]);

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message.ShouldContain("Chat:MySql:Users is missing.");
    }

    [Fact]
    public async Task An_unknown_key_stops_the_start()
    {
        var settings = Settings(servers.NewOptions());
        settings["Chat:MySql:Shards"] = "1";
        using var host = Host(settings);

        (await Should.ThrowAsync<InvalidOperationException>(() => host.StartAsync())).Message.ShouldContain("Shards");
    }

    [Fact]
    public void A_wrong_password_is_told_at_once_without_the_password()
    {
        var options = servers.NewOptions();
        options.StartTimeout = TimeSpan.FromHours(1);
        options.Users[0].ConnectionString = options.Users[0].ConnectionString.Replace("User ID=root", "User ID=joe;Password=secret", StringComparison.Ordinal);
        var log = new ErrorLog();

        var fault = Should.Throw<StoreUnavailableException>(() => OpenedStore.Open(options, logger: log));

        fault.Message.ShouldContain("Access denied for user 'joe'");
        fault.ToString().ShouldNotContain("secret");
        log.Lines.ShouldBeEmpty();
    }

    [Fact]
    public void A_server_that_is_not_there_is_waited_for_and_then_told()
    {
        var options = servers.NewOptions();
        options.StartTimeout = TimeSpan.FromMilliseconds(300);
        var port = TestServer.FreePort();
        options.Users[0].ConnectionString = $"Server=127.0.0.1;Port={port};Database=x;User ID=root;Password=secret;SslMode=None";
        var log = new ErrorLog();

        var fault = Should.Throw<StoreUnavailableException>(() => OpenedStore.Open(options, logger: log));

        fault.Message.ShouldContain($"127.0.0.1:{port} (database x) cannot be used");
        fault.ToString().ShouldNotContain("secret");
        log.Lines.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Many_stores_that_start_on_new_databases_apply_each_step_once()
    {
        var options = servers.NewOptions();

        var stores = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => OpenedStore.Open(options))));

        foreach (var store in stores)
        {
            var room = await RoomOf.MakeAsync(store.Ports);
            (await room.SayAsync("x")).Status.ShouldBe(CommitStatus.Committed);
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_step_that_broke_off_is_taken_up_again()
    {
        var options = servers.NewOptions();
        using (var link = Link.Open(servers.First.ConnectionString("mysql"), TimeSpan.FromSeconds(30), TimeProvider.System))
        {
            // As a process leaves it that ended in the middle: tables of the step, and nothing recorded.
            var database = MySqlDriver.DatabaseOf(options.Users[0].ConnectionString);
            link.Execute($"CREATE DATABASE `{database}`");
            foreach (var statement in Now.First(m => m.Service is Service.Users).Statements.Take(6))
            {
                link.Execute($"USE `{database}`; {statement.Replace("{bin}", Dialect.MariaDb.BinaryCollation, StringComparison.Ordinal)}");
            }
        }

        await using var store = OpenedStore.Open(options);

        (await store.Ports.Leases.AcquireAsync(RoomOf.Now, TimeSpan.FromSeconds(1))).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_database_of_a_newer_build_and_a_changed_step_are_refused()
    {
        var options = servers.NewOptions();
        var database = MySqlDriver.DatabaseOf(options.Rooms[0].ConnectionString);
        await OpenedStore.Open(options).DisposeAsync();
        using var link = Link.Open(servers.First.ConnectionString(database), TimeSpan.FromSeconds(30), TimeProvider.System);

        link.Execute("INSERT INTO schema_migrations (service, number, name, checksum, applied_at) VALUES ('rooms', 999, '0999_newer', 'x', 0)");
        Should.Throw<MySqlSchemaException>(() => OpenedStore.Open(options)).Message.ShouldContain($"Database {database} has schema 999 of rooms");
        link.Execute("DELETE FROM schema_migrations WHERE number = 999");
        link.Execute("UPDATE schema_migrations SET checksum = 'other' WHERE service = 'rooms'");
        Should.Throw<MySqlSchemaException>(() => OpenedStore.Open(options)).Message.ShouldContain("0001_rooms");
    }

    [Fact]
    public void Steps_of_every_service_are_numbered_from_one_without_gaps()
    {
        foreach (var service in Enum.GetValues<Service>())
        {
            Now.Where(m => m.Service == service).Select(m => m.Number).ShouldBe(Enumerable.Range(1, Now.Count(m => m.Service == service)));
        }

        new Migration(Service.Rooms, 1, "x", "a\r\nb").Checksum.ShouldBe(new Migration(Service.Rooms, 1, "x", "a\nb").Checksum);
    }

    [Theory]
    [InlineData("8.0.36", "MySQL")]
    [InlineData("8.4.2-commercial", "MySQL")]
    [InlineData("9.1.0", "MySQL")]
    [InlineData("10.11.19-MariaDB-0+deb12u1", "MariaDB")]
    [InlineData("10.6.1-MariaDB", "MariaDB")]
    [InlineData("11.4.2-MariaDB-log", "MariaDB")]
    [InlineData("5.7.44", null)]
    [InlineData("10.5.9-MariaDB", null)]
    [InlineData("unknown", null)]
    public void The_dialect_is_told_by_the_version(string version, string? dialect) => Dialect.Of(version)?.Name.ShouldBe(dialect);

    [Fact]
    public async Task The_first_protection_key_is_one_whoever_adds_it()
    {
        await using var store = OpenedStore.Open(servers.NewOptions());
        var keys = new MySqlProtectionKeys(store.Store);
        (await keys.ReadAsync()).ShouldBeEmpty();

        var added = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => keys.AddFirstAsync(new ProtectionKey($"key {i}", $"<key>{i} 키</key>")))));
        added.Count(a => a).ShouldBe(1);
        var first = (await keys.ReadAsync()).ShouldHaveSingleItem();
        await keys.AddAsync(new ProtectionKey("next", "<key/>"));
        await keys.AddAsync(first with { Xml = "other" });

        (await keys.ReadAsync()).OrderBy(k => k.Name, StringComparer.Ordinal).ShouldBe([first, new ProtectionKey("next", "<key/>")]);
    }

    private static Dictionary<string, string?> Settings(MySqlStorageOptions options)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, ranges) in new[] { ("Users", options.Users), ("Rooms", options.Rooms), ("Messages", options.Messages) })
        {
            for (var i = 0; i < ranges.Count; i++)
            {
                var at = $"{MySqlStorageOptions.Section}:{name}:{i}";
                settings[$"{at}:From"] = $"{ranges[i].From}";
                settings[$"{at}:To"] = $"{ranges[i].To}";
                settings[$"{at}:ConnectionString"] = ranges[i].ConnectionString;
            }
        }

        return settings;
    }

    private static IHost Host(Dictionary<string, string?> settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddMySqlStorage();
        return builder.Build();
    }
}
