using Chat.Abstractions;
using Chat.Contracts;
using Chat.Testing;

namespace Chat.Storage.MySql.Tests;

/// <summary>A connection that breaks: before, in the middle of and at the end of a transaction.</summary>
public sealed class LostConnectionTests(FaultServer fault) : IClassFixture<FaultServer>, IAsyncLifetime
{
    private const string Commit = "COMMIT;\nSELECT 1";
    private const string Lock = "FOR UPDATE";

    private readonly string _set = Servers.NewSet();
    private CuttingProxy _proxy = null!;
    private OpenedStore _store = null!;
    private Measured _measured = null!;
    private RoomOf _room = null!;

    public async Task InitializeAsync()
    {
        _proxy = new CuttingProxy(fault.Server.Port);
        var options = FaultServer.On(fault.Server, _set, _proxy.Port);
        options.ConnectTimeout = TimeSpan.FromSeconds(20);
        _store = OpenedStore.Open(options);
        _measured = new Measured(_store.Meter);
        _room = await RoomOf.MakeAsync(_store.Ports);
        await _room.SayAsync("before");
    }

    public async Task DisposeAsync()
    {
        _measured.Dispose();
        await _store.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task Lost_in_the_middle_of_a_transaction_it_is_done_again_on_another()
    {
        var next = await _room.NextAsync();
        var cut = _proxy.CutBefore(Lock);

        (await _room.CommitAsync(next.Say(_room.Owner, "once"))).Status.ShouldBe(CommitStatus.Committed);

        await Wait.For(cut, "cut");
        (await _room.TextsAsync()).ShouldBe(["before", "once"]);
        _measured.Of("chat.store.retries reason=connection").ShouldBe(1);
        _measured.Of("chat.store.unknown_outcomes").ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lost_at_the_commit_what_became_of_it_is_read(bool committed)
    {
        var next = await _room.NextAsync();
        var cut = committed ? _proxy.CutAfter(Commit) : _proxy.CutBefore(Commit);

        (await _room.CommitAsync(next.Say(_room.Owner, "once", "k").Say(_room.Owner, "twice", "l"))).Status.ShouldBe(CommitStatus.Committed);

        await Wait.For(cut, "cut");
        (await _room.TextsAsync()).ShouldBe(["before", "once", "twice"]);
        _measured.Of($"chat.store.unknown_outcomes found={(committed ? "committed" : "absent")}").ShouldBe(1);
        (await _store.Ports.Outbox.ReadAsync(0, 1000)).Count(r => r.RoomId == _room.Id).ShouldBe(3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lost_at_the_commit_of_what_is_no_message_it_is_read_as_well(bool committed)
    {
        var next = await _room.NextAsync();
        var cut = committed ? _proxy.CutAfter(Commit) : _proxy.CutBefore(Commit);

        (await _room.CommitAsync(next.React(_room.Owner, 3, "👍").Join(new UserId(RoomOf.NextId())))).Status.ShouldBe(CommitStatus.Committed);

        await Wait.For(cut, "cut");
        (await _room.EventsAsync()).Count(e => e.Kind is EventKind.Reaction).ShouldBe(1);
        (await _store.Ports.Reader.ReadMessageAsync(_room.Id, _room.Owner, 3))!.Value!.Reactions.ShouldBe([new Reaction("👍", 1, true)]);
        _measured.Of($"chat.store.unknown_outcomes found={(committed ? "committed" : "absent")}").ShouldBe(1);
    }

    [Fact]
    public async Task Lost_before_the_commit_while_another_wins_it_is_a_conflict()
    {
        var next = await _room.NextAsync();
        await using var other = OpenedStore.Open(FaultServer.On(fault.Server, _set));
        using var held = _proxy.HoldNewConnections();
        var cut = _proxy.CutBefore(Commit);
        var committing = _store.Ports.Rooms.CommitAsync([next.Say(_room.Owner, "ours").Build()]);
        await Wait.For(cut, "cut");

        var theirs = new RoomCommits((await other.Ports.Rooms.LoadAsync(_room.Id))!, RoomOf.Now).Pin(_room.Owner, 3).Say(_room.Owner, "theirs").Build();
        (await other.Ports.Rooms.CommitAsync([theirs])).Single().Status.ShouldBe(CommitStatus.Committed);
        held.Dispose();

        (await Wait.For(committing, "end of the commit")).Single().Status.ShouldBe(CommitStatus.Conflict);
        (await _room.TextsAsync()).ShouldBe(["before", "theirs"]);
    }

    [Fact]
    public async Task Lost_in_a_read_it_is_read_again()
    {
        var cut = _proxy.CutBefore("SELECT r.id");

        (await _room.TextsAsync()).ShouldBe(["before"]);

        await Wait.For(cut, "cut");
    }

    [Fact]
    public async Task Lost_answers_of_users_sessions_and_marks_make_nothing_twice()
    {
        var name = $"user.{RoomOf.NextId()}";
        var ids = new Numbers();
        var user = new UserRecord { Id = ids.NextUser(name), Username = name, DisplayName = "Ann", PasswordHash = "x", CreatedAt = RoomOf.Now };
        var cut = _proxy.CutAfter(Commit);
        (await _store.Ports.Users.CreateAsync(user)).ShouldBeTrue();
        await Wait.For(cut, "cut of a sign-up");

        var session = new SessionRecord
        {
            Id = ids.NextSession(user.Id), UserId = user.Id, Device = "x", RefreshHash = [1], CreatedAt = RoomOf.Now, RefreshedAt = RoomOf.Now,
            ExpiresAt = RoomOf.Now.AddDays(1),
        };
        cut = _proxy.CutAfter("user_sessions");
        await _store.Ports.Sessions.OpenAsync(session);
        await Wait.For(cut, "cut of a sign-in");
        cut = _proxy.CutAfter(Commit);
        (await _store.Ports.Sessions.RotateAsync(session.Id, [1], [2], RoomOf.Now, RoomOf.Now.AddDays(1))).Status.ShouldBe(RotateStatus.Rotated);
        await Wait.For(cut, "cut of a refresh");
        (await _store.Ports.Sessions.RotateAsync(session.Id, [1], [3], RoomOf.Now, RoomOf.Now.AddDays(1))).Status.ShouldBe(RotateStatus.Reused);

        var reader = new UserId(RoomOf.NextId());
        await _room.CommitAsync((await _room.NextAsync()).Join(reader).Say(_room.Owner, "5").Say(_room.Owner, "6"));
        cut = _proxy.CutAfter(Commit);
        (await _store.Ports.Rooms.MarkReadAsync(_room.Id, reader, 5)).ShouldBe(new ReadState(5, 1, 0));
        await Wait.For(cut, "cut of a mark");
    }

    private sealed class Numbers : IIdSource
    {
        public long Next() => RoomOf.NextId();
    }
}
