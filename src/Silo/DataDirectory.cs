using Microsoft.Extensions.Configuration;

namespace Chat.Silo;

/// <summary>
/// The folder where an embedded server keeps everything: database, keys. One process at a time; the lock ends with the process, however that
/// ends.
/// </summary>
public sealed class DataDirectory : IDisposable
{
    /// <summary>The setting that names it.</summary>
    public const string Key = "Chat:DataDirectory";

    private const string LockName = "chat.lock";

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>Takes the configured folder when the store is one that is kept in it; null when this process keeps nothing of its own.</summary>
    /// <exception cref="SettingsException">As for <see cref="Take"/>.</exception>
    public static DataDirectory? TakeIfNeeded(IConfiguration configuration) =>
        SiloHosting.IsEmbedded(configuration) ? Take(configuration[Key] ?? "data") : null;

    /// <summary>Makes the folder if need be and takes it.</summary>
    /// <exception cref="SettingsException">It cannot be written, or another process has it.</exception>
    public static DataDirectory Take(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(full);
            }
            else
            {
                Directory.CreateDirectory(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The data directory {full} cannot be made: {e.Message}");
        }

        try
        {
            return new DataDirectory(full, new FileStream(System.IO.Path.Combine(full, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException)
        {
            throw new SettingsException($"The data directory {full} cannot be written by this user.");
        }
        catch (IOException e)
        {
            throw new SettingsException($"The data directory {full} is in use by another process, or cannot be written ({e.Message}).");
        }
    }

    /// <inheritdoc />
    public void Dispose() => _lock.Dispose();
}
