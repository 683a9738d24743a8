namespace Chat.Client;

/// <summary>
/// All enumerations of events of a client: hands them what is pushed, and knows which of them have yet to catch up on a new connection.
/// Thread safe.
/// </summary>
internal sealed class EventReaders
{
    private readonly Lock _gate = new();
    private readonly HashSet<EventReader> _behind = [];
    private EventReader[] _readers = [];
    private Action? _caughtUp;

    private EventReader[] Readers => Volatile.Read(ref _readers);

    /// <summary>From here on it hears pushes.</summary>
    public void Add(EventReader reader)
    {
        lock (_gate)
        {
            _readers = [.. _readers, reader];
        }
    }

    /// <summary>It hears no more, and nobody waits for it.</summary>
    public void Remove(EventReader reader)
    {
        lock (_gate)
        {
            _readers = [.. _readers.Where(r => r != reader)];
        }

        Settle(behind => behind.Remove(reader));
    }

    /// <summary>Hands out a push; those that concern no log are ignored.</summary>
    public void Take(HubPush push)
    {
        foreach (var reader in Readers)
        {
            switch (push)
            {
                case EventsPush events:
                    reader.Offer(events.RoomId, events.Events);
                    break;
                case LaggingPush lagging:
                    reader.Lag(lagging.RoomId);
                    break;
                case RoomsPush rooms:
                    reader.Change(rooms.Change);
                    break;
            }
        }
    }

    /// <summary>There is a new connection, not yet to be used: those whose consumers wait by now are behind.</summary>
    /// <param name="caughtUp">Called when none of them is any more.</param>
    public void Attach(Action caughtUp)
    {
        lock (_gate)
        {
            _caughtUp = caughtUp;
            _behind.Clear();
            foreach (var reader in _readers)
            {
                reader.Reconnect();
                if (reader.IsAwaited)
                {
                    _behind.Add(reader);
                }
            }
        }
    }

    /// <summary>The connection may be used: when nobody is behind, that is all.</summary>
    public void Usable() => Settle(_ => true);

    /// <summary>A reader may have caught up.</summary>
    public void CaughtUp(EventReader reader) => Settle(behind => reader.IsCaughtUp && behind.Remove(reader));

    /// <summary>Makes all look again at what there is to do.</summary>
    public void Wake()
    {
        foreach (var reader in Readers)
        {
            reader.Wake();
        }
    }

    private void Settle(Func<HashSet<EventReader>, bool> change)
    {
        Action? caughtUp = null;
        lock (_gate)
        {
            if (change(_behind) && _behind.Count == 0)
            {
                caughtUp = _caughtUp;
            }
        }

        caughtUp?.Invoke();
    }
}
