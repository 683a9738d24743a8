using System.Xml.Linq;
using Chat.Abstractions;

namespace Chat.Gateway.Auth;

/// <summary>
/// Keeps the keys of one process in a folder which only the server's own user can read, so that tokens survive a restart. Whoever reads these
/// files can sign in as anybody.
/// </summary>
internal sealed class KeyFiles : IProtectionKeys
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Extension = ".xml";

    private readonly string _folder;
    private readonly Lock _gate = new();

    public KeyFiles(string folder)
    {
        _folder = folder;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
            // The folder may be older, or the process' mask stricter.
            File.SetUnixFileMode(folder, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<ProtectionKey>> ReadAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<ProtectionKey>>(
                [.. Files().Select(file => new ProtectionKey(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file)))]);
        }
    }

    /// <inheritdoc />
    public Task AddAsync(ProtectionKey key, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            Write(key);
            return Task.CompletedTask;
        }
    }

    /// <inheritdoc />
    public Task<bool> AddFirstAsync(ProtectionKey key, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (Files().Any())
            {
                return Task.FromResult(false);
            }

            Write(key);
            return Task.FromResult(true);
        }
    }

    private IEnumerable<string> Files() => Directory.EnumerateFiles(_folder, "*" + Extension).Order(StringComparer.Ordinal);

    private void Write(ProtectionKey key)
    {
        var path = Path.Combine(_folder, key.Name + Extension);
        if (File.Exists(path))
        {
            return;
        }

        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var stream = new FileStream(temporary, options))
        {
            XElement.Parse(key.Xml).Save(stream);
            stream.Flush(flushToDisk: true);
        }

        // Whole or not at all, whenever the process is killed.
        File.Move(temporary, path);
    }
}
