using System.Text;

namespace Chat.Cli.Sessions;

/// <summary>
/// The sessions of this user on this machine: one file for each profile, in a folder that only they may read. One of them is the current one:
/// the first, or the last that signed in without a name of its own, so that a script's session does not become the user's.
/// </summary>
internal sealed class Profiles(string folder)
{
    public const string Variable = "CHAT_PROFILE";

    private const int LongestName = 100;

    private string CurrentFile => Path.Combine(folder, "current");

    /// <summary>The profile of commands that name none; null when nobody signed in yet.</summary>
    public string? Current
    {
        get
        {
            try
            {
                return File.ReadAllText(CurrentFile).Trim() is var name && IsName(name) ? name : null;
            }
            catch (Exception ex) when (ex is FileNotFoundException or DirectoryNotFoundException)
            {
                return null;
            }
        }
    }

    /// <summary>Whether profiles may be called so: what every file system takes as a file's name.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= LongestName && name[0] != '.' && name.All(IsNameCharacter);

    public static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_';

    /// <summary>What is kept under that name; null for nothing.</summary>
    public SavedSession? Read(string name) => SessionFile.Read(FileOf(name));

    /// <summary>Where the tokens of a session with that server are kept.</summary>
    public SessionFile Store(string name, Uri server) => new(FileOf(name), server, TimeProvider.System);

    /// <summary>Makes a profile the current one.</summary>
    public void MakeCurrent(string name)
    {
        ConfigFolder.Make(folder);
        OwnerFile.Write(CurrentFile, Encoding.UTF8.GetBytes(name + "\n"));
    }

    private string FileOf(string name) => Path.Combine(folder, "sessions", name + ".json");
}

/// <summary>Which session a command is about.</summary>
/// <param name="Name">The profile; null when none is named and nobody signed in yet.</param>
/// <param name="Server">The server that was named; null for whichever the session belongs to.</param>
/// <param name="IsBound">Whether a session with another server will not do.</param>
/// <param name="IsNamed">Whether the profile was chosen by its name.</param>
internal sealed record ProfileChoice(string? Name, Uri? Server, bool IsBound, bool IsNamed)
{
    /// <summary>The command line goes before the environment, and a profile before a server.</summary>
    /// <exception cref="CliException">One of them is not well formed.</exception>
    public static ProfileChoice Make(string? profile, string? server, Profiles profiles)
    {
        var named = server is null ? null : ServerAddress.Parse(server);
        if (profile is not null)
        {
            return new(Checked(profile), named ?? FromEnvironment(), IsBound: named is not null, IsNamed: true);
        }

        if (named is null && Environment.GetEnvironmentVariable(Profiles.Variable) is { Length: > 0 } usual)
        {
            return new(Checked(usual), FromEnvironment(), IsBound: false, IsNamed: true);
        }

        return (named ?? FromEnvironment()) is { } address
            ? new(ServerAddress.ProfileOf(address), address, IsBound: true, IsNamed: false)
            : new(profiles.Current, null, IsBound: false, IsNamed: false);
    }

    private static Uri? FromEnvironment() =>
        Environment.GetEnvironmentVariable(ServerAddress.Variable) is { Length: > 0 } server ? ServerAddress.Parse(server) : null;

    private static string Checked(string profile) => Profiles.IsName(profile)
        ? profile
        : throw CliException.Usage("a profile's name has 1 to 100 of A-Z a-z 0-9 . - _ and does not begin with a dot");
}
