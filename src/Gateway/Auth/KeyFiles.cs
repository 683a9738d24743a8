using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Chat.Gateway.Auth;

/// <summary>
/// Keeps the keys that access tokens are protected with in a folder which only the server's own user can read, so that tokens survive a
/// restart. Whoever reads these files can sign in as anybody.
/// </summary>
internal sealed class KeyFiles : IXmlRepository
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder;

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

    public IReadOnlyCollection<XElement> GetAllElements() =>
        [.. Directory.EnumerateFiles(_folder, "*.xml").Order(StringComparer.Ordinal).Select(file => XElement.Load(file))];

    public void StoreElement(XElement element, string friendlyName)
    {
        var path = Path.Combine(_folder, $"{friendlyName}.xml");
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var stream = new FileStream(temporary, options))
        {
            element.Save(stream);
            stream.Flush(flushToDisk: true);
        }

        // Whole or not at all, whenever the process is killed.
        File.Move(temporary, path, overwrite: true);
    }
}
