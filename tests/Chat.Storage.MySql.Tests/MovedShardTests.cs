using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.MySql.Driver;
using Chat.Testing;

namespace Chat.Storage.MySql.Tests;

/// <summary>After a range was moved by copying its databases, each server also holds what is the other's.</summary>
[Collection(SharedServers.Name)]
public sealed class MovedShardTests(Servers servers, ClassStore store) : IClassFixture<ClassStore>
{
    private readonly OpenedStore _store = store.Of(servers);

    [Fact]
    public async Task A_copied_room_is_discovered_once_and_pages_are_full()
    {
        var word = $"q{RoomOf.NextId()}";
        var (owner, rooms) = (new UserId(RoomOf.NextId()), new List<RoomId>());
        for (var i = 0; i < 12; i++)
        {
            var room = new RoomId(RoomOf.NextId());
            rooms.Add(room);
            await _store.Ports.Rooms.CommitAsync([RoomCommits.New(room, owner, RoomOf.Now, name: word).Build()]);
            foreach (var (server, db, _) in _store.Store.Map.RoomDatabases.Where(d => d.Server != _store.Store.Map.Of(room).Server))
            {
                await ExecuteAsync(
                    server,
                    $"INSERT INTO `{db.Name}`.rooms (id, kind, version, last_seq, message_count, room_mention_count, member_count, pin_count, last_message_seq, " +
                    $"last_at, archived, name, created_at, created_by, last_month, last_message_month) VALUES ({room}, 1, 9, 9, 0, 0, 0, 0, 0, 0, 0, '{word}', 0, 0, 0, 0)");
                await ExecuteAsync(server, $"INSERT INTO `{db.Name}`.room_names (room_id, name) VALUES ({room}, '{word}')");
            }
        }

        var first = await _store.Ports.Directory.DiscoverAsync(word, owner, new RoomId(0), 7);
        var rest = await _store.Ports.Directory.DiscoverAsync(word, owner, first[^1].Id, 7);

        first.Concat(rest).Select(r => (r.Id, r.Version)).ShouldBe(rooms.Select(r => (r, 1L)));
        first.Count.ShouldBe(7);
    }

    [Fact]
    public async Task A_copied_user_is_found_once_and_pages_are_full()
    {
        var mark = $"w{RoomOf.NextId()}";
        var users = new List<UserRecord>();
        for (var i = 0; i < 12; i++)
        {
            var name = $"{mark}.{i:00}";
            var user = new UserRecord { Id = new Numbers().NextUser(name), Username = name, DisplayName = mark, PasswordHash = "x", CreatedAt = RoomOf.Now };
            users.Add(user);
            await _store.Ports.Users.CreateAsync(user);
            foreach (var (server, db) in _store.Store.Map.UserShards.Where(s => s != _store.Store.Map.Of(user.Id)))
            {
                await ExecuteAsync(
                    server,
                    $"INSERT INTO `{db.Name}`.users (id, username, display_name, password_hash, is_admin, disabled, created_at) " +
                    $"VALUES ({user.Id}, '{name}', 'copy', 'x', 0, 0, 0)");
                await ExecuteAsync(server, $"INSERT INTO `{db.Name}`.user_words (word, username, user_id) VALUES ('{name}', '{name}', {user.Id})");
            }
        }

        var first = await _store.Ports.Users.SearchAsync(mark, "", 7);
        var rest = await _store.Ports.Users.SearchAsync(mark, first[^1].Username, 7);

        first.Concat(rest).ShouldBe(users);
        first.Count.ShouldBe(7);
    }

    private static Task<int> ExecuteAsync(DatabaseServer server, string sql) =>
        server.WriteAsync((link, _) => link.Execute(sql), repeatable: false, CancellationToken.None);

    private sealed class Numbers : IIdSource
    {
        public long Next() => RoomOf.NextId();
    }
}
