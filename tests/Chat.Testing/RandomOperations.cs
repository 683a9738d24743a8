using Chat.Abstractions;
using Chat.Contracts;
using FsCheck;
using FsCheck.Fluent;

namespace Chat.Testing;

public enum Doing
{
    Create, Join, Leave, Remove, Ban, Role, Mute, Describe, Send, SendTwice, Edit, Delete, React, Unreact, Pin, Unpin, MarkRead, Stale, DropClientIds,
}

/// <summary>One random operation. Its numbers are reduced to what is there when it runs, so that any list of operations makes sense.</summary>
public sealed record Operation(Doing Doing, int Room, int User, int Other, int Target, int Word)
{
    /// <summary>Joined with the operation before into one group commit, if that one is of another room.</summary>
    public bool Grouped => Word % 3 == 0;

    public override string ToString() => $"{Doing} room {Room} user {User} other {Other} target {Target} word {Word}";

    public static Arbitrary<Operation[]> Lists()
    {
        var weighted = Gen.Frequency(
            (1, Gen.Constant(Doing.Create)), (3, Gen.Constant(Doing.Join)), (1, Gen.Constant(Doing.Leave)), (1, Gen.Constant(Doing.Remove)),
            (1, Gen.Constant(Doing.Ban)), (1, Gen.Constant(Doing.Role)), (1, Gen.Constant(Doing.Mute)), (1, Gen.Constant(Doing.Describe)),
            (10, Gen.Constant(Doing.Send)), (2, Gen.Constant(Doing.SendTwice)), (3, Gen.Constant(Doing.Edit)), (2, Gen.Constant(Doing.Delete)),
            (4, Gen.Constant(Doing.React)), (2, Gen.Constant(Doing.Unreact)), (2, Gen.Constant(Doing.Pin)), (1, Gen.Constant(Doing.Unpin)),
            (4, Gen.Constant(Doing.MarkRead)), (1, Gen.Constant(Doing.Stale)), (1, Gen.Constant(Doing.DropClientIds)));
        var operation =
            from doing in weighted
            from room in Gen.Choose(0, 2)
            from user in Gen.Choose(0, 3)
            from other in Gen.Choose(0, 3)
            from target in Gen.Choose(0, 40)
            from word in Gen.Choose(0, 11)
            select new Operation(doing, room, user, other, target, word);
        var lists = from size in Gen.Choose(1, 60) from list in operation.ArrayOf(size) select list;
        return Arb.From(lists, Shrink);
    }

    // Leaves out halves, then quarters, … then single operations.
    private static IEnumerable<Operation[]> Shrink(Operation[] list)
    {
        for (var size = list.Length / 2; size > 0; size /= 2)
        {
            for (var from = 0; from + size <= list.Length; from += size)
            {
                yield return [.. list[..from], .. list[(from + size)..]];
            }
        }
    }
}

/// <summary>Runs operations against the model and the real store side by side, with ids of their own, and compares all they answer.</summary>
public sealed class SideBySide
{
    private static readonly string[] Texts = ["hello", "안녕하세요 👋🏽", "", "@all", "שלום", "a\u0301\u200D", "x'; --", "日本", "y", "z", "w", "v"];
    private static readonly string[] Emoji = ["👍", "🎉", "❤️"];
    private static readonly Numbers Ids = new();

