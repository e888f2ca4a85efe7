using System.CommandLine;
using Fovea.Cli.Verbs;
using Fovea.Training;

namespace Fovea.Cli;

/// <summary>The command line: its verbs, and the one place where an error becomes a message and an exit code.</summary>
public static class CommandLine
{
    /// <summary>Runs one command.</summary>
    /// <param name="args">The words after the program's name.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where messages go.</param>
    /// <returns>The exit code; see <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(error);
        RootCommand root = Root();
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return Usage.Explain(parsed, error);
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (ExitCode.Of(e) is { } code)
        {
            error.WriteLine($"error: {e.Message}");
            return code;
        }
    }

    /// <summary>All verbs.</summary>
    public static RootCommand Root() => new("Visual attention for .NET: train, evaluate, look inside. Start with: fovea train")
    {
        VerifyVerb.Build(),
        ListVerb.Build(),
        ShowVerb.Build(),
    };
}
