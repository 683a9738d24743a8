using Chat.Contracts;

namespace Chat.Gateway.Rest;

/// <summary>How lists are paged: limits and cursors, the same for all of them.</summary>
internal static class Paging
{
    /// <summary>Items of a page when the call names no number.</summary>
    public const int DefaultLimit = 50;

    /// <summary>Most items of a page.</summary>
    public const int MostItems = 200;

    /// <summary>The number of items to read; the refusal when the one named is out of range.</summary>
    public static Refusal? CheckLimit(int? given, out int limit)
    {
        limit = given ?? DefaultLimit;
        return limit is >= 1 and <= MostItems ? null : new Refusal(ErrorCode.RequestInvalid, $"limit is from 1 to {MostItems}.");
    }

    /// <summary>The number of items to read, and the id after which the list goes on, from its cursor.</summary>
    public static Refusal? Check<TId>(int? givenLimit, string? cursor, out int limit, out TId after)
        where TId : struct, IId<TId>
    {
        after = default;
        if (CheckLimit(givenLimit, out limit) is { } refusal)
        {
            return refusal;
        }

        return string.IsNullOrEmpty(cursor) || IdText.TryParse(cursor, out after)
            ? null
            : ErrorCode.CursorInvalid.ToRefusal();
    }

    /// <summary>A page of what was read; a full page has a cursor, the value by which the next one is asked for.</summary>
    public static Page<T> ToPage<T>(this IReadOnlyList<T> items, int limit, Func<T, string> cursor) =>
        new(items, items.Count < limit ? null : cursor(items[^1]));
}
