using Chat.Client;
using Chat.Contracts;

namespace Chat.Cli.Rooms;

/// <summary>
/// User names by id, fetched when first needed. User names, not display names: those are not unique, so that anybody could look like
/// somebody else.
/// </summary>
internal sealed class UserNames(ChatApi api, CancellationToken stop)
{
    private readonly Dictionary<UserId, string> _known = [];

    /// <summary>The longest name so far.</summary>
    public int Longest => _known.Count == 0 ? 0 : _known.Values.Max(name => name.Length);

    /// <summary>Takes names that came with something else.</summary>
    public void Learn(UserId user, string username) => _known[user] = username;

    /// <summary>Learns the names of a room's members, as far as they are on one page.</summary>
    public async Task LearnAsync(RoomId room)
    {
        foreach (var member in (await api.MembersAsync(room, null, Lists.LargestPage, stop)).Items)
        {
            Learn(member.UserId, member.Username);
        }
    }

    /// <summary>The user's name; the id of one who is not there any more.</summary>
    public async Task<string> OfAsync(UserId user)
    {
        if (!_known.TryGetValue(user, out var name))
        {
            try
            {
                name = (await api.UserAsync(user, stop)).Username;
            }
            catch (ChatApiException fault) when (fault.Status == ErrorCode.UserNotFound.Status)
            {
                name = user.ToString();
            }

            _known[user] = name;
        }

        return name;
    }
}
