using Spectre.Console;

namespace Fovea.Cli;

/// <summary>Tables and progress on whatever the output is: colours on a terminal, plain text elsewhere.</summary>
internal static class Terminal
{
    // Text that is piped into a file or another program is not to be broken at an imaginary screen's edge.
    private const int WidthElsewhere = 200;
    private const int HelpWidthElsewhere = 120;

    public static IAnsiConsole On(TextWriter output) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new Output(output),
        Ansi = IsTerminal(output) ? AnsiSupport.Detect : AnsiSupport.No,
    });

    /// <summary>Whether a person watches what is written there.</summary>
    public static bool IsTerminal(TextWriter output) =>
        (output == Console.Out && !Console.IsOutputRedirected) || (output == Console.Error && !Console.IsErrorRedirected);

    /// <summary>Columns for running text.</summary>
    public static int WidthOf(TextWriter output) => IsTerminal(output) ? WindowWidth() : HelpWidthElsewhere;

    // A terminal that does not tell its width (a serial line, some containers) says 0.
    private static int WindowWidth() => Console.WindowWidth is var width and >= 40 ? width : 80;

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
