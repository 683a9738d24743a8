using System.CommandLine;
using Chat.Cli.Output;
using Chat.Cli.Rooms;
using Chat.Contracts;

namespace Chat.Cli.Commands;

/// <summary><c>users</c>, <c>members</c>.</summary>
internal static class UserCommands
{
    private const long UsualLimit = 50;

    public static ChatCommand Users()
    {
        var query = new Argument<string?>("QUERY")
        {
            Description = "What the user name, or a word of the display name, begins with; all users without it.", Arity = ArgumentArity.ZeroOrOne,
        };
        var limit = Parameters.Number("--limit", "How many at most (50).", "N", least: 1);
        return new ChatCommand(
            "users",
            "Find users.",
            async run =>
            {
                var me = run.SignedIn();
                var most = (int)Math.Min(run.Get(limit) ?? UsualLimit, int.MaxValue);
                run.Print(
                    await Lists.AllAsync<Profile>((next, count) => me.Api.FindUsersAsync(run.Get(query) ?? "", next, count, run.Stop), most),
                    [new("USER"), new("NAME", Most: 40), new("ID"), new("STATUS")],
                    user =>
                    [
                        new Cell(Shown.Line(user.Username), Styles.Name),
                        Shown.Line(user.DisplayName),
                        new Cell(user.UserId.ToString(), Styles.Faint),
                        Shown.Line(user.Status),
                    ]);
            },
            "chat users an",
            "chat users --limit 1000 --json | jq -r .username")
        {
            query, limit,
        };
    }

    public static ChatCommand Members()
    {
        var room = Parameters.Room();
        return new ChatCommand(
            "members",
            "List a room's members.",
            async run =>
            {
                var me = run.SignedIn();
                var id = await me.Rooms.MineAsync(run.Get(room));
                run.Print(
                    await Lists.AllAsync<MemberInfo>((next, count) => me.Api.MembersAsync(id, next, count, run.Stop)),
                    [new("USER"), new("NAME", Most: 40), new("ROLE"), new("READ", Right: true), new("ID")],
                    member =>
                    [
                        new Cell(Shown.Line(member.Username), Styles.Name),
                        Shown.Line(member.DisplayName),
                        WireEnumConverter<MemberRole>.NameOf(member.Role) + (member.MutedUntil > run.Clock.GetUtcNow() ? ", muted" : ""),
                        member.ReadSeq?.ToString() ?? "",
                        new Cell(member.UserId.ToString(), Styles.Faint),
                    ]);
            },
            "chat members Lobby")
        {
            room,
        };
    }
}
