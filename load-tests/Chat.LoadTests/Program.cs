using System.CommandLine;
using Chat.LoadTests;
using Chat.LoadTests.Reports;
using Chat.LoadTests.Scenarios;
using Chat.LoadTests.Servers;
using Spectre.Console;

var url = new Option<Uri?>("--url") { Description = "A running server; without it one is started." };
var any = new Option<bool>("--any-address") { Description = "Load a server on another machine." };
var server = new Option<string?>("--server") { Description = "Assembly of the server to start." };
var arguments = new Option<string[]>("--server-arg") { Description = "A further argument of the started server; may be repeated." };
var environment = new Option<string[]>("--server-env") { Description = "NAME=value for the started server; may be repeated." };
var connections = new Option<int>("--connections") { Description = "How many connections." };
var rooms = new Option<int>("--rooms") { Description = "How many rooms." };
var gateways = new Option<int>("--gateways") { Description = "How many gateways are compared with one." };
var rate = new Option<int>("--rate") { Description = "Messages a second, over all rooms." };
var seconds = new Option<double>("--seconds") { Description = "How long each measurement lasts, at most 120." };
var rounds = new Option<int>("--rounds") { Description = "How often comparisons alternate, or starts repeat." };
var text = new Option<int>("--text-bytes") { Description = "Bytes of each message's text.", DefaultValueFactory = _ => 100 };
var noBare = new Option<bool>("--no-bare") { Description = "Leave out the comparison with SignalR alone." };
var json = new Option<string?>("--json") { Description = "File to which the results are added as JSON lines." };

// Tables for files and pipes are not folded to a terminal that is not there.
var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect });
console.Profile.Width = Console.IsOutputRedirected ? 400 : console.Profile.Width;

var root = new RootCommand("Loads a chat server and measures it.");
foreach (var (name, what, scenario) in Scenario.All)
{
    var command = new Command(name, what)
    {
        url, any, server, arguments, environment, connections, rooms, gateways, rate, seconds, rounds, text, noBare, json,
    };
    command.SetAction(async (parsed, cancellation) =>
    {
        var options = new RunOptions
        {
            Url = parsed.GetValue(url),
            AnyAddress = parsed.GetValue(any),
            Server = parsed.GetValue(server),
            ServerArguments = parsed.GetValue(arguments) ?? [],
            ServerEnvironment = parsed.GetValue(environment) ?? [],
            Connections = parsed.GetValue(connections),
            Rooms = parsed.GetValue(rooms),
            Gateways = parsed.GetValue(gateways),
            Rate = parsed.GetValue(rate),
            Seconds = parsed.GetValue(seconds),
            Rounds = parsed.GetValue(rounds),
            TextBytes = parsed.GetValue(text),
            Bare = !parsed.GetValue(noBare),
            Json = parsed.GetValue(json),
        };
        try
        {
            options.Check();
            var report = new Report(console, options.Json);
            await using (var run = new Run(options, report))
            {
                await scenario(run).WaitAsync(cancellation);
            }

            report.Print();
            return 0;
        }
        catch (LoadTestException fault)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return 1;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 130;
        }
    });
    root.Add(command);
}

// Ctrl-C leaves time to end the servers and to delete what they kept.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
