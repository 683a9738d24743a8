using Chat.Contracts;

namespace Chat.Cli.Rooms;

/// <summary>Lists that come in pages.</summary>
internal static class Lists
{
    /// <summary>The largest page that the server gives.</summary>
    public const int LargestPage = 200;

    /// <summary>The first items, or all.</summary>
    public static async Task<List<T>> AllAsync<T>(Func<string?, int, Task<Page<T>>> page, int most = int.MaxValue)
    {
        var items = new List<T>();
        string? next = null;
        do
        {
            var answer = await page(next, Math.Min(LargestPage, most - items.Count));
            items.AddRange(answer.Items);
            next = answer.Next;
        }
        while (next is not null && items.Count < most);
        return items;
    }
}
