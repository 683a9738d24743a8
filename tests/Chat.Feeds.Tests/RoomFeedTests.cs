using Chat.Abstractions;
using Chat.Contracts;
using Chat.Gateway.Feeds;

namespace Chat.Feeds.Tests;

public sealed class RoomFeedTests
{
    private static readonly UserId Ann = new(1);
    private static readonly UserId Bob = new(2);

    [Fact]
    public async Task Events_reach_every_connection_once_and_in_order()
    {
        using var world = new FeedWorld(Messages(10));
        var (one, two) = (world.Connect(Ann), world.Connect(Bob));
        world.Feed.TryAttach(one, 0).ShouldBeTrue();
        world.Feed.TryAttach(two, 0).ShouldBeTrue();

        foreach (var e in Messages(10))
        {
            world.Feed.Accept(new EventsCommitted([e]));
        }

        await one.ReachedAsync(10, "event 10 for the first connection");
        await two.ReachedAsync(10, "event 10 for the second connection");
        one.Seqs.ShouldBe(Range(1, 10));
        two.Seqs.ShouldBe(Range(1, 10));
        world.Reader.Reads.ShouldBe(0);
    }

    [Fact]
    public async Task A_gap_is_filled_from_the_store_even_when_it_is_the_last_event_that_was_lost()
    {
        using var world = new FeedWorld(Messages(5));
        var ann = world.Connect(Ann);
        world.Feed.TryAttach(ann, 0);

        world.Feed.Accept(new EventsCommitted([Messages(5)[0]]));
        world.Feed.Accept(new EventsCommitted([Messages(5)[3]]));
        await ann.ReachedAsync(4, "event 4 after the gap was filled");
        world.Feed.Advance(5);
        await ann.ReachedAsync(5, "event 5, of which only the position was heard");

        ann.Seqs.ShouldBe(Range(1, 5));
    }

    [Fact]
    public async Task Events_that_only_changed_places_are_put_in_order_without_reading_the_store()
    {
        using var world = new FeedWorld(Messages(4), new FeedOptions { GapGrace = TimeSpan.FromHours(1) });
        var ann = world.Connect(Ann);
        world.Feed.TryAttach(ann, 0);

        foreach (var i in new[] { 2, 1, 3, 0 })
        {
            world.Feed.Accept(new EventsCommitted([Messages(4)[i]]));
        }

        await ann.ReachedAsync(4, "event 4");
        ann.Seqs.ShouldBe(Range(1, 4));
        world.Reader.Reads.ShouldBe(0);
    }

    [Fact]
    public async Task A_store_that_is_away_delays_the_filling_of_a_gap_and_loses_nothing()
    {
        using var world = new FeedWorld(Messages(3));
        world.Reader.Failures = 1;
        var ann = world.Connect(Ann);
        world.Feed.TryAttach(ann, 0);

        world.Feed.Accept(new EventsCommitted([Messages(3)[2]]));

        await ann.ReachedAsync(3, "event 3 after the store came back");
        ann.Seqs.ShouldBe(Range(1, 3));
    }

