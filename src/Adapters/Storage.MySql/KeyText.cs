using System.Security.Cryptography;
using System.Text;

namespace Chat.Storage.MySql;

/// <summary>
/// The form in which a text of any length is a key. Indexes hold 128 code points; the ports promise no bound, so what is longer stands for
/// itself by its hash. Stored form: it never changes.
/// </summary>
internal static class KeyText
{
    private const int Most = 128;

    // A code point that is no character begins the hashes, so that a short text that looks like one is hashed as well.
    private const char Mark = '\uFFFF';

    public static string Of(string text) =>
        text.Length <= Most && !text.StartsWith(Mark) ? text : Mark + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
