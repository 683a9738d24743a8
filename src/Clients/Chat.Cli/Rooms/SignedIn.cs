using Chat.Client;

namespace Chat.Cli.Rooms;

/// <summary>A signed-in user, and what is asked of the server in their name.</summary>
internal sealed class SignedIn(ChatClient client, SessionTokens session, string profile, Uri server, CancellationToken stop)
{
    public ChatClient Client => client;

    public ChatApi Api => client.Api;

    public SessionTokens Session => session;

    public string Profile => profile;

    public Uri Server => server;

    public RoomFinder Rooms { get; } = new(client.Api, session, stop);

    public UserNames Names { get; } = new(client.Api, stop);
}
