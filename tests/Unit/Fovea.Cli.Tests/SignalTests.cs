using System.Diagnostics;
using System.Text.Json.Nodes;
using Fovea.Testing;

namespace Fovea.Cli.Tests;

/// <summary>Ctrl-C and SIGTERM on the real program, in a process of its own.</summary>
public sealed class SignalTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _started = [];

    public SignalTests() => TinyData.MakeDivided(_folder.File("data"));

    public void Dispose()
    {
        foreach (Process process in _started)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }

            process.Dispose();
        }

        _folder.Dispose();
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task The_first_signal_ends_the_run_where_it_can_go_on(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no kill to send signals with");
        Assert.SkipWhen(signal == "INT" && InheritedSignals.IgnoresInterrupts, InheritedSignals.Interrupts);
        Process train = Start("--epochs", "20000");
        await WaitFor(train.StandardError, "epoch     1/20000");
        Send(train, signal);
        string rest = await train.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        string json = await train.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.True(train.WaitForExit(s_patience));
        Assert.Equal(ExitCode.Interrupted, train.ExitCode);
        string run = _folder.File("runs/signal");
        Assert.Contains("stopping after this step", rest, StringComparison.Ordinal);
        Assert.Matches($@"Continue with:\r?\n  \S.* train --resume {run}", rest);
        Assert.True(File.Exists(Path.Combine(run, "checkpoints", "interrupt.ckpt")));
        Assert.Equal("interrupted", (string)JsonNode.Parse(File.ReadAllText(Path.Combine(run, "status.json")))!["state"]!);
        Assert.Equal("Interrupted", (string)JsonNode.Parse(json)!["outcome"]!);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task The_first_signal_ends_work_that_makes_no_run(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no kill to send signals with");
        Assert.SkipWhen(signal == "INT" && InheritedSignals.IgnoresInterrupts, InheritedSignals.Interrupts);
        string[] cases = [.. Enumerable.Repeat(Path.Combine(Repository.Root, "tests", "golden", "mechanisms"), 50)];
        Process verify = Keep(Launch("verify", [.. cases, "--path", "all"]));
        await WaitFor(verify.StandardOutput, "PASS");
        Send(verify, signal);
        string error = await verify.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.True(verify.WaitForExit(s_patience));
        Assert.Equal((ExitCode.Interrupted, "stopping\ninterrupted\n"), (verify.ExitCode, error.ReplaceLineEndings("\n")));
    }

    // Whether the second comes before the step is done or after it, a shell sees the same code.
    [Fact]
    public async Task A_second_signal_ends_the_process()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no kill to send signals with");
        Assert.SkipWhen(InheritedSignals.IgnoresInterrupts, InheritedSignals.Interrupts);
        Process train = Start("--epochs", "20000");
        await WaitFor(train.StandardError, "epoch     1/20000");
        Send(train, "INT");
        Send(train, "INT");
        Assert.True(train.WaitForExit(s_patience));
        Assert.Equal(ExitCode.Interrupted, train.ExitCode);
    }

    private static async Task WaitFor(StreamReader reader, string beginning)
    {
        using var patience = new CancellationTokenSource(s_patience);
        string seen = string.Empty;
        while (await reader.ReadLineAsync(patience.Token) is { } line)
        {
            seen += line + "\n";
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"the process ended without \"{beginning}\":\n{seen}");
    }

    private static void Send(Process process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        Assert.True(kill.WaitForExit(s_patience));
    }

    private Process Start(params string[] more) => Keep(Launch("train",
    [
        "--data", _folder.File("data"), "--model", "resnet8", "--image-size", "16", "--batch-size", "4", "--workers", "1", "--threads", "1",
        "--output", _folder.File("runs"), "--name", "signal", "--json", .. more,
    ]));

    private Process Keep(Process process)
    {
        _started.Add(process);
        return process;
    }

    private static Process Launch(string verb, string[] more) => Process.Start(new ProcessStartInfo("dotnet",
    [
        Path.Combine(AppContext.BaseDirectory, "fovea.dll"), verb, .. more,
    ])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