    private readonly StorePorts _model = StorePorts.Of(new InMemoryStore());
    private readonly List<UserId> _users = [];
    private readonly List<RoomId> _rooms = [];
    private readonly DateTimeOffset _start = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);
    private readonly string _directKey;
    private StorePorts _real;
    private int _now;

    public SideBySide(StorePorts store)
    {
        _real = store;
        for (var i = 0; i < 4; i++)
        {
            _users.Add(new UserId(Ids.Next()));
        }

        // Two rooms are where the direct room of the first two users may be; the third is anywhere.
        _directKey = Placement.DirectKey(_users[..2]);
        _rooms.AddRange([Ids.NextDirectRoom(_directKey), Ids.NextDirectRoom(_directKey), new RoomId(Ids.Next())]);
    }

    private DateTimeOffset Now => _start.AddSeconds(_now);

    /// <summary>Throws at the first difference.</summary>
    public async Task RunAsync(IReadOnlyList<Operation> operations)
    {
        for (var i = 0; i < operations.Count; i++)
        {
            _now = i;
            var group = new List<Operation> { operations[i] };
            while (i + 1 < operations.Count && operations[i + 1].Grouped && group.All(o => o.Room != operations[i + 1].Room))
            {
                group.Add(operations[++i]);
            }

            await StepAsync(group);
        }

        await CompareAllAsync();
    }

    /// <summary>Compares all reads with those of another store on the same file.</summary>
    public Task CompareAllAsync(StorePorts reopened)
    {
        _real = reopened;
        return CompareAllAsync();
    }

    private async Task StepAsync(List<Operation> group)
    {
        var commits = new List<RoomCommit>();
        foreach (var operation in group)
        {
            var room = _rooms[operation.Room];
            switch (operation.Doing)
            {
                case Doing.MarkRead:
                    await SameAsync($"{operation}", s => s.Rooms.MarkReadAsync(room, _users[operation.User], operation.Target));
                    break;

                case Doing.DropClientIds:
                    await SameAsync($"{operation}", s => DropClientIdsAsync(s, operation));
                    break;

                default:
                    if (Commit(operation, room, await _model.Rooms.LoadAsync(room)) is { } commit)
                    {
                        commits.Add(commit);
                    }

                    break;
            }
        }

        if (commits.Count > 0)
        {
            await SameAsync($"commit of {string.Join(" | ", group)}", s => s.Rooms.CommitAsync(commits));
        }
    }

    // What is old differs between cases that share a file: only those of this case may be counted.
    private async Task<int> DropClientIdsAsync(StorePorts store, Operation operation)
    {
        await store.Rooms.DropClientIdsAsync(_start.AddSeconds(operation.Target), 10_000);
        return 0;
    }

    private RoomCommit? Commit(Operation operation, RoomId room, RoomSnapshot? snapshot)
    {
        var (user, other, text) = (_users[operation.User], _users[operation.Other], Texts[operation.Word]);
        if (snapshot is null || operation.Doing is Doing.Create)
        {
            // Also where one is already, and with the key of another room.
            var direct = operation.Word % 4 == 0 && room != _rooms[^1];
            return RoomCommits.New(
                room, user, Now, direct ? RoomKind.Direct : operation.Word % 4 == 1 ? RoomKind.Private : RoomKind.Public,
                direct ? null : text, direct ? _directKey : null).Join(other).Build();
        }

        // Mostly the newest message, so that much happens to one; also others, and events that are no messages.
        var target = operation.Target % 4 > 0 && snapshot.Head.LastMessageSeq > 0
            ? snapshot.Head.LastMessageSeq
            : 1 + (operation.Target % snapshot.Head.LastSeq);
        var commits = new RoomCommits(snapshot, Now);
        switch (operation.Doing)
        {
            case Doing.Join: commits.Join(other, user); break;
            case Doing.Leave: commits.Member(MemberChange.Left, user, user); break;
            case Doing.Remove: commits.Member(MemberChange.Removed, other, user); break;
            case Doing.Ban: commits.Member(MemberChange.Banned, other, user); break;
            case Doing.Role: commits.Member(MemberChange.Role, other, user, (MemberRole)(1 + (operation.Word % 3))); break;
            case Doing.Mute: commits.Member(MemberChange.Muted, other, user, mutedUntil: operation.Word % 2 == 0 ? null : Now.AddHours(1)); break;
            case Doing.Describe: commits.Describe(user, text, operation.Word % 2 == 0 ? null : "topic", operation.Word % 5 == 0); break;
            case Doing.Send: Say(commits, operation, $"{_now}"); break;
            case Doing.SendTwice: Say(Say(commits, operation, $"{operation.Target}"), operation with { Other = operation.User }, $"twice {_now}"); break;
            case Doing.Edit: commits.Edit(user, target, text, operation.Word % 2 == 0 ? [other] : [], operation.Word % 4 == 0); break;
            case Doing.Delete: commits.Delete(user, target).React(user, target, Emoji[0]); break;
            case Doing.React: commits.React(user, target, Emoji[operation.Word % 3]).React(other, target, Emoji[operation.Other % 3]); break;
            case Doing.Unreact: commits.React(user, target, Emoji[operation.Word % 3], on: false); break;
            case Doing.Pin: commits.Pin(user, target); break;
            case Doing.Unpin: commits.Pin(user, target, on: false); break;
            case Doing.Stale:
                Say(commits, operation, $"{_now}");
                return commits.Build() with { ExpectedVersion = snapshot.Head.Version + 1, Head = commits.Head with { Version = snapshot.Head.Version + 2 } };
            default: throw new ArgumentOutOfRangeException(nameof(operation), operation.Doing, "Not a commit.");
        }

        return commits.Build();
    }

    private RoomCommits Say(RoomCommits commits, Operation operation, string clientId) =>
        commits.Say(
            _users[operation.User],
            Texts[operation.Word],
            clientId,
            replyTo: operation.Target % 3 == 0 ? operation.Target : null,
            thread: operation.Target % 4 == 0 ? operation.Target / 4 : null,
            mentions: operation.Word % 2 == 0 ? [_users[operation.Other], _users[operation.User]] : operation.Word % 3 == 0 ? [_users[operation.Other], _users[operation.Other]] : [],
            mentionsRoom: operation.Word % 5 == 0,
            attachments: operation.Word % 7 == 0 ? [new Attachment("7301")] : null,
            contentHash: operation.Word);

    private async Task CompareAllAsync()
    {
        foreach (var room in _rooms)
        {
            await SameAsync("the room", s => s.Rooms.LoadAsync(room));
            foreach (var reader in _users)
            {
                await CompareReadsAsync(room, reader);
            }
        }

        foreach (var user in _users)
        {
            await SameAsync("the user's rooms", s => s.Directory.ListRoomsAsync(user, new RoomId(0), 10));
            await SameAsync("the user's memberships", s => s.Directory.ListMembershipsAsync(user));
            await SameAsync("the user's room count", s => s.Directory.CountRoomsAsync(user));
            await SameAsync("discovery", async s => (await s.Directory.DiscoverAsync("", user, new RoomId(_rooms[0].Value - 1), 100)).Where(r => _rooms.Contains(r.Id)));
            await SameAsync("discovery", async s => (await s.Directory.DiscoverAsync("H", user, new RoomId(_rooms[0].Value - 1), 100)).Where(r => _rooms.Contains(r.Id)));
        }

        await SameAsync("the direct room", s => s.Directory.FindDirectAsync(_directKey));
    }

    private async Task CompareReadsAsync(RoomId room, UserId reader)
    {
        await SameAsync("all messages", s => s.Reader.ReadMessagesAsync(room, reader, new MessageQuery { After = 0, Limit = 200 }));
        await SameAsync("the newest", s => s.Reader.ReadMessagesAsync(room, reader, new MessageQuery { Limit = 5 }));
        for (var seq = 0; seq < 40; seq += 7)
        {
            await SameAsync($"before {seq}", s => s.Reader.ReadMessagesAsync(room, reader, new MessageQuery { Before = seq, Limit = 4 }));
            await SameAsync($"after {seq}", s => s.Reader.ReadMessagesAsync(room, reader, new MessageQuery { After = seq, Limit = 4 }));
            await SameAsync($"around {seq}", s => s.Reader.ReadMessagesAsync(room, reader, new MessageQuery { Around = seq, Limit = 5 }));
            await SameAsync($"events after {seq}", s => s.Reader.ReadEventsAsync(room, reader, seq, 9));
            await SameAsync($"message {seq}", s => s.Reader.ReadMessageAsync(room, reader, seq));
        }

        for (var thread = 0; thread <= 10; thread++)
        {
            await SameAsync($"thread {thread}", s => s.Reader.ReadMessagesAsync(room, reader, new MessageQuery { Thread = thread, Limit = 5 }));
            await SameAsync($"thread {thread} before 20", s => s.Reader.ReadMessagesAsync(room, reader, new MessageQuery { Thread = thread, Before = 20, Limit = 5 }));
            await SameAsync($"thread {thread} around 10", s => s.Reader.ReadMessagesAsync(room, reader, new MessageQuery { Thread = thread, Around = 10, Limit = 5 }));
        }

        await SameAsync("all events", s => s.Reader.ReadEventsAsync(room, reader, 0, 1000));
        await SameAsync("pins", s => s.Reader.ReadPinsAsync(room, reader));
        await SameAsync("members", s => s.Reader.ReadMembersAsync(room, reader, _users[0], 2));
        await SameAsync("membership", s => s.Directory.FindMembershipAsync(room, reader));
        for (var i = 0; i < 60; i += 3)
        {
            await SameAsync($"clientId {i}", s => s.Rooms.FindClientIdAsync(room, reader, $"{i}"));
        }
    }

    private async Task SameAsync<T>(string what, Func<StorePorts, Task<T>> ask)
    {
        var expected = StoreSpecification.Wire(await ask(_model));
        var actual = StoreSpecification.Wire(await ask(_real));
        if (actual != expected)
        {
            throw new InvalidOperationException($"The store differs from the model in {what} (step {_now}).\n  model: {expected}\n  store: {actual}");
        }
    }

    private sealed class Numbers : IIdSource
    {
        private long _last = 1_000_000;

        public long Next() => Interlocked.Increment(ref _last);
    }
}
