using System.Text.RegularExpressions;
using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;
using Chat.Storage.MySql.Rooms;
using Chat.Storage.MySql.Upkeep;
using Chat.Testing;

namespace Chat.Storage.MySql.Tests;

/// <summary>
/// Reads the plan, and the rows really touched, of every statement that the hot paths send, on a room with messages over ten months: only the
/// partitions and index ranges that are needed.
/// </summary>
[Collection(SharedServers.Name)]
public sealed partial class PlanTests(Servers servers) : IAsyncLifetime
{
    private const int Months = 10, PerMonth = 600, Page = 20;
    private static readonly DateTimeOffset January = new(2032, 1, 10, 0, 0, 0, TimeSpan.Zero);
    private readonly List<SqlBatch> _batches = [];
    private readonly UserId _reader = new(RoomOf.NextId());
    private OpenedStore _store = null!;
    private RoomOf _room = null!;
    private DateTimeOffset _now;

    public async Task InitializeAsync()
    {
        var clock = new ManualTimeProvider(January);
        var options = servers.NewOptions();
        options.ReadThreads = options.WriteThreads = 1;
        _store = OpenedStore.Open(options, new MySqlSeams { Executing = batch => Add(batch) }, clock);
        _room = await RoomOf.MakeAsync(_store.Ports, January, _reader);
        for (var month = 0; month < Months; month++)
        {
            _now = January.AddMonths(month);
            var commits = await _room.NextAsync(_now);
            for (var i = 0; i < PerMonth; i++)
            {
                commits.Say(_room.Owner, "text", thread: i % 50 == 0 ? 5 : null, mentions: i % 100 == 0 ? [_reader] : []);
            }

            commits.React(_reader, commits.Head.LastSeq, "👍").Pin(_room.Owner, commits.Head.LastSeq - 3);
            (await _room.CommitAsync(commits)).Status.ShouldBe(CommitStatus.Committed);
        }

        clock.Advance(_now - January);
        new PartitionKeeper(_store.Store).TryRun();
        var shard = _store.Store.Map.Of(_room.Id);
        await shard.Server.WriteAsync(
            (link, _) => link.Query<object>($"ANALYZE TABLE `{shard.Messages.Name}`.messages, `{shard.Messages.Name}`.message_events"), repeatable: true, CancellationToken.None);
    }

    public Task DisposeAsync() => _store.DisposeAsync().AsTask();

