using Chat.Abstractions;
using Chat.Contracts;
using Chat.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Chat.Workers.Tests;

public sealed class HousekeepingTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly FakeOutbox _outbox = new();
    private readonly InMemoryStore _store = new();

    [Fact]
    public async Task The_outbox_keeps_no_more_rows_than_allowed()
    {
        for (var i = 1; i <= 25; i++)
        {
            _outbox.Add(_clock.GetUtcNow());
        }

        await Make(new HousekeepingOptions { OutboxRows = 10, BatchRows = 4 }).RunOnceAsync(CancellationToken.None);
        _outbox.Rows.Select(row => row.Position).ShouldBe(Enumerable.Range(16, 10).Select(i => (long)i));
        _outbox.LargestDelete.ShouldBeLessThanOrEqualTo(4);
    }

    [Fact]
    public async Task Rows_past_their_age_go_and_younger_ones_stay()
    {
        for (var i = 0; i < 10; i++)
        {
            _outbox.Add(_clock.GetUtcNow());
        }

        _clock.Advance(TimeSpan.FromHours(2));
        _outbox.Add(_clock.GetUtcNow());
        await Make(new HousekeepingOptions { OutboxAge = TimeSpan.FromHours(1), BatchRows = 3 }).RunOnceAsync(CancellationToken.None);
        _outbox.Rows.Select(row => row.Position).ShouldBe([11L]);
    }

    [Fact]
    public async Task Sessions_that_expired_are_dropped_and_live_ones_stay()
    {
        var sessions = _store;
        var now = _clock.GetUtcNow();
        for (var i = 1; i <= 5; i++)
        {
            await sessions.OpenAsync(new SessionRecord
            {
                Id = new SessionId(i),
                UserId = new UserId(1),
                Device = "x",
                RefreshHash = [(byte)i],
                CreatedAt = now,
                RefreshedAt = now,
                ExpiresAt = now + TimeSpan.FromHours(i),
            });
        }

        _clock.Advance(TimeSpan.FromHours(3.5));
        await Make(new HousekeepingOptions { SessionGrace = TimeSpan.Zero, BatchRows = 1 }).RunOnceAsync(CancellationToken.None);
        (await sessions.DropExpiredAsync(_clock.GetUtcNow(), 100)).ShouldBe(0);
        (await sessions.ListAsync(new UserId(1), _clock.GetUtcNow())).Count.ShouldBe(2);
    }

    [Fact]
    public async Task It_runs_by_itself_and_survives_a_store_that_is_down()
    {
        _outbox.Add(_clock.GetUtcNow());
        _store.Unavailable = true;
        _outbox.Unavailable = true;
        using var housekeeping = Make(new HousekeepingOptions { OutboxRows = 0, Every = TimeSpan.FromMinutes(1) });
        await housekeeping.StartAsync(CancellationToken.None);
        await Bounded.Until(
            () =>
            {
                _clock.Advance(TimeSpan.FromMinutes(1));
                return _outbox.Failures > 1;
            },
            "two rounds against a store that is down");

        _store.Unavailable = false;
        _outbox.Unavailable = false;
        await Bounded.Until(
            () =>
            {
                _clock.Advance(TimeSpan.FromMinutes(1));
                return _outbox.Rows.Count == 0;
            },
            "the round after the store came back");
        await housekeeping.StopAsync(CancellationToken.None);
    }

    private Housekeeping Make(HousekeepingOptions options) => new(
        _outbox, _store, _store, Options.Create(options), Options.Create(new ChatLimits()), _clock, NullLogger<Housekeeping>.Instance);

    private sealed class FakeOutbox : IOutbox
    {
        private readonly Lock _lock = new();
        private readonly List<OutboxRow> _rows = [];
        private long _last;

        public bool Unavailable { get; set; }

        public int Failures { get; private set; }

        public int LargestDelete { get; private set; }

        public IReadOnlyList<OutboxRow> Rows
        {
            get
            {
                lock (_lock)
                {
                    return [.. _rows];
                }
            }
        }

        public void Add(DateTimeOffset at) => _rows.Add(new OutboxRow(++_last, new RoomId(1), _last, _last, at));

        public Task<IReadOnlyList<OutboxRow>> ReadAsync(long after, int limit, CancellationToken cancellationToken = default) =>
            Do<IReadOnlyList<OutboxRow>>(() => [.. _rows.Where(row => row.Position > after).Take(limit)]);

        public Task<int> DeleteAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken = default) =>
            Do(() => _rows.RemoveAll(row => positions.Contains(row.Position)));

        public Task<int> TrimAsync(DateTimeOffset before, int keep, int limit, CancellationToken cancellationToken = default) => Do(() =>
        {
            var going = _rows.TakeWhile((row, i) => i < _rows.Count - keep || row.At < before).Take(limit).ToList();
            LargestDelete = Math.Max(LargestDelete, going.Count);
            return _rows.RemoveAll(going.Contains);
        });

        private Task<T> Do<T>(Func<T> action)
        {
            lock (_lock)
            {
                if (Unavailable)
                {
                    Failures++;
                    return Task.FromException<T>(new StoreUnavailableException("down"));
                }

                return Task.FromResult(action());
            }
        }
    }
}
