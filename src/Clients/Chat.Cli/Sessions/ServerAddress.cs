using System.Text;

namespace Chat.Cli.Sessions;

/// <summary>How people write a server's address, and the name of its profile.</summary>
internal static class ServerAddress
{
    public const string Variable = "CHAT_SERVER";

    /// <summary>Where a server of one's own listens.</summary>
    public static readonly Uri Usual = new("http://localhost:8080/");

    /// <summary>Reads an address; without a scheme it is https, and http on this machine.</summary>
    /// <exception cref="CliException">It is none.</exception>
    public static Uri Parse(string text)
    {
        var written = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        if (!Uri.TryCreate(written, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")
            || address.UserInfo.Length > 0 || address.Query.Length > 0 || address.Fragment.Length > 0)
        {
            throw CliException.Usage($"'{text}' is no server's address; write it as https://chat.example.org");
        }

        var plain = address.IsLoopback && !text.Contains("://", StringComparison.Ordinal);
        return new UriBuilder(address)
        {
            Scheme = plain ? "http" : address.Scheme,
            Port = address.IsDefaultPort ? -1 : address.Port,
            Path = address.AbsolutePath.TrimEnd('/') + "/",
        }.Uri;
    }

    /// <summary>The profile of a server for which nobody chose a name: its host, port and path.</summary>
    public static string ProfileOf(Uri server)
    {
        var name = new StringBuilder();
        foreach (var c in $"{server.Authority}{server.AbsolutePath.TrimEnd('/')}")
        {
            name.Append(Profiles.IsNameCharacter(c) ? c : '-');
        }

        return name.ToString().TrimStart('.', '-');
    }
}
