using System.Xml.Linq;
using Chat.Abstractions;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Chat.Gateway.Auth;

/// <summary>
/// Lets data protection keep its keys where the store says. Its interface is synchronous; it is asked at start and about once a day, on threads
/// of its own.
/// </summary>
internal sealed class KeyRing(IProtectionKeys keys) : IXmlRepository
{
    private volatile bool _wasEmpty;

    public IReadOnlyCollection<XElement> GetAllElements()
    {
#pragma warning disable VSTHRD002 // Synchronous by its interface; the store's tasks need no thread of the caller's.
        var found = keys.ReadAsync().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        _wasEmpty = found.Count == 0;
        return [.. found.Select(key => XElement.Parse(key.Xml))];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        var key = new ProtectionKey(friendlyName, element.ToString(SaveOptions.DisableFormatting));
        // Processes that start together on an empty store each make a key. One is kept; the others' makers read again and take that one.
#pragma warning disable VSTHRD002 // As above.
        (_wasEmpty ? keys.AddFirstAsync(key) : keys.AddAsync(key)).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }
}
