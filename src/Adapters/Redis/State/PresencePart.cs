using System.Globalization;
using Chat.Contracts;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Chat.Redis;

/// <summary>
/// What this process tells one server about its users, and its beat there. One beat for all users: a process that does not beat is dead, and
/// whoever sees it first takes its users for gone. Thread safe.
/// </summary>
internal sealed partial class PresencePart(RedisPresence presence, RedisLink link, RedisServers servers, RedisOptions options, TimeProvider time, ILogger logger)
{
    private const int MostTold = 200;
    private const int MostBuried = 500;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    // News may be lost without anybody noticing.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, PresenceInfo> _untold = [];
    private TaskCompletionSource _wake = NewWake();
    private bool _back;
    private long _nextBeat = time.GetTimestamp();
    private long _lastBeat = time.GetTimestamp();
    private long _steadySince = time.GetTimestamp();
    private long _nextLook = time.GetTimestamp();
    private bool _settling;

    /// <summary>Will tell the server of this, and of nothing older about the user.</summary>
    public void Tell(PresenceInfo user)
    {
        lock (_gate)
        {
            _untold[user.UserId] = user;
            _wake.TrySetResult();
        }
    }

    /// <summary>The server is back: it may have forgotten everything.</summary>
    public void Back()
    {
        lock (_gate)
        {
            _back = true;
            _wake.TrySetResult();
        }
    }

    /// <summary>Beats and tells until the process ends.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Task wake;
            bool back;
            lock (_gate)
            {
                (back, _back) = (_back, false);
                wake = (_wake = NewWake()).Task;
            }

            if (back)
            {
                Announce();
                // The others need a moment to come back too before they may be taken for dead, or their users for gone.
                _steadySince = _nextBeat = time.GetTimestamp();
                _nextLook = After(options.ProcessBeat * 2);
                _settling = true;
            }

            var told = true;
            if (link.IsUp)
            {
                await BeatAsync();
                told = await TellAsync();
                await LookAsync();
            }

            var pause = time.GetElapsedTime(time.GetTimestamp(), _nextBeat);
            await Task.WhenAny(
                told ? wake : Task.Delay(Retry, time, stop),
                Task.Delay(pause > TimeSpan.Zero ? pause : link.IsUp ? TimeSpan.Zero : Retry, time, stop));
        }
    }

    /// <summary>Takes this process out, as far as the server is there.</summary>
    public async Task LeaveAsync()
    {
        if ((await CallAsync("leave")).Came)
        {
            await BuryAsync(servers.Process);
        }
    }

    /// <summary>How users are; null when the server is away.</summary>
    public async Task<IReadOnlyList<byte[]>?> ReadAsync(IEnumerable<UserId> users)
    {
        var reply = await CallAsync("read", [.. users.Select(user => (RedisValue)user.ToString())]);
        return reply.Came ? [.. ((RedisValue[]?)reply.Value ?? []).Select(document => (byte[]?)document ?? [])] : null;
    }

    private async Task BeatAsync()
    {
        if (time.GetTimestamp() < _nextBeat)
        {
            return;
        }

        _nextBeat = After(options.ProcessBeat);
        var mayBury = time.GetElapsedTime(_steadySince) > options.ProcessExpiry;
        var reply = await CallAsync("beat", Expiry, mayBury ? 1 : 0);
        if (!reply.Came || (RedisResult[]?)reply.Value is not [var again, .. var dead])
        {
            return;
        }

        // Who stood still itself must not judge the others by it.
        if (time.GetElapsedTime(_lastBeat) > options.ProcessExpiry / 2)
        {
            _steadySince = time.GetTimestamp();
            dead = [];
        }

        _lastBeat = time.GetTimestamp();
        if ((int)again == 1)
        {
            Announce();
        }

        foreach (var process in dead)
        {
            Log.Dead(logger, (string?)process ?? "", link.Endpoint);
            await BuryAsync((string?)process ?? "");
        }
    }

    private async Task BuryAsync(string process)
    {
        while (await CallAsync("bury", process, Expiry, MostBuried) is { Came: true } reply && (int)reply.Value == 1)
        {
            // There are more.
        }
    }

    /// <summary>False when the server did not take it; it will be told again.</summary>
    private async Task<bool> TellAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            var values = new List<RedisValue>(batch.Count * 3);
            foreach (var user in batch)
            {
                values.Add(user.UserId.ToString());
                values.Add(WireEnumConverter<PresenceState>.NameOf(user.State));
                values.Add(user.LastSeen?.ToUnixTimeMilliseconds() ?? 0);
            }

            if (!(await CallAsync("tell", [.. values])).Came)
            {
                lock (_gate)
                {
                    batch.ForEach(user => _untold.TryAdd(user.UserId, user));
                }

                return false;
            }
        }

        return true;
    }

    private List<PresenceInfo> Take()
    {
        lock (_gate)
        {
            var batch = _untold.Values.Take(MostTold).ToList();
            batch.ForEach(user => _untold.Remove(user.UserId));
            return batch;
        }
    }

    /// <summary>Looks how watched users are, and, after an outage, whether the server still has users whom this process has not.</summary>
    private async Task LookAsync()
    {
        if (time.GetTimestamp() < _nextLook)
        {
            return;
        }

        _nextLook = After(LookEvery);
        await presence.LookAsync(this, link);
        if (_settling && await CallAsync("mine") is { Came: true } reply)
        {
            // A telling that the outage held up can arrive after a later one.
            _settling = false;
            foreach (var value in (RedisValue[]?)reply.Value ?? [])
            {
                if (IdText.TryParse<UserId>((string?)value, out var user) && !presence.Has(user))
                {
                    Tell(new PresenceInfo(user, PresenceState.Offline, time.GetUtcNow()));
                }
            }
        }
    }

    private void Announce()
    {
        var mine = presence.MineAt(link);
        lock (_gate)
        {
            foreach (var user in mine)
            {
                _untold.TryAdd(user.UserId, user);
            }
        }
    }

    private ValueTask<RedisReply<RedisResult>> CallAsync(string command, params RedisValue[] more) =>
        link.TryAsync(Scripts.Presence, [], [command, servers.Prefix, servers.Process, .. more]);

    private RedisValue Expiry => options.ProcessExpiry.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);

    private long After(TimeSpan pause) => time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency);

    private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static partial class Log
    {
        [LoggerMessage(21, LogLevel.Warning, "Process {Process} is silent; its users at {Endpoint} count as gone.")]
        public static partial void Dead(ILogger logger, string process, string endpoint);
    }
}
