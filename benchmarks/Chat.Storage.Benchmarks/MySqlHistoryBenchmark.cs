using System.Diagnostics;
using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql;
using Chat.Storage.MySql.Admin;
using Chat.Testing;
using Chat.Testing.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Storage.Benchmarks;

/// <summary>
/// The cost of a page of history on MariaDB by the number of messages in the room: it must not grow. The rooms are read in turns, so that both
/// see the same machine.
/// </summary>
internal static class MySqlHistoryBenchmark
{
    private const int Repeats = 2000;
    private const int WarmUp = 500;
    private const int Page = 50;

    // As large as the small room, so that what is read often fits the server's memory in both alike.
    private const int Window = 9000;

    private static readonly UserId Owner = new(2);

    // As the ids of Chat.Workers, which stores do not know.
    private static readonly IdForm Ids = new(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), 22);

    public static async Task RunAsync(int[] sizes)
    {
        await using var server = await MariaDbServer.StartNewAsync("--innodb-buffer-pool-size=512M", "--innodb-log-file-size=512M");
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var service in new[] { "Users", "Rooms", "Messages" })
        {
            settings[$"{MySqlStorageOptions.Section}:{service}:0:From"] = "0";
            settings[$"{MySqlStorageOptions.Section}:{service}:0:ConnectionString"] = server.ConnectionString($"bench_{service.ToLowerInvariant()}");
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var options = configuration.GetSection(MySqlStorageOptions.Section).Get<MySqlStorageOptions>()!;
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration).AddSingleton(TimeProvider.System).AddLogging().AddMySqlStorage().BuildServiceProvider();
        await LoadAsync(services.GetRequiredService<IRoomStore>(), options, sizes, server);
        await CheckAsync(options);

        var reader = services.GetRequiredService<IRoomReader>();
        var random = new Random(7);
        Console.WriteLine($"| page of {Page} | {string.Join(" | ", sizes.Select(size => $"{size:N0} messages: p50, p99"))} | ratio: p50, p99 |");
        Console.WriteLine($"|---|{string.Concat(sizes.Select(_ => "---:|"))}---:|");
        await RowAsync("newest", (room, _) => reader.ReadMessagesAsync(room, Owner, new MessageQuery { Limit = Page }));
        await RowAsync("before the middle", (room, size) => reader.ReadMessagesAsync(room, Owner, new MessageQuery { Before = Middle(size), Limit = Page }));
        await RowAsync("around the middle", (room, size) => reader.ReadMessagesAsync(room, Owner, new MessageQuery { Around = Middle(size), Limit = Page }));
        await RowAsync("after the middle", (room, size) => reader.ReadMessagesAsync(room, Owner, new MessageQuery { After = Middle(size), Limit = Page }));
        await RowAsync("events after the middle", (room, size) => reader.ReadEventsAsync(room, Owner, Middle(size), Page));
        await RowAsync("before any", (room, size) => reader.ReadMessagesAsync(room, Owner, new MessageQuery { Before = random.Next(100, size), Limit = Page }));

        long Middle(int size) => (size / 2) - (Window / 2) + random.Next(Window) + Page;

        async Task RowAsync(string what, Func<RoomId, int, Task> read)
        {
            var times = sizes.Select(_ => new List<double>(Repeats)).ToArray();
            for (var i = -WarmUp; i < Repeats; i++)
            {
                for (var room = 0; room < sizes.Length; room++)
                {
                    var start = TimeProvider.System.GetTimestamp();
                    await read(new RoomId(room + 1), sizes[room]);
                    if (i >= 0)
                    {
                        times[room].Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
                    }
                }
            }

            var quantiles = times.Select(list => list.Order().ToList()).Select(list => (P50: list[Repeats / 2], P99: list[Repeats * 99 / 100])).ToList();
            var (first, last) = (quantiles[0], quantiles[^1]);
            Console.WriteLine(
                $"| {what} | {string.Join(" | ", quantiles.Select(q => $"{q.P50:N2}, {q.P99:N2} ms"))} | {last.P50 / first.P50:N2}, {last.P99 / first.P99:N2} |");
        }
    }

    private static async Task LoadAsync(IRoomStore store, MySqlStorageOptions options, int[] sizes, MariaDbServer server)
    {
        var clock = TimeProvider.System;
        var until = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().AddDays(-9).ToUnixTimeSeconds());
        var from = until.AddMonths(-6);
        var loader = new MessageLoader(options, Ids, clock);
        await loader.MakePartitionsAsync(from);
        for (var i = 0; i < sizes.Length; i++)
        {
            var room = new RoomId(i + 1);
            var users = Enumerable.Range(1000, 9).Select(id => new UserId(id)).ToList();
            var first = RoomCommits.New(room, Owner, from);
            users.ForEach(user => first.Join(user));
            await store.CommitAsync([first.Build()]);
            var (start, server0, own0) = (clock.GetTimestamp(), ProcessorTime(server), Environment.CpuUsage.TotalTime);
            await loader.LoadAsync(
                [new MessageLoad { Room = room, Senders = [Owner, .. users], Messages = sizes[i], Until = until, TextBytes = 100, IdSuffix = 2048 + i }], writers: 1, _ => { });
            var elapsed = clock.GetElapsedTime(start).TotalSeconds;
            Console.WriteLine(
                $"loaded {sizes[i]:N0} messages in {elapsed:N1} s, {sizes[i] / elapsed:N0} a second; processor time a message: "
                + $"server {(ProcessorTime(server) - server0).TotalMicroseconds / sizes[i]:N1} µs, loader {(Environment.CpuUsage.TotalTime - own0).TotalMicroseconds / sizes[i]:N2} µs");
        }
    }

    private static TimeSpan ProcessorTime(MariaDbServer server)
    {
        using var process = Process.GetProcessById(server.ProcessId);
        return process.TotalProcessorTime;
    }

    private static async Task CheckAsync(MySqlStorageOptions options)
    {
        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        var summary = await new ShardsCheck(options, clock).CheckAsync(finding => Console.WriteLine(finding), _ => { });
        Console.WriteLine($"checked {summary.Messages:N0} messages in {clock.GetElapsedTime(start).TotalSeconds:N1} s, {summary.Findings} findings");
    }
}
