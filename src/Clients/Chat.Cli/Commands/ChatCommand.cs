using System.CommandLine;

namespace Chat.Cli.Commands;

/// <summary>A command of the program, with examples in its help.</summary>
internal sealed class ChatCommand(string name, string description, Func<CommandRun, Task> work, params IReadOnlyList<string> examples)
    : Command(name, description)
{
    /// <summary>Does it. Returning is success; everything else is an exception.</summary>
    public Func<CommandRun, Task> Work => work;

    /// <summary>Command lines that show its use.</summary>
    public IReadOnlyList<string> Examples => examples;
}
