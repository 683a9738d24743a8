using System.Text;
using Chat.LoadTests.Wire;

namespace Chat.LoadTests.Tests;

public sealed class EventTapeTests
{
    private readonly EventTape _tape = new() { Next = 5 };

    [Fact]
    public void Events_in_order_are_counted_by_frame_and_event()
    {
        Hear(5, 6);
        Hear(7);

        _tape.Received.ShouldBe(3);
        _tape.Frames.ShouldBe(2);
        _tape.Next.ShouldBe(8);
        _tape.Fault.ShouldBeNull();
    }

    [Theory]
    [InlineData(5, 7)]
    [InlineData(5, 5)]
    [InlineData(6, 5)]
    [InlineData(4)]
    public void A_lost_a_repeated_and_a_misplaced_event_are_found(params int[] seqs)
    {
        Hear(seqs);

        _tape.Fault.ShouldNotBeNull();
    }

    [Fact]
    public void Lagging_is_a_fault()
    {
        _tape.TakeRecord("""{"type":1,"target":"lagging","arguments":["7301",5]}"""u8);

        _tape.Fault.ShouldNotBeNull();
    }

    [Fact]
    public void Other_records_and_texts_that_look_like_events_count_for_nothing()
    {
        _tape.TakeRecord("""{"type":6}"""u8);
        _tape.TakeRecord("""{"type":1,"target":"typing","arguments":["7301","7302"]}"""u8);
        _tape.TakeRecord("""{"type":1,"target":"events","arguments":["7301",[{"seq":5,"kind":"message","message":{"id":"73","seq":5,"text":"{\"seq\":9}"}}]]}"""u8);

        _tape.Received.ShouldBe(1);
        _tape.Fault.ShouldBeNull();
    }

    private void Hear(params int[] seqs)
    {
        var events = string.Join(',', seqs.Select(seq => $$$"""{"seq":{{{seq}}},"kind":"message","message":{"id":"73","seq":{{{seq}}},"text":"#1 x"}}"""));
        _tape.TakeRecord(Encoding.UTF8.GetBytes($$"""{"type":1,"target":"events","arguments":["7301",[{{events}}]]}"""));
    }
}
