using Chat.Contracts;
using FsCheck;
using FsCheck.Fluent;

namespace Chat.Client.Tests;

public sealed class RoomReadingTests
{
    private static readonly RoomId Room = new(1);

    public enum Step
    {
        Commit,
        Push,
        PushOld,
        PushAhead,
        Take,
        AskSync,
        AnswerSync,
        Lag,
        Reconnect,
    }

    [Fact]
    public void Whatever_is_pushed_and_answered_each_event_is_given_out_once_in_order_and_in_the_end_all_are()
    {
        var steps = from step in Gen.Choose(0, (int)Step.Reconnect) from amount in Gen.Choose(1, 5) select ((Step)step, amount);
        Prop.ForAll(steps.ListOf().ToArbitrary(), script =>
        {
            var play = new Play();
            foreach (var (step, amount) in script)
            {
                play.Do(step, amount);
            }

            play.Finish();
            play.Given.ShouldBe(Enumerable.Range(1, play.Committed).Select(i => (long)i));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Pushes_that_go_on_from_a_sync_need_no_other()
    {
        var reading = new RoomReading(Room, 3, new PushBudget(2));
        reading.NeedsSync.ShouldBeTrue("nothing is known of this connection");
        reading.Answer(Answer(5, 4, 5), reading.Version);

        foreach (var seq in new[] { 4L, 5L, 6L, 7L, 8L })
        {
            reading.Offer(Event(Math.Max(seq, 6)));
            reading.Take().ShouldNotBeNull().Seq.ShouldBe(seq);
        }

        (reading.NeedsSync, reading.IsSynced).ShouldBe((false, true));
    }

    [Fact]
    public void What_does_not_fit_is_synced_when_the_consumer_gets_there()
    {
        var reading = new RoomReading(Room, 0, new PushBudget(3));
        reading.Answer(Answer(0), reading.Version);

        for (var seq = 1; seq <= 10; seq++)
        {
            reading.Offer(Event(seq));
        }

        for (var seq = 1; seq <= 3; seq++)
        {
            reading.NeedsSync.ShouldBeFalse();
            reading.Take().ShouldNotBeNull().Seq.ShouldBe(seq);
        }

        reading.Take().ShouldBeNull();
        reading.NeedsSync.ShouldBeTrue();
    }

    [Fact]
    public void Sync_asked_before_the_server_stopped_pushing_does_not_count()
    {
        var reading = new RoomReading(Room, 0, new PushBudget(3));
        var asked = reading.Version;

        reading.Restart();
        reading.Answer(Answer(0), asked);

        reading.NeedsSync.ShouldBeTrue();
    }

    [Fact]
    public void Seq_heard_of_on_the_connection_before_is_no_reason_to_sync_for_ever()
    {
        // As after the server was restored from a backup: the log ends earlier than it did.
        var reading = new RoomReading(Room, 5, new PushBudget(3));
        reading.Offer(Event(9));
        reading.Offer(Event(20));
        reading.Reconnect();
        reading.Answer(Answer(9, 6, 7, 8, 9), reading.Version);

        while (reading.Take() is not null)
        {
        }

        reading.NeedsSync.ShouldBeFalse();
    }

    private static SyncResult Answer(long lastSeq, params long[] seqs) =>
        new(Room, lastSeq, [.. seqs.Select(Event)], More: false, Reset: false);

    private static RoomEvent Event(long seq) =>
        new() { Seq = seq, Kind = EventKind.Pin, At = DateTimeOffset.UnixEpoch, By = new(5), Target = 1, On = true };

    /// <summary>A log, a server that pushes badly, and a sync that may be answered late.</summary>
    private sealed class Play
    {
        private const int Page = 3;

        private readonly RoomReading _reading = new(Room, 0, new PushBudget(4));
        private int _pushed;
        private (long Cursor, int Version, int Committed)? _asked;

        public int Committed { get; private set; }

        public List<long> Given { get; } = [];

        public void Do(Step step, int amount)
        {
            switch (step)
            {
                case Step.Commit:
                    Committed += amount;
                    break;
                case Step.Push:
                    for (; amount > 0 && _pushed < Committed; amount--)
                    {
                        _reading.Offer(Event(++_pushed));
                    }

                    break;
                case Step.PushOld when _pushed > 0:
                    _reading.Offer(Event(Math.Max(1, _pushed - amount)));
                    break;
                case Step.PushAhead when Committed > 0:
                    // Leaves out what lies between: the server never does that without a word, a network may not know.
                    _pushed = Math.Min(Committed, _pushed + amount);
                    _reading.Offer(Event(_pushed));
                    break;
                case Step.Take:
                    Take(amount);
                    break;
                case Step.AskSync:
                    _asked = (_reading.Cursor, _reading.Version, Committed);
                    break;
                case Step.AnswerSync when _asked is { } asked && asked.Cursor == _reading.Cursor:
                    Answer(asked);
                    _asked = null;
                    break;
                case Step.Lag:
                    _pushed = Committed;
                    _reading.Restart();
                    break;
                case Step.Reconnect:
                    _pushed = Committed;
                    _reading.Reconnect();
                    break;
            }
        }

        public void Finish()
        {
            Do(Step.Reconnect, 1);
            for (var round = 0; _reading.NeedsSync || _reading.HasNext; round++)
            {
                round.ShouldBeLessThan(100 + Committed, "it goes on syncing for ever");
                Take(int.MaxValue);
                if (_reading.NeedsSync)
                {
                    Answer((_reading.Cursor, _reading.Version, Committed));
                }
            }
        }

        private void Take(int amount)
        {
            for (; amount > 0 && _reading.Take() is { } next; amount--)
            {
                Given.Add(next.Seq);
            }
        }

        private void Answer((long Cursor, int Version, int Committed) asked)
        {
            var last = Math.Min(asked.Committed, asked.Cursor + Page);
            var events = Enumerable.Range((int)asked.Cursor + 1, (int)(last - asked.Cursor)).Select(seq => Event(seq)).ToList();
            _reading.Answer(new(Room, asked.Committed, events, More: last < asked.Committed, Reset: false), asked.Version);
        }
    }
}
