using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Chat.Abstractions;
using Chat.Contracts;

namespace Chat.Grains;

/// <summary>
/// Finds the users whom a text mentions by <c>@username</c>. User names never change, so what was found is kept (bounded; names that are
/// nobody's are not kept, since they may become somebody's).
/// </summary>
public sealed partial class MentionNames(IUserStore users)
{
    private const int MostKept = 100_000;

    /// <summary>The name that mentions the whole room; reserved, so no user has it.</summary>
    public const string WholeRoom = "room";

    private readonly ConcurrentDictionary<string, UserId> _known = new(StringComparer.Ordinal);

    /// <summary>
    /// The user names that the text may mention, folded to lower case, each once, in order; at most <paramref name="most"/>. A name may end in a
    /// dot or dash that belongs to the sentence, so <c>@ann.</c> gives both <c>ann.</c> and <c>ann</c>.
    /// </summary>
    public static IReadOnlyList<string> Candidates(string text, int most)
    {
        if (most == 0 || !text.Contains('@', StringComparison.Ordinal))
        {
            return [];
        }

        List<string>? names = null;
        foreach (var match in Pattern().EnumerateMatches(text))
        {
            var name = text.Substring(match.Index + 1, match.Length - 1).ToLowerInvariant();
            while (true)
            {
                names ??= [];
                if (!names.Contains(name))
                {
                    names.Add(name);
                }

                if (names.Count >= most)
                {
                    return names;
                }

                if (name[^1] is not ('.' or '-' or '_') || name.Length == 1)
                {
                    break;
                }

                name = name[..^1];
            }
        }

        return names ?? [];
    }

    /// <summary>The users of those names that exist.</summary>
    public async ValueTask<IReadOnlyList<UserId>> ResolveAsync(IReadOnlyList<string> names)
    {
        List<UserId>? found = null;
        List<string>? unknown = null;
        foreach (var name in names)
        {
            if (_known.TryGetValue(name, out var user))
            {
                (found ??= []).Add(user);
            }
            else if (name != WholeRoom)
            {
                (unknown ??= []).Add(name);
            }
        }

        if (unknown is not null)
        {
            foreach (var user in await users.FindByNameAsync(unknown))
            {
                (found ??= []).Add(user.Id);
                if (_known.Count < MostKept)
                {
                    _known.TryAdd(user.Username, user.Id);
                }
            }
        }

        return found ?? (IReadOnlyList<UserId>)[];
    }

    // Not inside an address (mail@example), but right after Korean, Japanese or Chinese text, which is written without blanks.
    [GeneratedRegex(@"(?<![A-Za-z0-9._%+-])@[A-Za-z0-9][A-Za-z0-9._-]{1,31}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
