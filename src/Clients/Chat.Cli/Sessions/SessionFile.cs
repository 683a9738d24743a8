using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Client;

namespace Chat.Cli.Sessions;

/// <summary>
/// The session of one profile in a file, which any number of processes share. A lock file beside it sees to it that one at a time changes
/// it: it stays, since removing it would let two processes hold locks on two files of that name.
/// </summary>
/// <param name="path">The file, which need not be there.</param>
/// <param name="server">Whose tokens they are. What the file holds of another server counts as nothing.</param>
/// <param name="clock">The clock of the wait for the lock.</param>
internal sealed class SessionFile(string path, Uri server, TimeProvider clock) : ITokenStore
{
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(20);

    /// <summary>What a file holds; null when there is none.</summary>
    /// <exception cref="CliException">It is no such file.</exception>
    public static SavedSession? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), SessionJson.Default.SavedSession);
        }
        catch (Exception ex) when (ex is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException ex)
        {
            throw new CliException(ExitCode.Unexpected, CliCodes.Failed, $"{path} is damaged; remove it and sign in again", ex);
        }
    }

    /// <inheritdoc />
    public Task<SessionTokens?> ReadAsync(CancellationToken cancellationToken = default) => Task.FromResult(Mine());

    /// <inheritdoc />
    public async Task<SessionTokens?> ChangeAsync(
        Func<SessionTokens?, Task<SessionTokens?>> change, CancellationToken cancellationToken = default)
    {
        using var held = await LockAsync(cancellationToken);
        var before = Mine();
        var after = await change(before);
        if (after != before)
        {
            OwnerFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(new SavedSession(server, after), SessionJson.Default.SavedSession));
        }

        return after;
    }

    private SessionTokens? Mine() => Read(path) is { } saved && saved.Server == server ? saved.Session : null;

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        ConfigFolder.Make(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                // Not shared: that is a lock between processes on every system, and the system lifts it when the process ends.
                return OwnerFile.Open(path + ".lock", FileMode.OpenOrCreate);
            }
            catch (IOException) when (File.Exists(path + ".lock"))
            {
                await Task.Delay(LockPoll, clock, cancellationToken);
            }
        }
    }
}

/// <summary>What a session file holds.</summary>
/// <param name="Server">The server that the session is with.</param>
/// <param name="Session">Its tokens; null when signed out.</param>
internal sealed record SavedSession(Uri Server, SessionTokens? Session);

/// <summary>The form of the file.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(SavedSession))]
internal sealed partial class SessionJson : JsonSerializerContext;
