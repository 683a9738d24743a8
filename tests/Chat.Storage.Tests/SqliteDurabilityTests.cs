using Chat.Abstractions;
using Chat.Contracts;
using Chat.Storage.Sqlite;
using Chat.Testing;

namespace Chat.Storage.Tests;

/// <summary>What is left after the process, the disk or the file let the store down.</summary>
public sealed class SqliteDurabilityTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123);
    private static readonly RoomId Room = new(7001);
    private static readonly UserId Owner = new(8001);
    private readonly SqliteFile _file = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _file.DisposeAsync().AsTask();

    [Fact]
    public async Task Acknowledged_commits_are_there_after_the_process_is_gone_without_closing()
    {
        var ports = SqliteFile.Ports(_file.Open());
        await SayAsync(ports, 50);

        await using var left = WhatIsLeft();

        (await TextsAsync(SqliteFile.Ports(left.Open()))).Count.ShouldBe(50);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task The_files_are_their_owners_alone_since_password_hashes_are_in_them()
    {
        await SayAsync(SqliteFile.Ports(_file.Open()), 1);

        foreach (var path in new[] { _file.Path, _file.Path + "-wal", _file.Path + "-shm" })
        {
            File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, path);
        }
    }

    [Fact]
    public async Task An_unfinished_write_at_the_end_of_the_log_is_ignored()
    {
        var ports = SqliteFile.Ports(_file.Open());
        await SayAsync(ports, 20);

        await using var left = WhatIsLeft();
        var torn = new byte[6000];
        Random.Shared.NextBytes(torn);
        await using (var log = new FileStream(left.Path + "-wal", FileMode.Append))
        {
            await log.WriteAsync(torn);
        }

        var reopened = SqliteFile.Ports(left.Open());
        (await TextsAsync(reopened)).Count.ShouldBe(20);
        await SayAsync(reopened, 1);
        (await TextsAsync(reopened)).Count.ShouldBe(21);
    }

    [Fact]
    public async Task A_second_store_on_the_same_file_sees_the_first_ones_commits_and_they_share_one_log()
    {
        var (first, second) = (SqliteFile.Ports(_file.Open()), SqliteFile.Ports(_file.Open()));
        await SayAsync(first, 1);

        var commits = await Task.WhenAll(Enumerable.Range(0, 2).Select(async store =>
        {
            var ports = store == 0 ? first : second;
            var won = 0;
            for (var i = 0; i < 25; i++)
            {
                var next = new RoomCommits((await ports.Rooms.LoadAsync(Room))!, Start).Say(Owner, "x", $"{store}/{i}");
                won += (await ports.Rooms.CommitAsync([next.Build()]))[0].Status is CommitStatus.Committed ? 1 : 0;
            }

            return won;
        }));

        (await TextsAsync(first)).Count.ShouldBe(1 + commits.Sum());
        (await TextsAsync(second)).Count.ShouldBe(1 + commits.Sum());
    }

    [Fact]
    public async Task A_full_disk_refuses_writes_keeps_reads_and_needs_no_restart()
    {
        var database = _file.Open();
        var ports = SqliteFile.Ports(database);
        await SayAsync(ports, 3);
        await MostPagesAsync(database, 200);

        var acknowledged = 3;
        var refused = 0;
        while (refused < 3)
        {
            try
            {
                await SayAsync(ports, 1, new string('x', 8000));
                acknowledged++;
            }
            catch (StoreUnavailableException)
            {
                refused++;
            }

            acknowledged.ShouldBeLessThan(1000, "The disk never became full.");
        }

        (await TextsAsync(ports)).Count.ShouldBe(acknowledged);
        await MostPagesAsync(database, 1_000_000);
        await SayAsync(ports, 2, new string('y', 8000));
        (await TextsAsync(ports)).Count.ShouldBe(acknowledged + 2);
        (await ports.Reader.ReadEventsAsync(Room, Owner, 0, 10_000))!.Value.Select(e => e.Seq)
            .ShouldBe(Enumerable.Range(1, acknowledged + 4).Select(i => (long)i));
    }

    [Fact]
    public async Task A_lock_held_by_another_process_refuses_writes_keeps_reads_and_needs_no_restart()
    {
        var ports = SqliteFile.Ports(_file.Open(options => options.BusyTimeout = TimeSpan.FromMilliseconds(20)));
        await SayAsync(ports, 1);
        using var other = SqliteHandle.Open(_file.Path, readOnly: false, TimeSpan.Zero, 1024);
        other.Run("BEGIN IMMEDIATE");

        await Should.ThrowAsync<StoreUnavailableException>(() => SayAsync(ports, 1));
        (await TextsAsync(ports)).Count.ShouldBe(1);

        other.Run("ROLLBACK");
        await SayAsync(ports, 1);
        (await TextsAsync(ports)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_at_opening_and_left_alone()
    {
        await File.WriteAllTextAsync(_file.Path, new string('x', 10_000));

        Should.Throw<StoreUnavailableException>(() => _file.Open()).Message.ShouldContain(_file.Path);

        (await File.ReadAllTextAsync(_file.Path)).Length.ShouldBe(10_000);
    }

    [Fact]
    public async Task A_damaged_page_fails_the_reads_that_meet_it_as_unavailable()
    {
        await using (var database = _file.Open())
        {
            await SayAsync(SqliteFile.Ports(database), 40, new string('x', 8000));
        }

        var bytes = await File.ReadAllBytesAsync(_file.Path);
        Array.Clear(bytes, bytes.Length / 2, bytes.Length / 2);
        await File.WriteAllBytesAsync(_file.Path, bytes);

        var ports = SqliteFile.Ports(_file.Open());
        await Should.ThrowAsync<StoreUnavailableException>(() => TextsAsync(ports));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_told_at_opening()
    {
        File.WriteAllText(_file.Path, "");

        Should.Throw<StoreUnavailableException>(() => _file.Open(options => options.Path = Path.Combine(_file.Path, "inside", "chat.db")));
    }

    private static async Task MostPagesAsync(SqliteDatabase database, int pages) =>
        await database.WriteAsync(handle => handle.Scalar($"PRAGMA max_page_count = {pages}"), CancellationToken.None);

    private static async Task SayAsync(StorePorts ports, int messages, string text = "hello")
    {
        for (var i = 0; i < messages; i++)
        {
            var next = await ports.Rooms.LoadAsync(Room) is { } room ? new RoomCommits(room, Start) : RoomCommits.New(Room, Owner, Start);
            (await ports.Rooms.CommitAsync([next.Say(Owner, text).Build()])).Single().Status.ShouldBe(CommitStatus.Committed);
        }
    }

    private static async Task<List<string>> TextsAsync(StorePorts ports) =>
        [.. (await ports.Reader.ReadMessagesAsync(Room, Owner, new MessageQuery { After = 0, Limit = 10_000 }))!.Value.Select(m => m.Text)];

    /// <summary>The files as a killed process leaves them, in another place.</summary>
    private SqliteFile WhatIsLeft()
    {
        var left = new SqliteFile();
        File.Copy(_file.Path, left.Path);
        File.Copy(_file.Path + "-wal", left.Path + "-wal");
        return left;
    }
}
