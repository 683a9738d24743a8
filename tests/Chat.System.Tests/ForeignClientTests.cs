using System.Diagnostics;
using System.Reflection;
using System.Text;
using Xunit.Abstractions;

namespace Chat.SystemTests;

/// <summary>The official JavaScript client against the hub: what outside clients are written with.</summary>
public sealed class ForeignClientTests(ITestOutputHelper output) : SystemTest(output)
{
    private static readonly TimeSpan Enough = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Official_SignalR_client_drives_the_hub_contract_end_to_end()
    {
        var folder = typeof(ForeignClientTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "NodeScripts").Value!;
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "@microsoft", "signalr")))
        {
            var (installed, said) = await RunAsync(folder, "npm", "ci");
            installed.ShouldBe(0, said);
        }

        var (code, text) = await RunAsync(folder, "node", "contract.mjs", Server.Address.ToString().TrimEnd('/'));

        Say(text);
        code.ShouldBe(0, text);
        text.ShouldContain("all ok");
    }

    private static async Task<(int Code, string Output)> RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new(program, arguments) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        var text = new StringBuilder();
        void Keep(string? line)
        {
            lock (text)
            {
                text.AppendLine(line);
            }
        }

        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var due = new CancellationTokenSource(Enough, TimeProvider.System);
        try
        {
            await process.WaitForExitAsync(due.Token);
        }
        catch (OperationCanceledException ex)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} was not through within {Enough}:{Environment.NewLine}{text}", ex);
        }

        lock (text)
        {
            return (process.ExitCode, text.ToString());
        }
    }
}
