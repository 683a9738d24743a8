using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Feeds;
using FsCheck;
using FsCheck.Fluent;

namespace Chat.Feeds.Tests;

/// <summary>Whatever the backplane does to the news, and however slow a connection is: each event once, in order, to those who may have it.</summary>
public sealed class RoomFeedPropertyTests
{
    private static readonly UserId Stays = new(1);
    private static readonly UserId Slow = new(2);
    private static readonly UserId Guest = new(3);

    [Fact]
    public void Lost_repeated_delayed_and_reordered_news_changes_nothing_that_a_connection_sees() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => RunAsync(seed).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    [Fact]
    public void Lagging_and_resuming_while_events_keep_coming_pushes_each_event_at_most_once_and_loses_none() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => RunBusyAsync(seed).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    // A publisher that never pauses, and a client that lags, syncs and resumes as fast as it can beside it.
    private static async Task<bool> RunBusyAsync(int seed)
    {
        const int Events = 3000;
        var random = new Random(seed);
        var log = Enumerable.Range(1, Events).Select(i => FeedWorld.MessageEvent(i, Stays)).ToList();
        var options = new FeedOptions { GapGrace = TimeSpan.Zero, EventsPerFrame = random.Next(1, 8), RecentEvents = 512 };
        using var world = new FeedWorld(log, options, committed: 0);
        var slow = world.Connect(Slow, capacity: 1);
        world.Feed.TryAttach(slow, 0).ShouldBeTrue();
        var publishing = Task.Run(() =>
        {
            for (var i = 0; i < Events; i++)
            {
                world.Reader.Committed = i + 1;
                world.Feed.Accept(new EventsCommitted([log[i]]));
            }
        });

        var synced = new SortedSet<long>();
        var resumed = 0;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (slow.LastSeq < Events && !synced.Contains(Events))
        {
            patience.IsCancellationRequested.ShouldBeFalse($"seed {seed}: stuck at push {slow.LastSeq}, sync {synced.Max}, lagging {slow.LagCount}");
            if (slow.LagCount == resumed)
            {
                await Task.Yield();
                continue;
            }

            // The client syncs from where it stands up to what is committed by now, then asks for pushes again.
            var reached = Math.Max(slow.LastSeq, world.Reader.Committed);
            for (var seq = Math.Max(slow.LastSeq, synced.Max) + 1; seq <= reached; seq++)
            {
                synced.Add(seq);
            }

            slow.MakeRoom(random.Next(1, 20));
            if (world.Feed.TryResume(slow, reached))
            {
                resumed++; // otherwise it has to sync again
            }
        }

        await publishing;
        resumed.ShouldBeGreaterThan(0, $"seed {seed}: the client never lagged, so nothing was tried");
        slow.Seqs.Count.ShouldBe(slow.Seqs.Distinct().Count(), $"seed {seed}: no event is pushed twice");
        slow.Seqs.ShouldBe([.. slow.Seqs.Order()], $"seed {seed}: pushes are in order");
        slow.Seqs.Union(synced).Order().ToList().ShouldBe([.. log.Select(e => e.Seq)], $"seed {seed}: pushes and syncs together are the log");
        return true;
    }

    private static async Task<bool> RunAsync(int seed)
    {
        var random = new Random(seed);
        var (log, guestIn) = NewLog(random);
        var options = new FeedOptions { GapGrace = TimeSpan.Zero, EventsPerFrame = random.Next(1, 40), RecentEvents = random.Next(40, 80) };
        using var world = new FeedWorld(log, options);
        var (stays, slow, guest) = (world.Connect(Stays), world.Connect(Slow, capacity: random.Next(0, 4)), world.Connect(Guest));
        world.Feed.TryAttach(slow, 0).ShouldBeTrue();
        world.Feed.TryAttach(stays, 0).ShouldBeTrue(); // attached after the slow one, so it is served after it

        foreach (var news in Mangle(log, random))
        {
            world.Feed.Accept(news);
        }

        world.Feed.Advance(log.Count);
        await stays.ReachedAsync(log.Count, $"seed {seed}: the last event for the one who stays");
        stays.Seqs.ShouldBe(log.Select(e => e.Seq), $"seed {seed}: the one who stays sees the whole log");
        stays.Lagging.ShouldBeEmpty();

        await CatchUpAsync(world, slow, log, random, seed);

        // The guest gets each event of its stays, in order, and nothing else.
        if (guestIn.Count > 0)
        {
            await guest.ReachedAsync(guestIn[^1], $"seed {seed}: the last event for the guest");
        }

        guest.Seqs.ShouldBe(guestIn, $"seed {seed}: the guest sees its own stays");
        return true;
    }

    // What a client does that lags: sync pages from its cursor, then go on with pushes.
    private static async Task CatchUpAsync(FeedWorld world, FakeConnection slow, List<RoomEvent> log, Random random, int seed)
    {
        var seen = slow.Seqs.ToList();
        seen.ShouldBe(log.Take(seen.Count).Select(e => e.Seq), $"seed {seed}: what came before the lag is a prefix");
        if (seen.Count == log.Count)
        {
            return;
        }

        slow.Lagging.ShouldBe([seen.Count], $"seed {seed}: told once, where it stopped");
        slow.MakeRoom(int.MaxValue);
        var cursor = (long)seen.Count;
        do
        {
            cursor = Math.Min(log.Count, cursor + random.Next(1, 30));
        }
        while (!world.Feed.TryResume(slow, cursor));

        if (cursor < log.Count)
        {
            await slow.ReachedAsync(log.Count, $"seed {seed}: the last event for the slow one");
        }

        slow.Seqs.Skip(seen.Count).ShouldBe(
            log.Select(e => e.Seq).Where(s => s > cursor), $"seed {seed}: after the sync up to {cursor}, each later event once");
    }

    private static (List<RoomEvent> Log, List<long> GuestIn) NewLog(Random random)
    {
        var log = new List<RoomEvent>();
        var guestIn = new List<long>();
        var inside = false;
        for (var seq = 1L; seq <= random.Next(5, 120); seq++)
        {
            var turn = random.Next(10) == 0;
            if (turn)
            {
                log.Add(FeedWorld.MemberEvent(seq, Guest, inside ? MemberChange.Removed : MemberChange.Joined));
                guestIn.Add(seq);
                inside = !inside;
                continue;
            }

            log.Add(FeedWorld.MessageEvent(seq, Stays));
            if (inside)
            {
                guestIn.Add(seq);
            }
        }

        return (log, guestIn);
    }

    private static List<RoomNews> Mangle(List<RoomEvent> log, Random random)
    {
        var news = new List<(double At, RoomNews News)>();
        for (var i = 0; i < log.Count;)
        {
            var batch = log.GetRange(i, Math.Min(random.Next(1, 8), log.Count - i));
            for (var copy = random.Next(0, 3); copy > 0; copy--)
            {
                news.Add((i + (random.NextDouble() * random.Next(0, 30)), new EventsCommitted(batch)));
            }

            if (random.Next(8) == 0)
            {
                news.Add((i + (random.NextDouble() * 30), new LogAdvanced(batch[^1].Seq)));
            }

            i += batch.Count;
        }

        return [.. news.OrderBy(n => n.At).Select(n => n.News)];
    }
}
