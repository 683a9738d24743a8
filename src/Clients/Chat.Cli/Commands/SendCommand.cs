using System.CommandLine;
using Chat.Cli.Input;
using Chat.Cli.Output;
using Chat.Cli.Rooms;
using Chat.Contracts;

namespace Chat.Cli.Commands;

/// <summary><c>send</c>.</summary>
internal static class SendCommand
{
    public static ChatCommand Create()
    {
        var room = Parameters.Room();
        var text = new Argument<string?>("TEXT")
        {
            Description = "The text; without it, or with -, the standard input is the message.", Arity = ArgumentArity.ZeroOrOne,
        };
        var reply = Parameters.Number("--reply", "The message that this one answers.", "SEQ", least: 1);
        var thread = Parameters.Number("--thread", "The message in whose thread this one is said.", "SEQ", least: 1);
        var clientId = new Option<string?>("--client-id")
        {
            Description = "A key of your own: the same message is not sent twice under one key. With --lines, line N goes under ID-N.", HelpName = "ID",
        };
        var lines = new Option<bool>("--lines")
        {
            Description = "Send each line of the standard input as a message of its own, as they come; blank ones are left out.",
        };
        return new ChatCommand(
            "send",
            "Send a message; done when it is on the server's disk. What does not arrive at once is tried again for as long as --timeout says.",
            async run =>
            {
                var written = run.Get(text) is { } argument and not "-" ? argument : null;
                if (run.Get(lines) && written is not null)
                {
                    throw CliException.Usage("--lines takes the messages from the standard input, so no TEXT");
                }

                var me = run.SignedIn();
                var id = await me.Rooms.WritableAsync(run.Get(room));
                var sender = new Sender(run, me, id, run.Get(reply), run.Get(thread));
                if (run.Get(lines))
                {
                    await sender.SendLinesAsync(run.Get(clientId) ?? Guid.NewGuid().ToString("N"));
                }
                else
                {
                    await sender.SendAsync(run.Get(clientId) ?? Guid.NewGuid().ToString("N"), written ?? await ReadAsync(run));
                }
            },
            "chat send Lobby 'Lunch?'",
            "chat send @ann --reply 4711 'Yes.'",
            "git log -1 | chat send dev",
            "journalctl -f | chat send --lines ops")
        {
            room, text, reply, thread, clientId, lines,
        };
    }

    private static Task<string> ReadAsync(CommandRun run)
    {
        if (!Console.IsInputRedirected)
        {
            run.Notes.Tell("Write the message; Ctrl-D on a line of its own sends it.");
        }

        return StandardInput.ReadAllAsync(run.Stop);
    }

    private sealed class Sender(CommandRun run, SignedIn me, RoomId room, long? reply, long? thread)
    {
        private bool _readerGone;

        public async Task SendAsync(string clientId, string text)
        {
            var ack = await me.Client.SendAsync(room, text, reply, thread, clientId, run.Stop);
            Report(ack);
            run.Notes.Tell($"Sent as {ack.Seq}.");
        }

        public async Task SendLinesAsync(string clientId)
        {
            var number = 0L;
            var sent = 0L;
            await foreach (var line in StandardInput.ReadLinesAsync(run.Stop))
            {
                number++;
                if (string.IsNullOrWhiteSpace(line))
                {
                    continue;
                }

                try
                {
                    Report(await me.Client.SendAsync(room, line, reply, thread, $"{clientId}-{number}", run.Stop));
                    sent++;
                }
                catch (Exception fault) when (fault is not OperationCanceledException || !run.Stop.IsCancellationRequested)
                {
                    var translated = Faults.Translate(fault, clientId);
                    throw new CliException(translated.Exit, translated.Code, $"line {number}: {translated.Advice} ({sent} sent before it)", fault);
                }
            }

            run.Notes.Tell($"Sent {sent}.");
        }

        /// <summary>Sending goes on also when nobody reads what is said about it any more.</summary>
        private void Report(SendAck ack)
        {
            if (!run.Json || _readerGone)
            {
                return;
            }

            try
            {
                run.Screen.Json(ack);
                run.Screen.Flush();
            }
            catch (Exception fault) when (StandardOutput.IsReaderGone(fault))
            {
                _readerGone = true;
            }
        }
    }
}