    [Theory(Timeout = 20_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Events_that_retention_dropped_are_passed_over_and_members_told_to_sync(bool storeFailsMeanwhile)
    {
        using var world = new FeedWorld(Messages(9));
        world.Reader.Dropped = 6;
        world.Reader.Gone.Add(Bob);
        if (storeFailsMeanwhile)
        {
            world.Reader.FailOnceOf.Add(Bob);
        }

        var (ann, bob) = (world.Connect(Ann), world.Connect(Bob));
        world.Feed.TryAttach(ann, 0);
        world.Feed.TryAttach(bob, 0);

        world.Feed.Advance(8);
        await ann.LaggedAsync("word that events are missing");
        while (world.Feed.Position < 8)
        {
            await Task.Yield();
        }

        world.Feed.TryResume(ann, 8).ShouldBeTrue();
        world.Feed.TryResume(bob, 8).ShouldBeTrue();
        world.Feed.Accept(new EventsCommitted([Messages(9)[8]]));

        await ann.ReachedAsync(9, "the next event after the sync");
        ann.Seqs.ShouldBe([9]);
        bob.Seqs.ShouldBeEmpty("he was removed in what was dropped");
    }

    [Fact]
    public async Task Log_of_which_retention_left_nothing_is_passed_over_to_its_end()
    {
        using var world = new FeedWorld(Messages(9));
        world.Reader.Dropped = 8;
        world.Reader.Committed = 8;
        var ann = world.Connect(Ann);
        world.Feed.TryAttach(ann, 0);

        world.Feed.Advance(8);
        await ann.LaggedAsync("word that events are missing");
        world.Feed.TryResume(ann, 8).ShouldBeTrue();
        world.Feed.Accept(new EventsCommitted([Messages(9)[8]]));

        await ann.ReachedAsync(9, "the next event after the sync");
        ann.Seqs.ShouldBe([9]);
    }

    [Fact]
    public async Task One_who_is_removed_gets_the_removal_and_nothing_after_it()
    {
        var log = new List<RoomEvent>
        {
            FeedWorld.MessageEvent(1, Ann),
            FeedWorld.MemberEvent(2, Bob, MemberChange.Removed),
            FeedWorld.MessageEvent(3, Ann),
            FeedWorld.MessageEvent(4, Ann),
        };
        using var world = new FeedWorld(log);
        var (ann, bob) = (world.Connect(Ann), world.Connect(Bob));
        world.Feed.TryAttach(ann, 0);
        world.Feed.TryAttach(bob, 0);

        world.Feed.Accept(new EventsCommitted(log)); // all in one frame's worth

        await ann.ReachedAsync(4, "event 4 for the one who stays");
        ann.Seqs.ShouldBe(Range(1, 4));
        bob.Seqs.ShouldBe(Range(1, 2));
    }

    [Fact]
    public async Task One_who_was_removed_before_attaching_with_an_old_membership_gets_nothing()
    {
        var log = new List<RoomEvent> { FeedWorld.MemberEvent(1, Bob, MemberChange.Banned), FeedWorld.MessageEvent(2, Ann), FeedWorld.MessageEvent(3, Ann) };
        using var world = new FeedWorld(log);
        var (ann, bob) = (world.Connect(Ann), world.Connect(Bob));
        world.Feed.TryAttach(ann, 0);
        world.Feed.Accept(new EventsCommitted(log[..2]));
        await ann.ReachedAsync(2, "event 2");

        world.Feed.TryAttach(bob, 0).ShouldBeTrue();
        world.Feed.Accept(new EventsCommitted(log[2..]));

        await ann.ReachedAsync(3, "event 3");
        bob.Seqs.ShouldBeEmpty();
    }

    [Fact]
    public void A_membership_older_than_the_feed_itself_is_not_trusted()
    {
        using var world = new FeedWorld(Messages(20), position: 10);

        world.Feed.TryAttach(world.Connect(Ann), 9).ShouldBeFalse();
        world.Feed.TryAttach(world.Connect(Ann), 10).ShouldBeTrue();
    }

    [Fact]
    public async Task One_who_joins_gets_everything_from_the_joining_on_without_attaching()
    {
        var log = new List<RoomEvent> { FeedWorld.MessageEvent(1, Ann), FeedWorld.MemberEvent(2, Bob, MemberChange.Joined), FeedWorld.MessageEvent(3, Ann) };
        using var world = new FeedWorld(log);
        var (ann, bob) = (world.Connect(Ann), world.Connect(Bob));
        world.Feed.TryAttach(ann, 0);

        world.Feed.Accept(new EventsCommitted(log));

        await bob.ReachedAsync(3, "event 3 for the one who joined");
        bob.Seqs.ShouldBe([2, 3]);
    }

    [Fact]
    public async Task An_old_removal_does_not_detach_one_who_came_back()
    {
        var log = new List<RoomEvent>
        {
            FeedWorld.MemberEvent(1, Bob, MemberChange.Removed),
            FeedWorld.MemberEvent(2, Bob, MemberChange.Joined),
            FeedWorld.MessageEvent(3, Ann),
        };
        using var world = new FeedWorld(log);
        var bob = world.Connect(Bob);
        world.Feed.TryAttach(bob, 2).ShouldBeTrue(); // read after the joining; the feed is still at 0

        world.Feed.Accept(new EventsCommitted(log));

        await bob.ReachedAsync(3, "event 3 for the one who came back");
        bob.Seqs[^1].ShouldBe(3);
    }

    [Fact]
    public async Task A_connection_that_does_not_keep_up_is_told_once_and_goes_on_after_it_synced()
    {
        using var world = new FeedWorld(Messages(30));
        var (good, slow) = (world.Connect(Ann), world.Connect(Bob, capacity: 2));
        world.Feed.TryAttach(good, 0);
        world.Feed.TryAttach(slow, 0);
        foreach (var e in Messages(10))
        {
            world.Feed.Accept(new EventsCommitted([e]));
            await good.ReachedAsync(e.Seq, $"event {e.Seq}");
        }

        slow.Seqs.ShouldBe(Range(1, 2));
        slow.Lagging.ShouldBe([2]);

        slow.MakeRoom(1000);
        world.Feed.TryResume(slow, 7).ShouldBeTrue(); // it synced up to 7: 8, 9, 10 are at hand
        foreach (var e in Messages(12)[10..])
        {
            world.Feed.Accept(new EventsCommitted([e]));
        }

        await slow.ReachedAsync(12, "event 12 after resuming");
        slow.Seqs.ShouldBe([1, 2, .. Range(8, 5)]);
        good.Seqs.ShouldBe(Range(1, 12));
    }

    [Fact]
    public async Task One_who_resumes_in_the_middle_of_a_delivery_does_not_get_its_events_twice()
    {
        using var world = new FeedWorld(Messages(4));
        var (good, slow) = (world.Connect(Ann), world.Connect(Bob, capacity: 1));
        world.Feed.TryAttach(good, 0); // served first
        world.Feed.TryAttach(slow, 0);
        foreach (var e in Messages(2))
        {
            world.Feed.Accept(new EventsCommitted([e]));
            await good.ReachedAsync(e.Seq, $"event {e.Seq}");
        }

        await slow.LaggedAsync("the notice that the slow one lags");
        slow.MakeRoom(100);
        good.OnNextFrame = () => world.Feed.TryResume(slow, 1).ShouldBeTrue();
        world.Feed.Accept(new EventsCommitted([Messages(3)[2]]));
        await good.ReachedAsync(3, "event 3");
        world.Feed.Accept(new EventsCommitted([Messages(4)[3]]));

        await slow.ReachedAsync(4, "event 4 for the one who resumed");
        slow.Seqs.ShouldBe(Range(1, 4));
    }

    [Fact]
    public async Task One_who_lags_too_far_behind_has_to_sync_again()
    {
        using var world = new FeedWorld(Messages(200), new FeedOptions { GapGrace = TimeSpan.Zero, RecentEvents = 64, EventsPerFrame = 8 });
        var (good, slow) = (world.Connect(Ann), world.Connect(Bob, capacity: 0));
        world.Feed.TryAttach(good, 0);
        world.Feed.TryAttach(slow, 0);
        world.Feed.Accept(new EventsCommitted(Messages(200)));
        await good.ReachedAsync(200, "event 200");
        slow.MakeRoom(1000);

        world.Feed.TryResume(slow, 100).ShouldBeFalse();
        world.Feed.TryResume(slow, 140).ShouldBeTrue();

        slow.Seqs.ShouldBe(Range(141, 60));
    }

    [Fact]
    public void A_feed_without_connections_ends_once_and_attaches_nobody_after()
    {
        using var world = new FeedWorld(Messages(1));
        var ann = world.Connect(Ann);
        world.Feed.TryAttach(ann, 0);
        world.Feed.TryClose().ShouldBeFalse();
        world.Feed.Detach(ann);

        world.Feed.TryClose().ShouldBeTrue();
        world.Feed.TryClose().ShouldBeFalse();
        world.Feed.TryAttach(ann, 5).ShouldBeFalse();
    }

    [Fact]
    public async Task Events_that_gather_behind_a_delivery_share_frames()
    {
        using var world = new FeedWorld(Messages(1000));
        var ann = world.Connect(Ann);
        world.Feed.TryAttach(ann, 0);

        world.Feed.Accept(new EventsCommitted(Messages(1000)));

        await ann.ReachedAsync(1000, "event 1000");
        ann.Frames.ShouldBe((int)Math.Ceiling(1000 / 64.0));
    }

    [Fact]
    public void Typing_goes_to_the_others_only()
    {
        using var world = new FeedWorld(Messages(1));
        var (ann, bob) = (world.Connect(Ann), world.Connect(Bob));
        world.Feed.TryAttach(ann, 0);
        world.Feed.TryAttach(bob, 0);

        world.Feed.Accept(new TypingNews(Ann));

        ann.Ephemeral.ShouldBe(0);
        bob.Ephemeral.ShouldBe(1);
    }

    private static List<RoomEvent> Messages(int count) => [.. Enumerable.Range(1, count).Select(i => FeedWorld.MessageEvent(i, Ann))];

    private static IEnumerable<long> Range(long first, int count) => Enumerable.Range(0, count).Select(i => first + i);
}
