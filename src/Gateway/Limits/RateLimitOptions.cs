namespace Chat.Gateway.Limits;

/// <summary>Section <c>Chat:RateLimits</c>: how many calls one user or address may make. Too low a value refuses honest clients.</summary>
public sealed class RateLimitOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Chat:RateLimits";

    /// <summary>Sends, edits and reactions of a user.</summary>
    public RateLimit Send { get; set; } = new() { PerSecond = 100, Burst = 1000 };

    /// <summary>Typing calls of a user.</summary>
    public RateLimit Typing { get; set; } = new() { PerSecond = 20, Burst = 100 };

    /// <summary>Other calls of a user.</summary>
    public RateLimit Call { get; set; } = new() { PerSecond = 200, Burst = 1000 };

    /// <summary>Attempts to sign in, register, refresh or sign out from one address. Many users may share one.</summary>
    public RateLimit SignIn { get; set; } = new() { PerSecond = 20, Burst = 300 };

    /// <summary>Failed sign-ins with one user name, from anywhere. What a guesser gets; also what keeps the owner out while one guesses.</summary>
    public RateLimit FailedUser { get; set; } = new() { PerSecond = 0.1, Burst = 10 };

    /// <summary>Failed sign-ins from one address.</summary>
    public RateLimit FailedAddress { get; set; } = new() { PerSecond = 1, Burst = 100 };

    /// <summary>Calls without a valid token from one address.</summary>
    public RateLimit Anonymous { get; set; } = new() { PerSecond = 100, Burst = 500 };

    /// <summary>Hub requests (negotiations and connects) from one address.</summary>
    public RateLimit Connect { get; set; } = new() { PerSecond = 100, Burst = 2000 };

    /// <summary>Buckets kept at most for each kind, about 100 bytes each. When all are in use, further users or addresses share one.</summary>
    public int BucketsPerKind { get; set; } = 50_000;

    /// <summary>The limit of a kind.</summary>
    public RateLimit Of(RateKind kind) => kind switch
    {
        RateKind.Send => Send,
        RateKind.Typing => Typing,
        RateKind.Call => Call,
        RateKind.SignIn => SignIn,
        RateKind.FailedUser => FailedUser,
        RateKind.FailedAddress => FailedAddress,
        RateKind.Anonymous => Anonymous,
        RateKind.Connect => Connect,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind."),
    };

    /// <summary>What is wrong with these values, one sentence each; none when they can be used.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var kind in Enum.GetValues<RateKind>())
        {
            var limit = Of(kind);
            if (limit.PerSecond is not (> 0 and <= 1_000_000) || limit.Burst is < 1 or > 10_000_000)
            {
                yield return $"{Section}:{kind} must allow more than 0 and at most 1000000 PerSecond, with a Burst of 1 to 10000000.";
            }
        }

        if (BucketsPerKind is < 1 or > 10_000_000)
        {
            yield return $"{Section}:{nameof(BucketsPerKind)} is {BucketsPerKind}; it must be from 1 to 10000000.";
        }
    }
}

/// <summary>A token bucket: full at first, refilled steadily.</summary>
public sealed class RateLimit
{
    /// <summary>Calls a second in the long run.</summary>
    public double PerSecond { get; set; }

    /// <summary>Calls at once after a pause.</summary>
    public int Burst { get; set; }
}

/// <summary>What is limited. Keys are user ids (Send, Typing, Call), user names (FailedUser) or addresses (all others).</summary>
public enum RateKind
{
    /// <summary>Sends, edits and reactions of a user.</summary>
    Send = 0,

    /// <summary>Typing calls of a user.</summary>
    Typing = 1,

    /// <summary>Other calls of a user.</summary>
    Call = 2,

    /// <summary>Attempts to sign in from an address.</summary>
    SignIn = 3,

    /// <summary>Calls without a valid token from an address.</summary>
    Anonymous = 4,

    /// <summary>Hub requests from an address.</summary>
    Connect = 5,

    /// <summary>Failed sign-ins with a user name.</summary>
    FailedUser = 6,

    /// <summary>Failed sign-ins from an address.</summary>
    FailedAddress = 7,
}
