using Chat.Client;
using Chat.Contracts;

namespace Chat.Cli.Rooms;

/// <summary>A room's log as it grows, with word of lost connections on the error stream.</summary>
internal sealed class Following(CommandRun run, SignedIn me, RoomId room)
{
    /// <summary>Prints every event after a seq, until Ctrl-C.</summary>
    /// <exception cref="CliException">The server stays away for longer than allowed, or the user is not in the room any more.</exception>
    public async Task RunAsync(long after, LogPrinter printer)
    {
        using var away = new CancellationTokenSource();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(run.Stop, away.Token);
        await me.Client.StartAsync(run.Stop);
        var watching = WatchAsync(away, both.Token);
        try
        {
            await foreach (var roomEvent in me.Client.Events(room, after, both.Token))
            {
                await printer.PrintAsync([roomEvent]);
                run.Screen.Flush();
            }
        }
        catch (OperationCanceledException) when (run.Stop.IsCancellationRequested)
        {
            return;
        }
        catch (OperationCanceledException) when (away.IsCancellationRequested)
        {
            throw new CliException(ExitCode.Unreachable, CliCodes.Unreachable, await watching ?? "the server does not answer");
        }
        catch (LogResetException reset)
        {
            throw Reset(reset.Cursor, reset.LastSeq);
        }

        throw new CliException(ExitCode.NotFound, ErrorCode.RoomNotFound.Code, $"{me.Session.Username} is not in the room any more");
    }

    /// <summary>A log that ends before the seq to begin after.</summary>
    public static CliException Reset(long after, long last) =>
        new(ExitCode.Refused, CliCodes.LogReset, $"the log ends at {last}, so nothing comes after {after}; begin elsewhere with --after");

    /// <summary>Says what the connection does, and gives up in time. Answers why there was no connection last.</summary>
    private async Task<string?> WatchAsync(CancellationTokenSource away, CancellationToken cancellationToken)
    {
        string? why = null;
        var wasOnline = false;
        var wasLost = false;
        await using var patience = run.Clock.CreateTimer(_ => away.Cancel(), null, run.Timeout, System.Threading.Timeout.InfiniteTimeSpan);
        try
        {
            await foreach (var status in me.Client.Statuses(cancellationToken))
            {
                if (status.State is ClientState.Online)
                {
                    patience.Change(System.Threading.Timeout.InfiniteTimeSpan, System.Threading.Timeout.InfiniteTimeSpan);
                    if (wasLost)
                    {
                        run.Notes.Say("connected again");
                    }

                    (wasOnline, wasLost) = (true, false);
                }
                else if (status.State is ClientState.Waiting)
                {
                    why = status.Why;
                    if (wasOnline && !wasLost && run.ExplicitTimeout is { } bound)
                    {
                        patience.Change(bound, System.Threading.Timeout.InfiniteTimeSpan);
                    }

                    if (!wasLost)
                    {
                        run.Notes.Say($"not connected ({why}); connecting again");
                    }

                    wasLost = true;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The command has ended.
        }

        return why;
    }
}
