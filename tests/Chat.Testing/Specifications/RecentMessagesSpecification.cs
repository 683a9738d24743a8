using System.Text.Json;
using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Testing.Specifications;

/// <summary>What everything that remembers messages does, seen from two processes (one and the same, where there are no others).</summary>
public abstract class RecentMessagesSpecification
{
    private static long _next = Random.Shared.NextInt64(1, 1L << 60);

    protected abstract IRecentMessages Here { get; }

    protected abstract IRecentMessages There { get; }

    protected static RoomId NewRoom() => new(Interlocked.Increment(ref _next));

    [Fact]
    public async Task Of_a_room_that_nobody_read_nothing_is_known() => (await There.FindAsync(NewRoom())).ShouldBeNull();

    [Fact]
    public async Task What_is_kept_of_a_room_is_found_for_all_and_of_no_other()
    {
        var page = new RecentPage(7, IsWhole: false, [Samples.Message(9), Samples.Message(8)]);
        var room = NewRoom();
        await Here.KeepAsync(room, page);
        foreach (var recent in new[] { Here, There })
        {
            var found = (await recent.FindAsync(room)).ShouldNotBeNull();
            (found.Version, found.IsWhole).ShouldBe((7, false));
            Text(found).ShouldBe(Text(page));
        }

        (await There.FindAsync(NewRoom())).ShouldBeNull();
    }

    [Fact]
    public async Task The_last_one_kept_is_the_one_found()
    {
        var room = NewRoom();
        await There.KeepAsync(room, new RecentPage(1, IsWhole: true, []));
        await Here.KeepAsync(room, new RecentPage(2, IsWhole: false, [Samples.Message(9)]));
        (await There.FindAsync(room))!.Version.ShouldBe(2);
    }

    [Fact]
    public async Task A_page_that_is_too_large_is_kept_whole_or_not_at_all()
    {
        var room = NewRoom();
        var large = new RecentPage(3, IsWhole: true, [.. Enumerable.Range(1, 100).Select(i => Samples.Message(i) with { Text = new string('x', 8000) })]);
        await Here.KeepAsync(room, large);
        if (await Here.FindAsync(room) is { } found)
        {
            Text(found).ShouldBe(Text(large));
        }
    }

    private static string Text(RecentPage page) => JsonSerializer.Serialize(page.Messages, JsonSerializerOptions.Web);
}
