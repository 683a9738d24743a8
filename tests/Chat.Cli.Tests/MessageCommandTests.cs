using System.Globalization;
using Chat.Cli.Tests.Support;
using Chat.Contracts;

namespace Chat.Cli.Tests;

public sealed class MessageCommandTests(SharedServer shared) : CliTest(shared)
{
    [Fact]
    public async Task Text_is_sent_from_the_argument_and_from_the_input()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("Lobby");

        (await ann.Chat.DoneAsync("send", "Lobby", "first 첫째 👍")).Out.ShouldBeEmpty();
        (await ann.Chat.RunWithAsync("second\nof two lines\n", "send", "Lobby")).Done();
        (await ann.Chat.RunWithAsync("\uFEFFthird\r\n", "send", "Lobby", "-")).Done();
        (await ann.Chat.DoneAsync("send", "Lobby", "--", "-4th")).Out.ShouldBeEmpty();

        (await ann.Api.MessagesAsync(room, Client.MessageRange.After(0))).Items.Select(m => m.Text)
            .ShouldBe(["first 첫째 👍", "second\nof two lines", "third", "-4th"]);
    }

    [Fact]
    public async Task Acknowledgement_is_printed_as_json()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("Lobby");

        var ack = (await ann.Chat.DoneAsync("send", "Lobby", "x", "--json")).Json<SendAck>().Single();

        var message = (await ann.Api.MessagesAsync(room, Client.MessageRange.Newest)).Items.Single();
        ack.ShouldBe(new SendAck(room, message.Seq, message.Id, message.At));
    }

    [Fact]
    public async Task Same_client_id_sends_once()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("Lobby");

        var first = await ann.Chat.DoneAsync("send", "Lobby", "x", "--client-id", "key", "--json");
        (await ann.Chat.DoneAsync("send", "Lobby", "x", "--client-id", "key", "--json")).Out.ShouldBe(first.Out);
        (await ann.Chat.RunAsync("send", "Lobby", "y", "--client-id", "key")).With(ExitCode.Refused, "chat: message.client_id_reused: ");

        (await ann.Api.MessagesAsync(room, Client.MessageRange.Newest)).Items.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Answers_and_threads_name_their_message()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("Lobby");
        var first = (await ann.SayAsync(room, "first")).Seq;

        (await ann.Chat.DoneAsync("send", "Lobby", "answer", "--reply", Text(first))).Out.ShouldBeEmpty();
        (await ann.Chat.DoneAsync("send", "Lobby", "aside", "--thread", Text(first))).Out.ShouldBeEmpty();
        (await ann.Chat.RunAsync("send", "Lobby", "to nothing", "--reply", "999")).With(ExitCode.Refused, "chat: message.reply_invalid: ");

        var messages = (await ann.Chat.DoneAsync("history", "Lobby", "--json")).Json<Message>();
        messages.Select(m => (m.Text, m.ReplyTo, m.Thread)).ShouldBe([("first", null, null), ("answer", first, null), ("aside", null, first)]);
        (await ann.Chat.DoneAsync("history", "Lobby", "--thread", Text(first), "--json")).Json<Message>().Select(m => m.Text).ShouldBe(["first", "aside"]);
        (await ann.Chat.DoneAsync("history", "Lobby", "--thread", Text(first), "--after", Text(first), "--json")).Json<Message>().Select(m => m.Text)
            .ShouldBe(["aside"]);
    }

    [Fact]
    public async Task Lines_are_sent_as_they_come_in_order_each_once()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("ops");
        await using var sending = ann.Chat.Start("send", "ops", "--lines", "--client-id", "run", "--json");

        await sending.WriteAsync("하나\n\n  \nunfinish");
        await sending.UntilLinesAsync(1);
        await sending.WriteAsync("ed\r\nlast");
        sending.EndInput();

        (await sending.EndAsync()).Done().Json<SendAck>().Select(ack => ack.Seq).ShouldBe([3, 4, 5]);
        // The same input again adds what is new.
        (await ann.Chat.RunWithAsync("하나\n\n  \nunfinished\nlast\nnew", "send", "ops", "--lines", "--client-id", "run")).Done();
        (await ann.Api.MessagesAsync(room, Client.MessageRange.After(0))).Items.Select(m => (m.Text, m.ClientId))
            .ShouldBe([("하나", "run-1"), ("unfinished", "run-4"), ("last", "run-5"), ("new", "run-6")]);
    }

    [Fact]
    public async Task Line_that_is_refused_ends_it_and_is_named()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("ops");

        var ended = await ann.Chat.RunWithAsync($"one\ntwo\n{new string('x', 9000)}\nfour\n", "send", "ops", "--lines");

        ended.With(ExitCode.Refused, "chat: message.too_long: line 3: ").Err.ShouldContain("(2 sent before it)");
        (await ann.Api.MessagesAsync(room, Client.MessageRange.After(0))).Items.Select(m => m.Text).ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task Input_that_is_no_text_is_refused()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("ops");

        (await ann.Chat.RunAsync([.. "ok\n"u8, 0xFF, (byte)'\n'], "send", "ops", "--lines")).With(ExitCode.Usage, "line 2 is not UTF-8");
        (await ann.Chat.RunAsync([(byte)'a', 0xC3], "send", "ops")).With(ExitCode.Usage, "not UTF-8 (byte 2)");
        (await ann.Chat.RunAsync(new byte[1_100_000], "send", "ops")).With(ExitCode.Usage, "longer than");
        (await ann.Chat.RunAsync([.. Enumerable.Repeat((byte)'x', 1_100_000)], "send", "ops", "--lines")).With(ExitCode.Usage, "line 1 is longer than");
        (await ann.Chat.RunAsync("send", "ops")).With(ExitCode.Refused, "chat: message.empty: ");
        (await ann.Chat.RunAsync("a\0b"u8.ToArray(), "send", "ops")).With(ExitCode.Refused, "chat: message.text_invalid: ");
        (await ann.Api.MessagesAsync(room, Client.MessageRange.After(0))).Items.Select(m => m.Text).ShouldBe(["ok"]);
    }

    [Fact]
    public async Task Mistyped_option_is_not_sent()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("ops");

        (await ann.Chat.RunAsync("send", "ops", "--lnes")).With(ExitCode.Usage, "'--lnes'");
        (await ann.Chat.RunAsync("send", "ops", "one", "two")).With(ExitCode.Usage, "'two'");
        (await ann.Chat.RunAsync("send", "ops", "one", "--lines")).With(ExitCode.Usage, "--lines");
        (await ann.Chat.RunAsync("send", "ops", "x", "--reply", "0")).With(ExitCode.Usage, "--reply takes a whole number from 1 on");

        (await ann.Api.MessagesAsync(room, Client.MessageRange.Newest)).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task History_goes_over_pages_in_both_directions()
    {
        var ann = await NewUserAsync();
        var room = await ann.NewRoomAsync("Long");
        const int count = 430;
        for (var i = 1; i <= count; i++)
        {
            await ann.SayAsync(room, Text(i));
        }

        string[] Texts(Ended ended) => [.. ended.Json<Message>().Select(m => m.Text)];
        string[] Range(int from, int to) => [.. Enumerable.Range(from, to - from + 1).Select(i => Text(i))];
        Texts(await ann.Chat.DoneAsync("history", "Long", "--json")).ShouldBe(Range(381, 430));
        Texts(await ann.Chat.DoneAsync("history", "Long", "--json", "--limit", "1000")).ShouldBe(Range(1, 430));
        Texts(await ann.Chat.DoneAsync("history", "Long", "--json", "-n", "201", "--before", "403")).ShouldBe(Range(200, 400));
        Texts(await ann.Chat.DoneAsync("history", "Long", "--json", "--after", "0", "--limit", "401")).ShouldBe(Range(1, 401));
        Texts(await ann.Chat.DoneAsync("history", "Long", "--json", "--after", "430")).ShouldBe(Range(429, 430));
        Texts(await ann.Chat.DoneAsync("history", "Long", "--json", "--before", "1")).ShouldBeEmpty();
        (await ann.Chat.RunAsync("history", "Long", "--before", "9", "--after", "1")).With(ExitCode.Usage, "--before");
    }

    [Fact]
    public async Task History_shows_messages_as_they_are_now()
    {
        var ann = await NewUserAsync("ann");
        var bob = await NewUserAsync("bob-of-a-long-name");
        var room = await ann.NewRoomAsync("Lobby", bob);
        var first = (await ann.SayAsync(room, "frist")).Seq;
        var second = (await bob.SayAsync(room, "two\nlines\n 12:34  ann | not hers")).Seq;
        var third = (await ann.SayAsync(room, "gone")).Seq;
        await ann.Api.EditAsync(room, first, "first");
        await bob.Api.ReactAsync(room, first, "👍", on: true);
        await ann.Api.PinAsync(room, second, on: true);
        await ann.Api.DeleteAsync(room, third);

        var lines = (await ann.Chat.DoneAsync("history", "Lobby")).Lines;

        var width = Math.Min(bob.Name.Length, 16);
        var time = $"  {lines[1][8..13]}  ";
        lines[0].Trim().Length.ShouldBe("2026-11-21".Length);
        lines.Skip(1).ShouldBe(
        [
            $"{first,6}{time}{ann.Name.PadRight(width)} | first (edited)",
            $"{"",15}{"".PadRight(width)} * 👍 1",
            $"{second,6}{time}{bob.Name[..15]}… | two",
            $"{"",15}{"".PadRight(width)} | lines",
            $"{"",15}{"".PadRight(width)} |  12:34  ann | not hers (pinned)",
            $"{third,6}{time}{ann.Name.PadRight(width)} * (deleted)",
        ]);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