    [Theory]
    [InlineData("the newest page", 1, 1)]
    [InlineData("before the middle of a month", 1, 1)]
    [InlineData("before the first ones of a month", 2, 1)]
    [InlineData("after the middle of a month", 1, 1)]
    [InlineData("after the last ones of a month", 2, 1)]
    [InlineData("around the middle of a month", 1, 2)]
    [InlineData("a thread", 2, 1)]
    [InlineData("one message", 1, 1)]
    [InlineData("pins", 10, 1)]
    [InlineData("events", 1, 2)]
    [InlineData("events over the end of a month", 2, 2)]
    [InlineData("rooms of a user", 1, 1)]
    public async Task A_read_touches_the_months_and_rows_that_it_needs(string read, int months, int statements)
    {
        var middle = await MiddleAsync(5);
        var (first, last) = (await MonthAsync(5)).First();
        await ForgetAsync();

        var rows = await ReadAsync(read, middle, first, last);

        var plans = await PlansAsync();
        var partitioned = plans.Where(p => p.IsPartitioned && p.Table == "messages").ToList();
        partitioned.Count.ShouldBeGreaterThanOrEqualTo(statements > 1 && !read.StartsWith("events", StringComparison.Ordinal) ? statements : 1, read);
        foreach (var plan in plans)
        {
            plan.ShouldBeGood();
            plan.Partitions.Count.ShouldBeLessThanOrEqualTo(months, $"{read}: {plan.Statement}");
            plan.RowsTouched.ShouldBeLessThan((4 * Page) + (2 * Months), $"{read}: {plan.Statement}");
        }

        partitioned.SelectMany(p => p.Partitions).Distinct().Count().ShouldBe(months, read);
        rows.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_commit_touches_the_months_of_its_targets_and_its_own()
    {
        var old = (await MonthAsync(2)).First().First + 10;
        var commits = (await _room.NextAsync(_now)).Say(_room.Owner, "new", "k", thread: old, mentions: [_reader]).Say(_room.Owner, "all", mentionsRoom: true)
            .Edit(_room.Owner, old, "edited").React(_reader, old, "👍").React(_reader, old, "👍", on: false).Pin(_room.Owner, old)
            .Pin(_room.Owner, old, on: false).Member(MemberChange.Role, _reader, _room.Owner, MemberRole.Admin);
        await ForgetAsync();
        (await _room.CommitAsync(commits)).Status.ShouldBe(CommitStatus.Committed);
        _batches.Count.ShouldBe(2, "round trips of a commit");

        var plans = await PlansAsync();

        plans.Count(p => p.IsPartitioned).ShouldBeGreaterThan(8);
        foreach (var plan in plans)
        {
            plan.ShouldBeGood();
            plan.Partitions.Except([$"p{Month(2)}", $"p{Month(Months - 1)}"]).ShouldBeEmpty(plan.Statement);
            plan.RowsTouched.ShouldBeLessThan(40, plan.Statement);
        }
    }

    [Fact]
    public async Task Deleting_a_message_looks_for_its_edits_from_its_own_month_on()
    {
        var old = (await MonthAsync(7)).First().First + 10;
        var commits = (await _room.NextAsync(_now)).Delete(_room.Owner, old);
        await ForgetAsync();
        (await _room.CommitAsync(commits)).Status.ShouldBe(CommitStatus.Committed);

        foreach (var plan in await PlansAsync())
        {
            plan.ShouldBeGood();
            plan.Partitions.Except(Enumerable.Range(7, Months - 7).Select(m => $"p{Month(m)}")).ShouldBeEmpty(plan.Statement);
            plan.RowsTouched.ShouldBeLessThan(40, plan.Statement);
        }
    }

    [Fact]
    public async Task A_read_mark_is_moved_within_its_month()
    {
        var middle = await MiddleAsync(5);
        await ForgetAsync();
        await _store.Ports.Rooms.MarkReadAsync(_room.Id, _reader, middle);

        var plans = await PlansAsync();

        plans.Where(p => p.IsPartitioned).SelectMany(p => p.Partitions).Distinct().ShouldBe([$"p{Month(5)}"]);
        plans.ForEach(plan => plan.ShouldBeGood());
        plans.ShouldAllBe(p => p.RowsTouched < 40);
    }

    private async Task<int> ReadAsync(string read, long middle, long first, long last)
    {
        var reader = _store.Ports.Reader;
        return read switch
        {
            "the newest page" => await PageAsync(new MessageQuery { Limit = Page }),
            "before the middle of a month" => await PageAsync(new MessageQuery { Before = middle, Limit = Page }),
            "before the first ones of a month" => await PageAsync(new MessageQuery { Before = first + 5, Limit = Page }),
            "after the middle of a month" => await PageAsync(new MessageQuery { After = middle, Limit = Page }),
            "after the last ones of a month" => await PageAsync(new MessageQuery { After = last - 5, Limit = Page }),
            "around the middle of a month" => await PageAsync(new MessageQuery { Around = middle, Limit = Page }),
            "a thread" => await PageAsync(new MessageQuery { Thread = 5, Limit = Page }),
            "one message" => (await reader.ReadMessageAsync(_room.Id, _reader, middle))!.Value is null ? 0 : 1,
            "pins" => (await reader.ReadPinsAsync(_room.Id, _reader))!.Value.Count,
            "events" => (await reader.ReadEventsAsync(_room.Id, _reader, middle, Page))!.Value.Count,
            "events over the end of a month" => (await reader.ReadEventsAsync(_room.Id, _reader, last - 5, Page))!.Value.Count,
            _ => (await _store.Ports.Directory.ListRoomsAsync(_reader, new RoomId(0), Page)).Count,
        };

        async Task<int> PageAsync(MessageQuery query) => (await reader.ReadMessagesAsync(_room.Id, _reader, query))!.Value.Count;
    }

    private static int Month(int index) => PartitionKeeper.Add(RoomMonths.Of(January), index);

    /// <summary>First and last seq of a month.</summary>
    private async Task<List<(long First, long Last)>> MonthAsync(int index)
    {
        var events = await _room.EventsAsync();
        var month = events.Where(e => RoomMonths.Of(e.At) == Month(index)).ToList();
        return [(month[0].Seq, month[^1].Seq)];
    }

    private async Task<long> MiddleAsync(int index)
    {
        var (first, last) = (await MonthAsync(index))[0];
        return (first + last) / 2;
    }

    private void Add(SqlBatch batch)
    {
        lock (_batches)
        {
            _batches.Add(batch);
        }
    }

    /// <summary>Waits for what ends the reads so far, and begins anew.</summary>
    private async Task ForgetAsync()
    {
        foreach (var server in _store.Store.Map.RoomShards.Select(s => s.Server).Distinct())
        {
            await server.ReadAsync(_ => true, CancellationToken.None);
        }

        _batches.Clear();
    }

    private async Task<List<Plan>> PlansAsync()
    {
        List<SqlBatch> batches;
        lock (_batches)
        {
            batches = [.. _batches];
        }

        var server = _store.Store.Map.Of(_room.Id).Server;
        return await server.WriteAsync(
            (link, _) =>
            {
                link.Begin();
                var plans = new List<Plan>();
                foreach (var (batch, statement) in from b in batches from s in b.Statements where Explained().IsMatch(s) select (b, s))
                {
                    plans.AddRange(PlanReader.Read(link, batch, statement));
                }

                link.TryRollback();
                return plans;
            },
            repeatable: false,
            CancellationToken.None);
    }

    // Of INSERTs, those that look something up.
    [GeneratedRegex(@"^\(?(SELECT (?!1$)|UPDATE|DELETE|INSERT.*SELECT)", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Explained();
}
