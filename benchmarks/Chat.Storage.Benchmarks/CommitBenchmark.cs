using Chat.Abstractions;
using Chat.Contracts;
using Chat.Testing;
using Chat.Testing.Servers;

namespace Chat.Storage.Benchmarks;

/// <summary>Durable commits per second.</summary>
internal static class CommitBenchmark
{
    private const string Text = "A message of ordinary length, as people write them in a chat: about a hundred characters of plain text.";
    private static readonly UserId Owner = new(2);

    public static async Task RunAsync(string folder, TimeSpan duration)
    {
        var flushes = FlushesPerSecond(folder, duration);
        Console.WriteLine($"flush of 16 KiB, nothing else: {flushes:N0}/s on this disk");
        await RunAsync(name => new BenchStore(folder, name), duration);
    }

    /// <summary>The same on a MariaDB of its own, on loopback; its folder is a temporary one.</summary>
    public static async Task RunOnMySqlAsync(TimeSpan duration)
    {
        await using var server = await MariaDbServer.StartNewAsync();
        Console.WriteLine("on MariaDB; its processor time is not in the last column");
        await RunAsync(name => new BenchStore(server, name), duration);
    }

    private static async Task RunAsync(Func<string, BenchStore> open, TimeSpan duration)
    {
        Console.WriteLine("| callers | messages per call | messages/s | flushes/s | messages per flush | p50 ms | p99 ms | CPU µs per message |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var (callers, rooms, messages) in new[] { (1, 1, 1), (16, 1, 1), (64, 1, 1), (128, 1, 1), (1024, 1, 1), (4, 16, 1), (1, 128, 1), (1, 1, 128), (4, 128, 4) })
        {
            await using var store = open($"commits-{callers}-{rooms}-{messages}");
            await MeasureAsync(store, callers, rooms, messages, duration);
        }
    }

    private static async Task MeasureAsync(BenchStore store, int callers, int roomsPerCall, int messagesPerRoom, TimeSpan duration)
    {
        var clock = TimeProvider.System;
        var work = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => PrepareAsync(store, (caller * roomsPerCall) + 1, roomsPerCall)));
        await Task.WhenAll(work.Select(rooms => RunAsync(store, rooms, messagesPerRoom, TimeSpan.FromSeconds(1))));

        var (flushes, start, cpu) = (store.Transactions, clock.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var latencies = (await Task.WhenAll(work.Select(rooms => Task.Run(() => RunAsync(store, rooms, messagesPerRoom, duration)))))
            .SelectMany(l => l).Order().ToList();
        var elapsed = clock.GetElapsedTime(start).TotalSeconds;
        var sent = (double)latencies.Count * roomsPerCall * messagesPerRoom;
        flushes = store.Transactions - flushes;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        Console.WriteLine(
            $"| {callers} | {roomsPerCall} rooms × {messagesPerRoom} | {sent / elapsed:N0} | {flushes / elapsed:N0} | {sent / flushes:N1} " +
            $"| {latencies[latencies.Count / 2]:N2} | {latencies[latencies.Count * 99 / 100]:N2} | {cpu.TotalMicroseconds / sent:N1} |");
    }

    private static async Task<RoomHead[]> PrepareAsync(BenchStore store, int first, int count)
    {
        var commits = Enumerable.Range(first, count).Select(id => RoomCommits.New(new RoomId(id), Owner, DateTimeOffset.UnixEpoch).Build()).ToList();
        await store.Rooms.CommitAsync(commits);
        return [.. commits.Select(c => c.Head)];
    }

    private static async Task<List<double>> RunAsync(BenchStore store, RoomHead[] rooms, int messages, TimeSpan duration)
    {
        var clock = TimeProvider.System;
        var latencies = new List<double>();
        var start = clock.GetTimestamp();
        while (clock.GetElapsedTime(start) < duration)
        {
            var commits = Array.ConvertAll(rooms, head => Next(head, messages));
            var sent = clock.GetTimestamp();
            await store.Rooms.CommitAsync(commits);
            latencies.Add(clock.GetElapsedTime(sent).TotalMilliseconds);
            for (var i = 0; i < rooms.Length; i++)
            {
                rooms[i] = commits[i].Head;
            }
        }

        return latencies;
    }

    public static RoomCommit Next(RoomHead head, int messages)
    {
        var commits = new RoomCommits(new RoomSnapshot(head, []), DateTimeOffset.UnixEpoch);
        for (var i = 0; i < messages; i++)
        {
            commits.Say(Owner, Text);
        }

        return commits.Build();
    }

    // What the disk can do at most with one flush per message: the yardstick. Over blocks that are there already, as in a log that is used again.
    private static double FlushesPerSecond(string folder, TimeSpan duration)
    {
        var clock = TimeProvider.System;
        using var file = new FileStream(Path.Combine(folder, "flush"), FileMode.Create, FileAccess.Write, FileShare.None, 0);
        var block = new byte[16 * 1024];
        const int Blocks = 1024;
        for (var i = 0; i < Blocks; i++)
        {
            file.Write(block);
        }

        file.Flush(flushToDisk: true);
        var start = clock.GetTimestamp();
        var flushes = 0;
        while (clock.GetElapsedTime(start) < duration)
        {
            file.Position = flushes % Blocks * block.Length;
            file.Write(block);
            file.Flush(flushToDisk: true);
            flushes++;
        }

        return flushes / clock.GetElapsedTime(start).TotalSeconds;
    }
}
