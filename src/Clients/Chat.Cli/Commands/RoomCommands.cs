using System.CommandLine;
using Chat.Cli.Output;
using Chat.Cli.Rooms;
using Chat.Contracts;

namespace Chat.Cli.Commands;

/// <summary><c>rooms</c>, <c>create</c>, <c>direct</c>, <c>join</c>, <c>leave</c>.</summary>
internal static class RoomCommands
{
    public static ChatCommand List()
    {
        var all = new Option<bool>("--all") { Description = "Archived rooms as well." };
        var discover = new Option<string?>("--discover")
        {
            Description = "Not one's own rooms but the public ones whose name contains QUERY; all of them without QUERY.",
            HelpName = "QUERY", Arity = ArgumentArity.ZeroOrOne,
        };
        return new ChatCommand(
            "rooms",
            "List one's rooms, or the public ones.",
            run => run.Has(discover) ? DiscoverAsync(run, run.Get(discover) ?? "") : MineAsync(run, run.Get(all)),
            "chat rooms",
            "chat rooms --json | jq -r 'select(.unread > 0) | .name'",
            "chat rooms --discover ops")
        {
            all, discover,
        };
    }

    public static ChatCommand Create()
    {
        var name = new Argument<string>("NAME") { Description = "The room's name." };
        var isPrivate = new Option<bool>("--private") { Description = "Known to its members only. Without it everybody finds and joins the room." };
        var topic = new Option<string?>("--topic") { Description = "What it is about.", HelpName = "TEXT" };
        var members = new Option<string[]>("--member")
        {
            Description = "A user to have in it from the start; may be repeated.", HelpName = "U", AllowMultipleArgumentsPerToken = true,
        };
        return new ChatCommand(
            "create",
            "Make a room and print its id.",
            async run =>
            {
                var me = run.SignedIn();
                var others = await me.Rooms.UsersAsync(run.Get(members) ?? []);
                var room = await me.Api.CreateRoomAsync(
                    new(run.Get(isPrivate) ? RoomKind.Private : RoomKind.Public, run.Get(name), run.Get(topic), others), run.Stop);
                run.Print(room, made => made.RoomId.ToString());
            },
            "chat create Lobby --topic 'Everything else'",
            "room=$(chat create 'Release 7' --private --member ann --member bob)")
        {
            name, isPrivate, topic, members,
        };
    }

    public static ChatCommand Direct()
    {
        var users = new Argument<string[]>("USER") { Description = "The other users; one's own name for notes to oneself.", Arity = ArgumentArity.OneOrMore };
        return new ChatCommand(
            "direct",
            "Print the id of the direct room with these users, and make it when it is not there yet.",
            async run => run.Print(await run.SignedIn().Rooms.DirectAsync(run.Get(users)), room => room.RoomId.ToString()),
            "chat direct ann bob")
        {
            users,
        };
    }

    public static ChatCommand Join()
    {
        var room = new Argument<string>("ROOM") { Description = "The public room's id or name." };
        return new ChatCommand(
            "join",
            "Join a public room and print its id.",
            async run =>
            {
                var me = run.SignedIn();
                run.Print(await me.Api.JoinAsync(await me.Rooms.PublicAsync(run.Get(room)), run.Stop), joined => joined.RoomId.ToString());
            },
            "chat join Lobby")
        {
            room,
        };
    }

    public static ChatCommand Leave()
    {
        var room = Parameters.Room();
        return new ChatCommand(
            "leave",
            "Leave a room.",
            async run =>
            {
                var me = run.SignedIn();
                await me.Api.LeaveAsync(await me.Rooms.MineAsync(run.Get(room)), run.Stop);
                run.Notes.Tell("Left.");
            },
            "chat leave Lobby")
        {
            room,
        };
    }

    private static async Task MineAsync(CommandRun run, bool all)
    {
        var me = run.SignedIn();
        var rooms = (await me.Rooms.AllMineAsync()).Where(room => all || !room.Archived).ToList();
        var names = new Dictionary<RoomId, string>();
        if (!run.Json)
        {
            foreach (var room in rooms)
            {
                names[room.RoomId] = Shown.Line(room.Name ?? await WithAsync(me, room.With));
            }
        }

        run.Print(
            rooms,
            [new("ID"), new("NAME", Most: 40), new("KIND"), new("UNREAD", Right: true), new("LAST", Right: true), new("MEMBERS", Right: true), new("TOPIC")],
            room =>
            [
                new Cell(room.RoomId.ToString(), Styles.Faint),
                new Cell(names[room.RoomId], room.Unread > 0 ? Styles.Strong : null),
                Kind(room.Kind, room.Archived),
                room.Mentions > 0 ? $"{room.Unread} (@{room.Mentions})" : room.Unread.ToString(),
                room.LastSeq.ToString(),
                room.MemberCount.ToString(),
                new Cell(Shown.Line(room.Topic), Styles.Faint),
            ]);
    }

    private static async Task DiscoverAsync(CommandRun run, string query)
    {
        var me = run.SignedIn();
        run.Print(
            await Lists.AllAsync<RoomInfo>((next, limit) => me.Api.DiscoverAsync(query, next, limit, run.Stop)),
            [new("ID"), new("NAME", Most: 40), new("JOINED"), new("MEMBERS", Right: true), new("TOPIC")],
            room =>
            [
                new Cell(room.RoomId.ToString(), Styles.Faint),
                Shown.Line(room.Name),
                room.Role is null ? "no" : "yes",
                room.MemberCount.ToString(),
                new Cell(Shown.Line(room.Topic), Styles.Faint),
            ]);
    }

    /// <summary>What a direct room is called: the others in it, as <c>send</c> and the like take it when there is one.</summary>
    private static async Task<string> WithAsync(SignedIn me, IReadOnlyList<UserId>? others)
    {
        if (others is not { Count: > 0 })
        {
            return "@" + me.Session.Username;
        }

        var names = new List<string>();
        foreach (var user in others)
        {
            names.Add("@" + await me.Names.OfAsync(user));
        }

        return string.Join(' ', names);
    }

    private static string Kind(RoomKind kind, bool archived) => WireEnumConverter<RoomKind>.NameOf(kind) + (archived ? ", archived" : "");
}
