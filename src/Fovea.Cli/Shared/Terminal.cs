using Spectre.Console;

namespace Fovea.Cli;

/// <summary>Tables and progress on whatever the output is: colours on a terminal, plain text elsewhere.</summary>
internal static class Terminal
{
    public static IAnsiConsole On(TextWriter output) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new Output(output),
        Ansi = output == Console.Out && !Console.IsOutputRedirected ? AnsiSupport.Detect : AnsiSupport.No,
    });

    private sealed class Output(TextWriter writer) : IAnsiConsoleOutput
    {
        private readonly bool _isTerminal = writer == Console.Out && !Console.IsOutputRedirected;

        public TextWriter Writer => writer;

        public bool IsTerminal => _isTerminal;

        // Text that is piped into a file or another program is not to be broken at an imaginary screen's edge.
        public int Width => _isTerminal ? Math.Max(40, Console.WindowWidth) : 200;

        public int Height => 40;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
