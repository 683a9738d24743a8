using System.Globalization;
using System.Net;
using Chat.Client;
using Chat.Contracts;

namespace Chat.LoadTests.Wire;

/// <summary>A user with a token and the one room they are in.</summary>
internal sealed record Person(UserId UserId, string Token, RoomId Room)
{
    public string Query => "?access_token=" + Uri.EscapeDataString(Token);
}

/// <summary>Makes users and rooms through the front door.</summary>
internal sealed class Crowd : IDisposable
{
    private const int AtOnce = 64;
    private const int MembersPerCall = 100;

    private readonly HttpClient _http;
    private readonly SocketsHttpHandler _handler;

    public Crowd(Uri server)
    {
        _handler = new SocketsHttpHandler { MaxConnectionsPerServer = AtOnce, UseProxy = false };
        _http = new HttpClient(_handler, disposeHandler: true) { BaseAddress = server };
        Server = server;
    }

    public Uri Server { get; }

    /// <summary>People in private rooms: the first room has the first <c>count / rooms</c> of them, and so on.</summary>
    public async Task<IReadOnlyList<Person>> GatherAsync(int count, int rooms)
    {
        var name = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..12];
        var users = new AuthResponse[count];
        var api = new ChatApi(_http);
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, cancellationToken) =>
            users[i] = await api.RegisterAsync(new($"{name}.{i}", "correct horse battery", Device: "load test"), cancellationToken));

        var people = new Person[count];
        var perRoom = Math.Max(1, count / rooms);
        await Parallel.ForAsync(0, (count + perRoom - 1) / perRoom, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (r, cancellationToken) =>
        {
            var members = users.Skip(r * perRoom).Take(perRoom).ToArray();
            var owner = api.With(members[0].AccessToken);
            var room = await owner.CreateRoomAsync(new(RoomKind.Private, $"load {r}"), cancellationToken);
            foreach (var some in members.Skip(1).Chunk(MembersPerCall))
            {
                await owner.AddMembersAsync(room.RoomId, [.. some.Select(member => member.User.UserId)], cancellationToken);
            }

            for (var i = 0; i < members.Length; i++)
            {
                people[(r * perRoom) + i] = new(members[i].User.UserId, members[i].AccessToken, room.RoomId);
            }
        });
        return people;
    }

    /// <summary>Seq of the last event of a person's room.</summary>
    public async Task<long> LastSeqAsync(Person person) =>
        (await new ChatApi(_http, person.Token).RoomAsync(person.Room)).LastSeq;

    /// <summary>A connection that can send.</summary>
    /// <param name="person">Whose.</param>
    /// <param name="listener">What hears the events.</param>
    /// <param name="gateway">Where to connect when not at the server that made the people.</param>
    public Task<HubConnection> ConnectAsync(Person person, IHubListener listener, Uri? gateway = null) => HubConnection.ConnectAsync(
        new() { Server = gateway ?? Server, AccessToken = person.Token, Invoker = new HttpMessageInvoker(_handler, disposeHandler: false) }, listener);

    /// <summary>Connections that listen, in the order of the people, each from an address that has ports left.</summary>
    public static async Task<HubSocket[]> ListenAsync(Uri server, IReadOnlyList<(string Query, EventTape Tape)> places)
    {
        const int portsPerAddress = 20_000;
        var sockets = new HubSocket[places.Count];
        await Parallel.ForAsync(0, places.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            var source = IPAddress.TryParse(server.Host, out var host) && IPAddress.IsLoopback(host) && places.Count > portsPerAddress
                ? new IPAddress([127, 0, 0, (byte)(1 + (i / portsPerAddress))])
                : null;
            sockets[i] = await HubSocket.ConnectAsync(server, places[i].Query, places[i].Tape, source);
        });
        return sockets;
    }

    public void Dispose() => _http.Dispose();
}
