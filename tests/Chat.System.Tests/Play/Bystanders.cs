using Chat.Contracts;

namespace Chat.SystemTests;

/// <summary>Two users who chat with each other all the while, and whom nothing that others do may disturb.</summary>
internal sealed class Bystanders : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Device _ann;
    private readonly Device _ben;
    private readonly RoomId _room;
    private readonly Task _chat;
    private int _exchanged;

    private Bystanders(Device ann, Device ben, RoomId room)
    {
        (_ann, _ben, _room) = (ann, ben, room);
        _chat = ChatAsync();
    }

    public RoomId Room => _room;

    public static async Task<Bystanders> StartAsync(TestUser ann, TestUser ben)
    {
        var room = (await ann.Api.CreateRoomAsync(new(RoomKind.Private, "Bystanders", null, [ben.Id]))).RoomId;
        return new Bystanders(await ann.OpenAsync(), await ben.OpenAsync(), room);
    }

    /// <summary>Ends the chat, and says what disturbed it.</summary>
    public async Task UndisturbedAsync()
    {
        // At least one exchange after whatever happened.
        var before = Volatile.Read(ref _exchanged);
        await Wait.Until(() => _chat.IsCompleted || Volatile.Read(ref _exchanged) >= before + 2, () => "further exchange between the bystanders");
        await _stop.CancelAsync();
        await Wait.For(_chat, "end of the bystanders' chat");
        _ann.Violations.Concat(_ben.Violations).ShouldBeEmpty();
        (_ann.Connection.Closed.IsCompleted, _ben.Connection.Closed.IsCompleted).ShouldBe((false, false), "the bystanders stay connected");
        (_ann.Pushed<Client.LaggingPush>().Count + _ben.Pushed<Client.LaggingPush>().Count).ShouldBe(0);
        _ann.EventsOf(_room).Select(e => e.Seq).ShouldBe(_ben.EventsOf(_room).Select(e => e.Seq));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _ann.DisposeAsync();
        await _ben.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ChatAsync()
    {
        var (speaker, listener) = (_ann, _ben);
        while (!_stop.IsCancellationRequested)
        {
            var ack = await Wait.For(
                speaker.Connection.SendAsync(_room, speaker.User.Message("fine weather"), CancellationToken.None), "answer to a bystander");
            await listener.UntilSeqAsync(_room, ack.Seq);
            await speaker.UntilSeqAsync(_room, ack.Seq);
            Interlocked.Increment(ref _exchanged);
            (speaker, listener) = (listener, speaker);
        }
    }
}
