using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using Fovea.Cli.Flags;
using Fovea.Cli.Verbs;
using Fovea.Simd.Memory;

namespace Fovea.Cli;

/// <summary>The command line: its verbs, and the one place where an error becomes a message and an exit code.</summary>
public static class CommandLine
{
    // In the order of the help.
    private static readonly (string Name, Func<string[], Verb> Build)[] s_verbs =
    [
        ("train", TrainVerb.Build),
        ("compare", CompareVerb.Build),
        ("eval", static _ => EvalVerb.Build()),
        ("predict", static _ => PredictVerb.Build()),
        ("average", static _ => AverageVerb.Build()),
        ("explain", static _ => ExplainVerb.Build()),
        ("list", static _ => ListVerb.Build()),
        ("show", static _ => ShowVerb.Build()),
        ("check-data", static _ => CheckDataVerb.Build()),
        ("shard", static _ => ShardVerb.Build()),
        ("convert", static _ => ConvertVerb.Build()),
        ("export", static _ => ExportVerb.Build()),
        ("run", static _ => RunVerb.Build()),
        ("verify", static _ => VerifyVerb.Build()),
        ("bench", static _ => BenchVerb.Build()),
        ("profile", static _ => ProfileVerb.Build()),
        ("docs", static _ => DocsVerb.Build()),
        ("serve", static _ => ServeVerb.Build()),
        ("studio", static _ => StudioVerb.Build()),
        ("completion", static _ => CompletionVerb.Build()),
        ("version", static _ => VersionVerb.Build()),
        ("help", static _ => HelpVerb.Build()),
    ];

    /// <summary>The names of the verbs, in the order of the help.</summary>
    internal static IReadOnlyList<string> Verbs { get; } = [.. s_verbs.Select(v => v.Name)];

    /// <summary>
    /// Runs one command of this process: the whole of a program's <c>Main</c>. A program of your own registers its mechanisms, models and data
    /// first (<c>Catalog.Register</c>, <c>ModelCatalog.Register</c>, <c>DatasetFactory.Register</c>), and every verb knows them.
    /// </summary>
    /// <param name="args">The words after the program's name.</param>
    /// <returns>The exit code; see <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args)
    {
        if (OperatingSystem.IsWindows())
        {
            // Tables and formulas have characters that the console's code page may lack.
            Console.OutputEncoding = Encoding.UTF8;
        }

        HangupWriter.Guard();
        return Run(args, Console.Out, Console.Error);
    }

    /// <summary>Runs one command.</summary>
    /// <param name="args">The words after the program's name.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where messages go.</param>
    /// <param name="input">Opens the standard input; null for the process's.</param>
    /// <returns>The exit code; see <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error, Func<Stream>? input = null)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        PictureReaders.Register();
        ParseResult parsed = Root(args).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return Usage.Explain(parsed, error);
        }

        try
        {
            // The verbs that take time listen to Ctrl-C themselves: what "stop" means depends on the work.
            return parsed.Invoke(new StandardStreams
            {
                Input = input ?? Console.OpenStandardInput,
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
            error.WriteLine($"error: {(e is OutOfMemoryException and not NativeMemoryException ? "memory: the system has none left; take fewer or smaller images at a time, or end other processes." : e.Message)}");
            return code;
        }
    }

    /// <summary>
    /// The tree of verbs and flags: of all verbs, or of the one that the first word names, since making the flags of all takes longer than
    /// most commands do. Words that begin otherwise get the whole tree, for the help and for suggestions.
    /// </summary>
    /// <param name="args">The words that will be parsed, also for the record that a training run keeps of its command.</param>
    internal static RootCommand Root(string[] args)
    {
        var root = new RootCommand("Visual attention for .NET: train, evaluate, look inside. Start with: fovea train");
        bool all = !Array.Exists(s_verbs, v => v.Name == args.FirstOrDefault());
        foreach ((string name, Func<string[], Verb> build) in s_verbs)
        {
            if (all || name == args[0])
            {
                root.Subcommands.Add(build(args));
            }
        }

        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpText();
        foreach (string word in help.Aliases.Where(a => a[0] == '/').ToArray())
        {
            // Elsewhere than on Windows it is a path.
            help.Aliases.Remove(word);
        }

        root.Options.OfType<VersionOption>().Single().Action = new VersionText();
        root.SetAction(parsed =>
        {
            HelpText.Write(root, parsed.InvocationConfiguration.Output);
            return ExitCode.Done;
        });
        return root;
    }
}
