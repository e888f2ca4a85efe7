using System.Text.Json.Nodes;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Terminals;

/// <summary>A training run in a real terminal: what is seen while it goes on, after the window changed, and after it was stopped in each of the ways.</summary>
public sealed class PseudoTerminalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private PseudoTerminal? _terminal;

    public PseudoTerminalTests() => TinyData.MakeDivided(_folder.File("data"));

    public void Dispose()
    {
        _terminal?.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(30)]
    public void One_bar_is_seen_through_epochs_and_resizing_and_none_is_left(int columns)
    {
        PseudoTerminal terminal = Start(columns);
        foreach ((int width, int epochs) in new[] { (columns, 4), (30, 6), (120, 8), (45, 10) })
        {
            terminal.Resize(width);
            terminal.WaitFor(s => Epochs(s) >= epochs);
            terminal.WaitFor(HasOneBarAtTheEnd);
        }

        terminal.Interrupt();
        Assert.Equal(ExitCode.Interrupted, terminal.WaitForExit());
        terminal.See(RequireOrder);
        Assert.Contains("stopping after this step; press Ctrl-C again to quit at once", terminal.See(s => string.Join('\n', s.LogicalLines)), StringComparison.Ordinal);
        Assert.Contains(terminal.See(s => s.LogicalLines), l => l.Contains(" train --resume ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_second_interrupt_leaves_the_screen_in_order()
    {
        PseudoTerminal terminal = Start(80);
        terminal.WaitFor(HasOneBarAtTheEnd);
        terminal.Interrupt();
        terminal.Interrupt();
        Assert.Equal(ExitCode.Interrupted, terminal.WaitForExit());
        terminal.See(RequireOrder);
    }

    [Fact]
    public void Measuring_shows_a_bar_and_stops_at_an_interrupt()
    {
        Assert.SkipWhen(PseudoTerminal.Missing is not null, PseudoTerminal.Missing ?? string.Empty);
        PseudoTerminal terminal = _terminal = new PseudoTerminal(80, [], "bench", "--mechanism", "se", "--shape", "1,32,4,4", "--runs", "1000000000");
        terminal.WaitFor(s => s.LogicalLines[^1].StartsWith("running ", StringComparison.Ordinal));
        terminal.Interrupt();
        Assert.Equal(ExitCode.Interrupted, terminal.WaitForExit());
        Assert.DoesNotContain(terminal.See(s => s.LogicalLines), l => l.StartsWith("running", StringComparison.Ordinal));
        Assert.Contains(terminal.See(s => s.LogicalLines), l => l == "interrupted");
    }

    // A terminal that is closed sends SIGHUP, and nothing can be written to it any more.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_terminal_that_is_closed_leaves_a_checkpoint(bool closes)
    {
        Assert.SkipWhen(InheritedSignals.IgnoresHangups, InheritedSignals.Hangups);
        PseudoTerminal terminal = Start(80);
        terminal.WaitFor(s => Epochs(s) >= 1);
        if (closes)
        {
            terminal.Close();
        }
        else
        {
            terminal.Send("HUP");
        }

        Assert.Equal(ExitCode.Interrupted, terminal.WaitForExit());
        string run = _folder.File("runs/terminal");
        Assert.True(File.Exists(Path.Combine(run, "checkpoints", "interrupt.ckpt")));
        Assert.Equal("interrupted", (string)JsonNode.Parse(File.ReadAllText(Path.Combine(run, "status.json")))!["state"]!);
    }

    [Theory]
    [InlineData("TERM=dumb")]
    [InlineData("NO_COLOR=1", "TERM=dumb")]
    public void A_terminal_that_can_do_nothing_gets_plain_lines(params string[] environment)
    {
        PseudoTerminal terminal = Start(100, environment, "--epochs", "2");
        Assert.Equal(ExitCode.Done, terminal.WaitForExit());
        Assert.DoesNotContain("\e[", terminal.All.Replace("\e[?1h", string.Empty, StringComparison.Ordinal).Replace("\e[?1l", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(2, terminal.See(Epochs));
    }

    [Fact]
    public void Quiet_shows_the_result_alone_and_no_colour_where_none_is_wanted()
    {
        PseudoTerminal terminal = Start(100, ["NO_COLOR=1"], "--epochs", "1", "--quiet");
        Assert.Equal(ExitCode.Done, terminal.WaitForExit());
        Assert.Contains("completed", terminal.All, StringComparison.Ordinal);
        Assert.DoesNotContain("run: ", terminal.All, StringComparison.Ordinal);
        Assert.DoesNotContain("epoch ", terminal.All, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\e\[(3|9)[0-9]m|\e\[38;", terminal.All);
    }

    private static int Epochs(Screen screen) => screen.LogicalLines.Count(l => l.StartsWith("epoch", StringComparison.Ordinal) && l.Contains("val loss", StringComparison.Ordinal));

    private static bool IsBar(string line) => line.StartsWith("epoch", StringComparison.Ordinal) && !line.Contains("val loss", StringComparison.Ordinal);

    // Between two drawings there may be none; never two, and never one above a line.
    private static bool HasOneBarAtTheEnd(Screen screen)
    {
        Assert.True(screen.LogicalLines.Count(IsBar) <= 1, string.Join('\n', screen.Lines));
        return IsBar(screen.LogicalLines[^1]);
    }

    private static bool RequireOrder(Screen screen)
    {
        Assert.DoesNotContain(screen.LogicalLines, l => IsBar(l) || l.StartsWith("evaluating", StringComparison.Ordinal));
        Assert.True(screen.HasCursor);
        return true;
    }

    private PseudoTerminal Start(int columns, string[]? environment = null, params string[] more)
    {
        Assert.SkipWhen(PseudoTerminal.Missing is not null, PseudoTerminal.Missing ?? string.Empty);
        string[] epochs = more.Contains("--epochs") ? [] : ["--epochs", "20000"];
        return _terminal = new PseudoTerminal(columns, environment ?? [],
        [
            "train", "--data", _folder.File("data"), "--model", "resnet8", "--image-size", "16", "--batch-size", "4", "--workers", "1", "--threads", "1",
            "--output", _folder.File("runs"), "--name", "terminal", .. epochs, .. more,
        ]);
    }
}
