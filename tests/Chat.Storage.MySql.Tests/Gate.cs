using Chat.Contracts;
using Chat.Storage.MySql.Driver;
using Chat.Testing.Servers;

namespace Chat.Storage.MySql.Tests;

/// <summary>Another writer: holds a room's row until it is opened.</summary>
internal sealed class Gate : IDisposable
{
    private readonly Link _link;

    public Gate(MariaDbServer server, string database, RoomId room, int commandSeconds = 30)
    {
        _link = Link.Open(server.ConnectionString(database), TimeSpan.FromSeconds(commandSeconds), TimeProvider.System);
        _link.Begin();
        _link.Execute($"UPDATE `{database}`.rooms SET topic = 'held' WHERE id = {room}");
    }

    /// <summary>The connection that holds it.</summary>
    public Link Link => _link;

    public void Open() => _link.TryRollback();

    public void Dispose() => _link.Dispose();
}
