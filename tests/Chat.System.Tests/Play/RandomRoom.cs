using System.Collections.Concurrent;
using Chat.Client;
using Chat.Contracts;

namespace Chat.SystemTests;

/// <summary>
/// Users who do at random whatever can be done in a room, each one call at a time, over hub and REST by turns. Refusals are part of the game;
/// any other failure is not. Keeps what it takes to say afterwards what each user has unread.
/// </summary>
internal sealed class RandomRoom(RoomId room, IReadOnlyList<TestUser> users, int seed)
{
    // What the rules of a room may answer to calls that were right when they were made.
    private static readonly HashSet<string> Refusals = new(StringComparer.Ordinal)
    {
        "room.forbidden", "room.muted", "room.not_found", "room.archived", "message.not_found", "member.not_found", "member.role_invalid",
        "reaction.limit", "pin.limit", "message.thread_invalid", "message.reply_invalid",
    };

    private static readonly string[] Emoji = ["👍", "❤️", "🎉", "👩‍👩‍👧‍👦", "🇰🇷"];

    private readonly ConcurrentDictionary<long, (UserId By, string Text)> _sent = new();
    private readonly ConcurrentDictionary<UserId, long> _marks = new();
    private long _newest = 1;
    private int _operations;

    /// <summary>Calls that were carried out.</summary>
    public int Operations => _operations;

    /// <summary>Runs so many operations of each user.</summary>
    public Task RunAsync(int operations) => Task.WhenAll(users.Select((user, i) => RunAsync(user, new Random(seed + i), operations)));

    /// <summary>The mark, unread messages and unread mentions of a user, from the log alone and what was answered to its calls.</summary>
    public (long Read, long Unread, long Mentions) Expected(TestUser user, IReadOnlyList<RoomEvent> log)
    {
        var joined = log.Last(e => e.Change is MemberChange.Joined && e.UserId == user.Id).Seq;
        var own = log.Where(e => e.Kind is EventKind.Message && e.By == user.Id).Select(e => e.Seq).LastOrDefault();
        var mark = new[] { joined, own, _marks.GetValueOrDefault(user.Id) }.Max();
        var unread = log.Where(e => e.Kind is EventKind.Message && e.Seq > mark).ToList();
        return (mark, unread.Count, unread.Count(e => IsMentioned(user, _sent[e.Seq].Text)));
    }

    private static bool IsMentioned(TestUser user, string text) => text.Split(' ').Any(word => word == "@room" || word == "@" + user.Name);

    private async Task RunAsync(TestUser user, Random random, int operations)
    {
        await using var connection = await user.ConnectAsync(new SendStorm.Deaf());
        for (var i = 0; i < operations; i++)
        {
            try
            {
                await DoAsync(user, connection, random);
                Interlocked.Increment(ref _operations);
            }
            catch (HubCallException ex) when (Refusals.Contains(ex.Code))
            {
                await BackInAsync(user, ex.Code);
            }
            catch (ChatApiException ex) when (Refusals.Contains(ex.Code))
            {
                await BackInAsync(user, ex.Code);
            }
        }
    }

    // Who was thrown out comes back, so that the play goes on: by joining, or by the owner's grace.
    private async Task BackInAsync(TestUser user, string code)
    {
        if (code is "room.forbidden" or "room.not_found")
        {
            try
            {
                await user.Api.JoinAsync(room);
            }
            catch (ChatApiException ex) when (ex.Code is "room.not_found")
            {
                await users[0].Api.AddMembersAsync(room, [user.Id]);
            }
        }
    }

    private async Task DoAsync(TestUser user, HubConnection hub, Random random)
    {
        var target = random.NextInt64(1, Interlocked.Read(ref _newest) + 1);
        var rest = random.Next(2) == 0;
        var other = users[random.Next(1, users.Count)];
        switch (random.Next(100))
        {
            case < 38:
                await SendAsync(user, hub, random, rest);
                break;
            case < 48 when _sent.TryGetValue(target, out var sent) && sent.By == user.Id:
                var text = $"edited {random.Next()} {Mention(random)}";
                await (rest ? user.Api.EditAsync(room, target, text) : hub.EditAsync(room, target, text));
                break;
            case < 62:
                var (emoji, on) = (Emoji[random.Next(Emoji.Length)], random.Next(3) > 0);
                await (rest ? user.Api.ReactAsync(room, target, emoji, on) : hub.ReactAsync(room, target, emoji, on));
                break;
            case < 67:
                await (rest ? user.Api.DeleteAsync(room, target) : hub.DeleteAsync(room, target));
                break;
            case < 75:
                await user.Api.PinAsync(room, target, random.Next(3) > 0);
                break;
            case < 85:
                Mark(user, rest ? await user.Api.MarkReadAsync(room, target) : await hub.MarkReadAsync(room, target));
                break;
            case < 88:
                await user.Api.UpdateRoomAsync(room, new(Topic: random.Next(4) == 0 ? "" : $"topic {random.Next()}"));
                break;
            case < 91 when user != users[0]:
                await user.Api.LeaveAsync(room);
                await user.Api.JoinAsync(room);
                break;
            case < 93:
                await user.Api.RemoveMemberAsync(room, other.Id, ban: rest);
                break;
            case < 95:
                await user.Api.AddMembersAsync(room, [other.Id]);
                break;
            case < 97:
                await user.Api.ChangeRoleAsync(room, other.Id, rest ? MemberRole.Admin : MemberRole.Member);
                break;
            case < 99:
                await user.Api.MuteAsync(room, other.Id, rest ? null : new(2060, 1, 1, 0, 0, 0, 123, TimeSpan.Zero));
                break;
            default:
                await hub.TypingAsync(room);
                break;
        }
    }

    private async Task SendAsync(TestUser user, HubConnection hub, Random random, bool rest)
    {
        var seq = random.NextInt64(1, Interlocked.Read(ref _newest) + 1);
        long? message = _sent.ContainsKey(seq) ? seq : null;
        var sent = user.Message(
            $"said {random.Next()} 한글 👩‍👩‍👧‍👦 {Mention(random)}",
            random.Next(3) == 0 ? message : null,
            random.Next(4) == 0 ? message : null);
        var ack = rest ? await user.Api.SendAsync(room, sent) : await hub.SendAsync(room, sent);
        _sent[ack.Seq] = (user.Id, sent.Text!);
        Raise(ack.Seq);
    }

    private string Mention(Random random) => random.Next(6) switch
    {
        0 => "@room",
        1 or 2 => "@" + users[random.Next(users.Count)].Name,
        3 => "@nobody-of-that-name",
        _ => "",
    };

    private void Mark(TestUser user, ReadState state) => _marks.AddOrUpdate(user.Id, state.ReadSeq, (_, seq) => Math.Max(seq, state.ReadSeq));

    private void Raise(long seq)
    {
        var now = Interlocked.Read(ref _newest);
        while (seq > now && Interlocked.CompareExchange(ref _newest, seq, now) is var seen && seen != now)
        {
            now = seen;
        }
    }
}
