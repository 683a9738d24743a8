using System.Text;
using Chat.Cli.Output;

namespace Chat.Cli.Input;

/// <summary>Questions to whoever sits at the terminal.</summary>
internal static class Prompt
{
    /// <summary>Asks for the user name.</summary>
    /// <exception cref="CliException">Nobody is there to be asked.</exception>
    public static string Username(Notes notes, Uri server)
    {
        if (Console.IsInputRedirected)
        {
            throw CliException.Usage("there is no terminal to ask for the user name; give it with --username");
        }

        notes.Ask($"User name at {server}: ");
        return Console.ReadLine()?.Trim() ?? throw CliException.Usage("no user name was given");
    }

    /// <summary>Asks for the password, without showing it.</summary>
    /// <exception cref="CliException">Nobody is there to be asked.</exception>
    public static async Task<string> PasswordAsync(Notes notes, bool twice, CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            throw CliException.Usage("there is no terminal to ask for the password; hand it over with --password-stdin");
        }

        var password = await HiddenLineAsync(notes, "Password: ", cancellationToken);
        return !twice || await HiddenLineAsync(notes, "The same again: ", cancellationToken) == password
            ? password
            : throw CliException.Usage("the two passwords are not the same");
    }

    private static async Task<string> HiddenLineAsync(Notes notes, string question, CancellationToken cancellationToken)
    {
        notes.Ask(question);
        try
        {
            // Reading a key cannot be called off, only left behind.
            return await Task.Run(ReadHidden, CancellationToken.None).WaitAsync(cancellationToken);
        }
        finally
        {
            notes.Ask("\n");
        }
    }

    private static string ReadHidden()
    {
        var line = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key)
            {
                case { Key: ConsoleKey.Enter }:
                    return line.ToString();
                case { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } when line.Length == 0:
                    throw CliException.Usage("no password was given");
                case { Key: ConsoleKey.Backspace } when line.Length > 0:
                    line.Length -= line.Length > 1 && char.IsSurrogatePair(line[^2], line[^1]) ? 2 : 1;
                    break;
                case { Key: ConsoleKey.U, Modifiers: ConsoleModifiers.Control }:
                    line.Clear();
                    break;
                case { KeyChar: var c } when !char.IsControl(c):
                    line.Append(c);
                    break;
            }
        }
    }
}
