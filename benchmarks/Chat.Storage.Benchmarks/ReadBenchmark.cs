using Chat.Abstractions;
using Chat.Contracts;
using Chat.Testing;

namespace Chat.Storage.Benchmarks;

/// <summary>The cost of reads and read marks by the number of messages in the room: it must not grow.</summary>
internal static class ReadBenchmark
{
    private const int Repeats = 2000;
    private static readonly UserId Owner = new(2);

    public static async Task RunAsync(string folder, int[] sizes)
    {
        await using var store = new BenchStore(folder, "reads");
        Console.WriteLine("| messages in the room | page of 50, newest | page of 50, anywhere | 100 events, anywhere | 50 of a thread | room list of 20 | mark read (128 at once) | mark read, not moving |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var size in sizes)
        {
            Console.WriteLine(await MeasureAsync(store, new RoomId(size), size));
        }
    }

    private static async Task<string> MeasureAsync(BenchStore store, RoomId room, int size)
    {
        var readers = await FillAsync(store, room, size);
        var random = new Random(7);
        var newest = await MicrosecondsAsync(_ => store.Reader.ReadMessagesAsync(room, Owner, new MessageQuery { Limit = 50 }));
        var anywhere = await MicrosecondsAsync(_ => store.Reader.ReadMessagesAsync(room, Owner, new MessageQuery { Before = random.Next(100, size), Limit = 50 }));
        var events = await MicrosecondsAsync(_ => store.Reader.ReadEventsAsync(room, Owner, random.Next(0, size), 100));
        var thread = await MicrosecondsAsync(_ => store.Reader.ReadMessagesAsync(room, Owner, new MessageQuery { Thread = 1000, Limit = 50 }));
        var list = await MicrosecondsAsync(_ => store.Directory.ListRoomsAsync(Owner, new RoomId(0), 20));
        var still = await MicrosecondsAsync(_ => store.Rooms.MarkReadAsync(room, Owner, 1));

        var clock = TimeProvider.System;
        var start = clock.GetTimestamp();
        const int Rounds = 40;
        for (var round = 1; round <= Rounds; round++)
        {
            var seq = (long)size * round / Rounds;
            await Task.WhenAll(readers.Select(reader => store.Rooms.MarkReadAsync(room, reader, seq)));
        }

        var marks = clock.GetElapsedTime(start).TotalMicroseconds / Rounds / readers.Count;
        return $"| {size:N0} | {newest:N0} µs | {anywhere:N0} µs | {events:N0} µs | {thread:N0} µs | {list:N0} µs | {marks:N0} µs each | {still:N0} µs |";
    }

    private static async Task<List<UserId>> FillAsync(BenchStore store, RoomId room, int size)
    {
        var readers = Enumerable.Range(1000, 128).Select(id => new UserId(id)).ToList();
        var first = RoomCommits.New(room, Owner, DateTimeOffset.UnixEpoch);
        readers.ForEach(reader => first.Join(reader));
        var commit = first.Build();
        await store.Rooms.CommitAsync([commit]);
        while (commit.Head.MessageCount < size)
        {
            var next = new RoomCommits(new RoomSnapshot(commit.Head, []), DateTimeOffset.UnixEpoch);
            for (var i = 0; i < 500; i++)
            {
                var seq = next.NextSeq;
                next.Say(
                    Owner, $"Message number {seq} of this room, of about the length that people write.",
                    thread: seq % 50 == 0 ? 1000 : null, mentions: seq % 20 == 0 ? [readers[(int)(seq % 128)]] : null, mentionsRoom: seq % 100 == 0);
            }

            commit = next.Build();
            await store.Rooms.CommitAsync([commit]);
        }

        return readers;
    }

    private static async Task<double> MicrosecondsAsync(Func<int, Task> read)
    {
        var clock = TimeProvider.System;
        for (var i = 0; i < Repeats / 4; i++)
        {
            await read(i);
        }

        var start = clock.GetTimestamp();
        for (var i = 0; i < Repeats; i++)
        {
            await read(i);
        }

        return clock.GetElapsedTime(start).TotalMicroseconds / Repeats;
    }
}
