using System.Collections.Concurrent;
using System.Text.Json;
using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing.Specifications;

/// <summary>
/// What every backplane does, seen from two processes (one and the same, for a backplane that has no others). In a quiet time nothing is lost,
/// so that a test can wait for it; order and repetitions are left to the implementations.
/// </summary>
public abstract class BackplaneSpecification
{
    private static readonly RoomId Room = new(1_000_001);
    private static readonly UserId User = new(2_000_002);

    /// <summary>The process that publishes.</summary>
    protected abstract IBackplane Here { get; }

    /// <summary>The process that listens.</summary>
    protected abstract IBackplane There { get; }

    [Fact]
    public async Task News_reach_every_subscriber_of_their_room_and_nobody_else()
    {
        var (first, second, own, other) = (new Heard<RoomNews>(), new Heard<RoomNews>(), new Heard<RoomNews>(), new Heard<RoomNews>());
        using var a = await There.SubscribeAsync(Room, first.Add);
        using var b = await There.SubscribeAsync(Room, second.Add);
        using var c = await Here.SubscribeAsync(Room, own.Add);
        using var d = await There.SubscribeAsync(new RoomId(9), other.Add);

        var sent = Enumerable.Range(1, 100).Select(i => new LogAdvanced(i)).ToList();
        sent.ForEach(news => Here.Publish(Room, news));

        await first.UntilAsync(sent);
        await second.UntilAsync(sent);
        await own.UntilAsync(sent);
        other.Everything.ShouldBeEmpty();
        own.Everything.Count.ShouldBe(sent.Count);
    }

    [Fact]
    public async Task Every_kind_of_news_arrives_as_it_was_sent()
    {
        var (room, user, all) = (new Heard<RoomNews>(), new Heard<UserNews>(), new Heard<GlobalNews>());
        using var a = await There.SubscribeAsync(Room, room.Add);
        using var b = await There.SubscribeAsync(User, user.Add);
        using var c = await There.SubscribeAsync(all.Add);

        RoomNews[] ofRoom = [new EventsCommitted(Samples.Events), new LogAdvanced(7), new TypingNews(User), new ReadNews(User, 6)];
        UserNews[] ofUser = [new RoomsChanged(new RoomsChange(Room, MemberChange.Joined, 4)), new OwnReadNews(Room, 5)];
        GlobalNews[] ofAll = [new SessionRevoked(User, new SessionId(3))];
        Array.ForEach(ofRoom, news => Here.Publish(Room, news));
        Array.ForEach(ofUser, news => Here.Publish(User, news));
        Array.ForEach(ofAll, Here.Publish);

        await room.UntilAsync(ofRoom);
        await user.UntilAsync(ofUser);
        await all.UntilAsync(ofAll);
    }

    [Fact]
    public async Task A_publisher_hears_its_own_news_for_all()
    {
        var heard = new Heard<GlobalNews>();
        using var subscription = await Here.SubscribeAsync(heard.Add);
        var news = new SessionRevoked(User, new SessionId(3));
        Here.Publish(news);
        await heard.UntilAsync([news]);
    }

    [Fact]
    public async Task One_who_left_hears_nothing_more()
    {
        var (gone, stays) = (new Heard<RoomNews>(), new Heard<RoomNews>());
        var subscription = await There.SubscribeAsync(Room, gone.Add);
        using var other = await There.SubscribeAsync(Room, stays.Add);
        Here.Publish(Room, new LogAdvanced(1));
        await gone.UntilAsync([new LogAdvanced(1)]);
        subscription.Dispose();
        subscription.Dispose();
        Here.Publish(Room, new LogAdvanced(2));
        await stays.UntilAsync([new LogAdvanced(1), new LogAdvanced(2)]);
        gone.Everything.ShouldBe([new LogAdvanced(1)]);
    }

