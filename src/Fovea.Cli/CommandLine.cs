using System.CommandLine;
using System.CommandLine.Help;
using Fovea.Cli.Verbs;

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
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        ParseResult parsed = Root(args).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return Usage.Explain(parsed, error);
        }

        try
        {
            // The verbs that take time listen to Ctrl-C themselves: what "stop" means depends on the work.
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("interrupted");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (ExitCode.Of(e) is { } code)
        {
            error.WriteLine($"error: {e.Message}");
            return code;
        }
    }

    /// <summary>The whole tree of verbs and flags.</summary>
    /// <param name="args">The words that will be parsed, for the record that a training run keeps of its command.</param>
    internal static RootCommand Root(string[] args)
    {
        var root = new RootCommand("Visual attention for .NET: train, evaluate, look inside. Start with: fovea train")
        {
            TrainVerb.Build(args),
            EvalVerb.Build(),
            PredictVerb.Build(),
            ListVerb.Build(),
            ShowVerb.Build(),
            CheckDataVerb.Build(),
            ConvertVerb.Build(),
            VerifyVerb.Build(),
            BenchVerb.Build(),
            ProfileVerb.Build(),
            DocsVerb.Build(),
        };
        root.Options.OfType<HelpOption>().Single().Action = new HelpText();
        root.SetAction(parsed =>
        {
            HelpText.Write(root, parsed.InvocationConfiguration.Output);
            return ExitCode.Done;
        });
        return root;
    }
}
