using System.Text.Json;
using Chat.Contracts;

namespace Chat.SystemTests;

/// <summary>
/// What one user's client holds of a room: a snapshot, or nothing, brought forward by the events of the log. Not thread safe: its log calls
/// <see cref="Apply"/> one event at a time.
/// </summary>
internal sealed class RoomState(UserId me)
{
    private readonly SortedDictionary<long, Message> _messages = [];
    private readonly SortedDictionary<UserId, (MemberRole Role, long JoinedSeq, DateTimeOffset? MutedUntil)> _members = [];
    private readonly List<long> _pins = [];
    private string? _name;
    private string? _topic;
    private bool _archived;
    private long _lastSeq;

    /// <summary>The canonical text of messages, for comparing what differs.</summary>
    public static string Text(IEnumerable<Message> messages) =>
        string.Join('\n', messages.Select(m => JsonSerializer.Serialize(m, ChatJson.Options)));

    /// <summary>The room as it is fetched now, at a moment in which nothing changed; null when something changed meanwhile.</summary>
    public static async Task<RoomState?> FetchAsync(TestUser user, RoomId room)
    {
        var info = await user.Api.RoomAsync(room);
        var state = new RoomState(user.Id) { _name = info.Name, _topic = info.Topic, _archived = info.Archived, _lastSeq = info.LastSeq };
        foreach (var message in await user.HistoryAsync(room))
        {
            state._messages.Add(message.Seq, message);
        }

        foreach (var member in await user.MembersAsync(room))
        {
            state._members.Add(member.UserId, (member.Role, member.JoinedSeq, member.MutedUntil));
        }

        // The last pinned comes first on the wire.
        state._pins.AddRange((await user.Api.PinsAsync(room)).Items.Select(m => m.Seq).Reverse());
        if ((await user.Api.RoomAsync(room)).LastSeq != info.LastSeq)
        {
            return null;
        }

        info.MemberCount.ShouldBe(state._members.Count, "the room counts its members");
        return state;
    }

    public long LastSeq => _lastSeq;

    public IReadOnlyCollection<long> MessageSeqs => _messages.Keys;

    public bool IsMember(UserId user) => _members.ContainsKey(user);

    /// <summary>All of it as text, one fact a line.</summary>
    public override string ToString() =>
        $"room {_name}|{_topic}|{_archived}|{_lastSeq}\npins {string.Join(',', _pins)}\n"
        + string.Join('\n', _members.Select(m => $"member {m.Key} {m.Value.Role} joined {m.Value.JoinedSeq} muted {m.Value.MutedUntil:O}"))
        + '\n' + Text(_messages.Values);

    public void Apply(RoomEvent e)
    {
        _lastSeq = e.Seq;
        switch (e.Kind)
        {
            case EventKind.Message:
                _messages[e.Seq] = e.Message!;
                if (e.Message!.Thread is { } root && _messages.TryGetValue(root, out var first))
                {
                    _messages[root] = first with { ThreadCount = first.ThreadCount + 1 };
                }

                break;
            case EventKind.Edit:
                Change(e, m => m with
                {
                    Text = e.Text!, Mentions = e.Mentions ?? [], MentionsRoom = e.MentionsRoom ?? false, EditedAt = e.At,
                });
                break;
            case EventKind.Delete:
                Change(e, m => m with
                {
                    Text = "", Mentions = [], MentionsRoom = false, Attachments = [], Deleted = true, Pinned = false,
                });
                _pins.Remove(e.Target!.Value);
                break;
            case EventKind.Reaction:
                Change(e, m => m with { Reactions = React(m.Reactions, e.Emoji!, e.On!.Value, e.By == me) });
                break;
            case EventKind.Pin:
                Change(e, m => m with { Pinned = e.On!.Value });
                _pins.Remove(e.Target!.Value);
                if (e.On!.Value)
                {
                    _pins.Add(e.Target.Value);
                }

                break;
            case EventKind.Member:
                Change(e);
                break;
            case EventKind.Room:
                (_name, _topic, _archived) = (e.Name, e.Topic, e.Archived!.Value);
                break;
        }
    }

    private static List<Reaction> React(IReadOnlyList<Reaction> reactions, string emoji, bool on, bool mine)
    {
        var next = reactions.ToList();
        var at = next.FindIndex(r => r.Emoji == emoji);
        if (at < 0)
        {
            next.Add(new(emoji, 1, mine));
        }
        else if (next[at].Count == 1 && !on)
        {
            next.RemoveAt(at);
        }
        else
        {
            next[at] = new(emoji, next[at].Count + (on ? 1 : -1), mine ? on : next[at].Me);
        }

        return next;
    }

    private void Change(RoomEvent e, Func<Message, Message> change) =>
        _messages[e.Target!.Value] = change(_messages[e.Target.Value]);

    private void Change(RoomEvent e)
    {
        var user = e.UserId!.Value;
        switch (e.Change)
        {
            case MemberChange.Joined:
                _members[user] = (e.Role!.Value, e.Seq, null);
                break;
            case MemberChange.Left or MemberChange.Removed or MemberChange.Banned:
                _members.Remove(user);
                break;
            case MemberChange.Role:
                _members[user] = _members[user] with { Role = e.Role!.Value };
                break;
            case MemberChange.Muted:
                _members[user] = _members[user] with { MutedUntil = e.MutedUntil };
                break;
        }
    }
}