    [Fact]
    public async Task A_handler_that_throws_hurts_neither_the_others_nor_its_own_next_news()
    {
        var (bad, good) = (new Heard<RoomNews>(), new Heard<RoomNews>());
        using var a = await There.SubscribeAsync(Room, news =>
        {
            bad.Add(news);
            throw new InvalidOperationException("broken");
        });
        using var b = await There.SubscribeAsync(Room, good.Add);
        RoomNews[] sent = [new LogAdvanced(1), new LogAdvanced(2)];
        Array.ForEach(sent, news => Here.Publish(Room, news));
        await bad.UntilAsync(sent);
        await good.UntilAsync(sent);
    }

    [Fact]
    public async Task A_handler_is_called_one_at_a_time_whoever_publishes()
    {
        var (inside, overlaps) = (0, 0);
        var heard = new Heard<RoomNews>();
        using var subscription = await There.SubscribeAsync(Room, news =>
        {
            overlaps += Interlocked.Increment(ref inside) - 1;
            heard.Add(news);
            Interlocked.Decrement(ref inside);
        });
        var sent = Enumerable.Range(0, 2000).Select(i => new LogAdvanced(i)).ToList();
        await Task.WhenAll(sent.Chunk(500).Select((mine, i) => Task.Run(() => Array.ForEach(mine, news => (i % 2 == 0 ? Here : There).Publish(Room, news)))))
            .Within("the end of all publishers");
        await heard.UntilAsync(sent);
        overlaps.ShouldBe(0);
    }

    [Fact]
    public async Task Publishing_does_not_wait_for_a_handler_that_hangs()
    {
        using var hang = new SemaphoreSlim(0);
        using var entered = new SemaphoreSlim(0);
        using var subscription = await There.SubscribeAsync(Room, _ =>
        {
            entered.Release();
            hang.Wait();
        });
        var stuck = Task.Run(() => Here.Publish(Room, new LogAdvanced(0)));
        try
        {
            await entered.WaitAsync().Within("the handler being entered");
            await Task.Run(() =>
            {
                for (var i = 1; i <= 1000; i++)
                {
                    Here.Publish(Room, new LogAdvanced(i));
                }
            }).Within("the end of a publisher beside a handler that hangs");
        }
        finally
        {
            hang.Release(int.MaxValue);
            await stuck.Within("the end of the publisher that delivered");
        }
    }

    [Fact]
    public async Task Who_comes_while_others_come_and_go_hears_all_that_is_published_from_then_on()
    {
        using var stop = new CancellationTokenSource();
        var churn = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                (await There.SubscribeAsync(Room, _ => { })).Dispose();
                // What there is to subscribe already is subscribed without waiting; others need a thread, too.
                await Task.Yield();
            }
        })).ToList();
        try
        {
            for (var round = 1; round <= 50; round++)
            {
                var heard = new Heard<RoomNews>();
                using var subscription = await There.SubscribeAsync(Room, heard.Add);
                Here.Publish(Room, new LogAdvanced(round));
                await heard.UntilAsync([new LogAdvanced(round)]);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(churn).Within("the end of those who come and go");
        }
    }

    [Fact]
    public void In_a_quiet_time_nothing_is_told_of_outages()
    {
        var told = new ConcurrentQueue<BackplaneOutage>();
        using var subscription = There.OnOutage(told.Enqueue);
        told.ShouldBeEmpty();
    }

    private sealed class Heard<TNews>
        where TNews : class
    {
        private readonly ConcurrentQueue<TNews> _all = new();

        public IReadOnlyCollection<TNews> Everything => _all;

        public void Add(TNews news) => _all.Enqueue(news);

        public async Task UntilAsync(IReadOnlyCollection<TNews> expected)
        {
            var missing = expected.Select(Text).ToHashSet(StringComparer.Ordinal);
            await Wait.Until(
                () =>
                {
                    missing.ExceptWith(_all.Select(Text));
                    return missing.Count == 0;
                },
                () => $"news: {string.Join("; ", missing.Take(5))}. Heard: {string.Join("; ", _all.Take(5).Select(Text))}");
        }

        // Lists inside records are not equal by their content.
        private static string Text(TNews news) => news is EventsCommitted committed
            ? JsonSerializer.Serialize(committed.Events, ChatJson.Options)
            : news.ToString()!;
    }
}
