namespace Chat.Client;

/// <summary>Hears what becomes of a link's connections, and their pushes.</summary>
internal interface ILinkListener : IHubListener
{
    /// <summary>
    /// A new connection is up and nobody uses it yet: whatever continued on the one before does not continue on this one by itself.
    /// </summary>
    /// <returns>Ends with the connection at the latest.</returns>
    Task AttachedAsync(HubConnection connection, CancellationToken cancellationToken);

    /// <summary>From here on everybody may use that connection.</summary>
    void Usable();

    /// <summary>There will be no connection any more.</summary>
    void Ended();
}
