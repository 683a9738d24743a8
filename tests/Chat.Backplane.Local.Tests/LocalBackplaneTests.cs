using Chat.Abstractions;
using Chat.Contracts;
using Chat.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chat.Backplane.Local.Tests;

public sealed class LocalBackplaneTests
{
    private static readonly RoomId Room = new(1);
    private static readonly UserId User = new(2);

    private readonly LocalBackplane _backplane = new(NullLogger<LocalBackplane>.Instance);

    [Fact]
    public async Task News_reach_every_subscriber_of_their_key_in_order_and_nobody_else()
    {
        var first = new List<RoomNews>();
        var second = new List<RoomNews>();
        var other = new List<RoomNews>();
        using var a = await _backplane.SubscribeAsync(Room, first.Add);
        using var b = await _backplane.SubscribeAsync(Room, second.Add);
        using var c = await _backplane.SubscribeAsync(new RoomId(9), other.Add);

        var sent = Enumerable.Range(1, 100).Select(i => new LogAdvanced(i)).ToList();
        sent.ForEach(news => _backplane.Publish(Room, news));

        first.ShouldBe(sent);
        second.ShouldBe(sent);
        other.ShouldBeEmpty();
    }

    [Fact]
    public async Task Users_and_everybody_are_reached_too()
    {
        var user = new List<UserNews>();
        var all = new List<GlobalNews>();
        using var a = await _backplane.SubscribeAsync(User, user.Add);
        using var b = await _backplane.SubscribeAsync(all.Add);
        var own = new OwnReadNews(Room, 5);
        var revoked = new SessionRevoked(User, new SessionId(3));
        _backplane.Publish(User, own);
        _backplane.Publish(revoked);
        user.ShouldBe([own]);
        all.ShouldBe([revoked]);
    }

    [Fact]
    public async Task One_who_left_hears_nothing_more_and_leaves_nothing_behind()
    {
        var heard = new List<RoomNews>();
        var subscription = await _backplane.SubscribeAsync(Room, heard.Add);
        subscription.Dispose();
        subscription.Dispose();
        _backplane.Publish(Room, new LogAdvanced(1));
        heard.ShouldBeEmpty();
        _backplane.KeyCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_handler_that_throws_hurts_neither_the_publisher_nor_the_others_nor_its_own_next_news()
    {
        var heard = new List<long>();
        using var bad = await _backplane.SubscribeAsync(Room, news =>
        {
            heard.Add(((LogAdvanced)news).LastSeq);
            throw new InvalidOperationException("broken");
        });
        var good = new List<RoomNews>();
        using var b = await _backplane.SubscribeAsync(Room, good.Add);
        _backplane.Publish(Room, new LogAdvanced(1));
        _backplane.Publish(Room, new LogAdvanced(2));
        heard.ShouldBe([1, 2]);
        good.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_handler_that_publishes_hears_its_own_news_after_it_returned()
    {
        var order = new List<string>();
        using var subscription = await _backplane.SubscribeAsync(Room, news =>
        {
            var seq = ((LogAdvanced)news).LastSeq;
            order.Add($"begin {seq}");
            if (seq < 3)
            {
                _backplane.Publish(Room, new LogAdvanced(seq + 1));
            }

            order.Add($"end {seq}");
        });
        _backplane.Publish(Room, new LogAdvanced(1));
        order.ShouldBe(["begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3"]);
    }

    [Fact]
    public async Task Publishers_do_not_wait_for_a_handler_that_hangs_and_its_queue_is_bounded()
    {
        using var hang = new SemaphoreSlim(0);
        using var entered = new SemaphoreSlim(0);
        var heard = 0;
        using var subscription = await _backplane.SubscribeAsync(Room, _ =>
        {
            heard++;
            entered.Release();
            hang.Wait();
        });
        var stuck = Task.Run(() => _backplane.Publish(Room, new LogAdvanced(0)));
        await entered.WaitAsync().Within("the handler being entered");

        for (var i = 1; i <= LocalBackplane.PendingPerSubscriber + 500; i++)
        {
            _backplane.Publish(Room, new LogAdvanced(i));
        }

        hang.Release(int.MaxValue);
        await stuck.Within("the end of the publisher that delivered");
        heard.ShouldBe(LocalBackplane.PendingPerSubscriber);
    }

    [Fact]
    public async Task Many_publishers_at_once_never_meet_in_one_handler_and_lose_nothing()
    {
        var inside = 0;
        var overlaps = 0;
        var heard = new Dictionary<long, int>();
        using var subscription = await _backplane.SubscribeAsync(Room, news =>
        {
            overlaps += Interlocked.Increment(ref inside) - 1;
            var seq = ((LogAdvanced)news).LastSeq;
            heard[seq] = heard.GetValueOrDefault(seq) + 1;
            Interlocked.Decrement(ref inside);
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(publisher => Task.Run(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                _backplane.Publish(Room, new LogAdvanced((publisher * 10_000) + i));
            }
        }))).Within("the end of all publishers");
        await Bounded.Until(() => heard.Count == 8000, "some of 8000 news");
        overlaps.ShouldBe(0);
        heard.Values.ShouldAllBe(times => times == 1);
    }

    [Fact]
    public async Task Subscribing_and_leaving_at_once_keeps_the_others()
    {
        var heard = 0;
        using var steady = await _backplane.SubscribeAsync(Room, _ => heard++);
        await Parallel.ForAsync(0, 1000, async (_, _) => (await _backplane.SubscribeAsync(Room, _ => { })).Dispose());
        _backplane.Publish(Room, new LogAdvanced(1));
        heard.ShouldBe(1);
        _backplane.KeyCount.ShouldBe(1);
    }
}
