using System.Runtime.InteropServices;
using Spectre.Console;

namespace Fovea.Cli;

/// <summary>Tables and progress on whatever the output is: colours on a terminal, plain text elsewhere.</summary>
internal static class Terminal
{
    // Text that is piped into a file or another program is not to be broken at an imaginary screen's edge.
    private const int WidthElsewhere = 200;
    private const int HelpWidthElsewhere = 120;

    // Running text is not set narrower: the terminal breaks it.
    private const int NarrowestHelp = 40;

    public static IAnsiConsole On(TextWriter output) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new Output(output),
        Ansi = IsTerminal(output) ? AnsiSupport.Detect : AnsiSupport.No,
    });

    /// <summary>The bottom line of a terminal on which the cursor can be moved; null for others, for files and for pipes.</summary>
    public static LiveLine? BottomLineOf(TextWriter output) =>
        IsTerminal(output) && On(output) is { Profile.Capabilities: { Ansi: true, Interactive: true } } console
            ? new LiveLine(output, WindowWidth, watch: WatchResizing) { HasColors = console.Profile.Capabilities.ColorSystem != ColorSystem.NoColors }
            : null;

    /// <summary>Whether a person watches what is written there.</summary>
    public static bool IsTerminal(TextWriter output) =>
        (output == Console.Out && !Console.IsOutputRedirected) || (output == Console.Error && !Console.IsErrorRedirected);

    /// <summary>Columns for running text.</summary>
    public static int WidthOf(TextWriter output) => IsTerminal(output) ? Math.Max(NarrowestHelp, WindowWidth()) : HelpWidthElsewhere;

    // A terminal that does not tell its width (a serial line, some containers) says 0.
    private static int WindowWidth() => Console.WindowWidth is var width and > 0 ? width : 80;

    private static PosixSignalRegistration? WatchResizing(Action resized) =>
        OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => resized());

    private sealed class Output(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal { get; } = Terminal.IsTerminal(writer);

        public int Width => IsTerminal ? WindowWidth() : WidthElsewhere;

        public int Height => 40;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
