using Chat.Contracts;
using Chat.Storage.Sqlite;
using Chat.Testing;

namespace Chat.Storage.Tests;

public sealed class SqliteMigrationsTests : IAsyncLifetime
{
    private static readonly IReadOnlyList<SqliteMigration> Now = SqliteMigration.OfThisBuild();
    private readonly SqliteFile _file = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _file.DisposeAsync().AsTask();

    [Fact]
    public void Steps_are_numbered_from_one_without_gaps()
    {
        Now.Select(m => m.Number).ShouldBe(Enumerable.Range(1, Now.Count));
        Now.ShouldAllBe(m => m.Name.StartsWith($"{m.Number:0000}_"));
    }

    [Fact]
    public async Task Many_stores_that_start_on_one_new_file_apply_each_step_once()
    {
        for (var round = 0; round < 5; round++)
        {
            await using var file = new SqliteFile();
            var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => SqliteDatabase.Open(
                file.Options, Now, new Meters(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance))));

            foreach (var database in opened)
            {
                (await ScalarAsync(database, "SELECT group_concat(number) FROM schema_migrations")).ShouldBe(string.Join(',', Now.Select(m => m.Number)));
                await database.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task A_new_step_is_applied_to_a_file_with_data()
    {
        await using (var before = _file.Open())
        {
            await SqliteFile.Ports(before).Rooms.CommitAsync([RoomCommits.New(new RoomId(1), new UserId(2), DateTimeOffset.UnixEpoch).Build()]);
        }

        var after = _file.Open(migrations: [.. Now, Step("ALTER TABLE rooms ADD COLUMN colour TEXT DEFAULT 'red'")]);

        (await ScalarAsync(after, "SELECT colour FROM rooms")).ShouldBe("red");
        (await ScalarAsync(after, "SELECT max(number) FROM schema_migrations")).ShouldBe($"{Now.Count + 1}");
    }

    [Fact]
    public async Task Thread_counts_are_made_for_the_messages_that_are_there()
    {
        await using (var before = _file.Open(migrations: [.. Now.Take(1)]))
        {
            // Room, seq, thread: a root with two, one with one, and the same seqs in another room with none.
            await before.WriteAsync(
                handle =>
                {
                    foreach (var (room, seq, thread) in new[] { (1, 3, 0), (1, 4, 0), (1, 5, 3), (1, 6, 4), (1, 7, 3), (2, 3, 0), (2, 4, 0) })
                    {
                        handle.Run(
                            "INSERT INTO messages (room_id, seq, id, by_user, at, ordinal, thread, deleted, emoji_count, mentions_room, client_id, text) " +
                            $"VALUES ({room}, {seq}, {(room * 100) + seq}, 1, 0, 1, nullif({thread}, 0), 0, 0, 0, 'c{seq}', 't')");
                    }

                    return true;
                },
                CancellationToken.None);
        }

        (await ScalarAsync(_file.Open(), "SELECT group_concat(thread_count) FROM (SELECT thread_count FROM messages ORDER BY room_id, seq)"))
            .ShouldBe("2,1,0,0,0,0,0");
    }

    [Fact]
    public async Task A_file_of_a_newer_build_is_refused_and_left_alone()
    {
        await _file.Open(migrations: [.. Now, Step("CREATE TABLE newer (x)")]).DisposeAsync();

        Should.Throw<SqliteSchemaException>(() => _file.Open()).Message.ShouldContain($"schema {Now.Count + 1}");

        (await ScalarAsync(_file.Open(migrations: [.. Now, Step("CREATE TABLE newer (x)")]), "SELECT count(*) FROM newer")).ShouldBe("0");
    }

    [Fact]
    public async Task A_step_that_changed_after_it_was_applied_is_refused()
    {
        await _file.Open().DisposeAsync();

        Should.Throw<SqliteSchemaException>(() => _file.Open(migrations: [.. Now.SkipLast(1), Now[^1] with { Sql = Now[^1].Sql + "--" }]))
            .Message.ShouldContain(Now[^1].Name);
    }

    [Fact]
    public void Line_endings_do_not_make_another_step()
    {
        new SqliteMigration(1, "x", "a\r\nb").Checksum.ShouldBe(new SqliteMigration(1, "x", "a\nb").Checksum);
    }

    [Fact]
    public async Task A_step_that_fails_half_way_leaves_nothing()
    {
        await _file.Open().DisposeAsync();

        Should.Throw<Abstractions.StoreUnavailableException>(() => _file.Open(migrations: [.. Now, Step("CREATE TABLE half (x); CREATE TABLE rooms (x)")]));

        (await ScalarAsync(_file.Open(), "SELECT count(*) FROM sqlite_master WHERE name = 'half'")).ShouldBe("0");
    }

    private static SqliteMigration Step(string sql) => new(Now.Count + 1, $"{Now.Count + 1:0000}_test", sql);

    private static Task<string?> ScalarAsync(SqliteDatabase database, string sql) =>
        database.ReadAsync(handle => handle.Scalar(sql), CancellationToken.None);

    private sealed class Meters : System.Diagnostics.Metrics.IMeterFactory
    {
        public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
