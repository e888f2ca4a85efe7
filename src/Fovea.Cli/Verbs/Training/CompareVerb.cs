using System.CommandLine;
using System.Globalization;
using Fovea.Cli.Explaining;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Training;

namespace Fovea.Cli.Verbs;

/// <summary><c>compare</c>: which mechanism pays on some data, and what it costs.</summary>
internal static class CompareVerb
{
    // What a comparison that goes on takes from the command line; the rest is its own plan's.
    private static readonly string[] s_resumable = ["--resume", "--workers", "--threads", "--memory-limit", "--checkpoint-seconds", .. DeviceFlag.Names];

    /// <summary>Builds the verb.</summary>
    /// <param name="args">The words of the command line, for the runs' <c>command.txt</c>.</param>
    public static Verb Build(IReadOnlyList<string> args)
    {
        var verb = new Verb(
            "compare",
            "Train candidates that differ in their attention mechanism, or in the weights they start from, by the same recipe on the same data with the same seeds, and say which is better beyond "
            + "chance and what it costs: a page with scores, corrected tests, parameters, multiply-adds, time and memory. Ctrl-C stops after the step in progress; the same command goes on.",
            "fovea compare --data cifar10/ --model resnet20-cifar --attention none,se,eca,cbam --seeds 3 --epochs 15",
            "fovea compare --data photos/ --model resnet18 --attention none,se,eca,cbam,bam,coordinate,simam,triplet --budget 2h",
            "fovea compare --data photos/ --attention none,cbam --start resnet18.pth,random --model resnet18 --epochs 20",
            "fovea compare --resume runs/compare/photos-resnet18");
        FlagSet<ComparisonOptions> own = CompareFlags.Build();
        own.AddTo(verb);
        FlagSet<TrainOptions> recipe = TrainFlags.Shared();
        recipe.AddTo(verb);
        Option<bool> json = verb.AddJson("Print the result as the last line, in JSON; everything else goes to the standard error.");
        Option<bool> quiet = verb.AddQuiet();
        verb.SetAction(parsed =>
        {
            string[] given = [.. own.Given(parsed).Select(f => f.Option.Name), .. recipe.Given(parsed).Select(f => f.Option.Name)];
            string[] refused = [.. given.Except(s_resumable)];
            if (given.Contains("--resume") && refused.Length > 0)
            {
                throw new OptionException("resume",
                    $"a comparison goes on with its own options; leave out {string.Join(", ", refused)}. Only {string.Join(", ", s_resumable[1..])} can be given.");
            }

            ComparisonOptions options = own.Apply(parsed, new ComparisonOptions()) with
            {
                Training = recipe.Apply(parsed, new TrainOptions()) with { CommandLine = Shell.Join(args.Prepend("fovea")) },
            };
            return Run(options, parsed.GetValue(json), parsed.GetValue(quiet), parsed.InvocationConfiguration);
        });
        return verb;
    }

    private static int Run(ComparisonOptions options, bool json, bool quiet, InvocationConfiguration where)
    {
        TextWriter people = json ? where.Error : where.Output;
        ComparisonResult result = ProgressRunner.Run(
            people, where.Error, quiet, "stopping after this step; press Ctrl-C again to quit at once",
            (progress, stop) => ModelComparison.Run(options, progress, stop, [new LookedSection()]));
        if (!result.IsComplete)
        {
            people.WriteLine($"Interrupted with {result.Runs.Done} of {Quantity.Of(result.Runs.All, "run")} done; nothing is lost. Continue with:");
            people.WriteLine($"  {Invocation.Of(result.ResumeCommand ?? string.Empty)}");
        }
        else
        {
            Terminal.On(people).Write(ResultTables.Of(Table(result)));
            people.WriteLine(result.Conclusion);
            people.WriteLine(result.Method);
            foreach (ComparedCandidate candidate in result.Candidates.Where(c => c.Note is not null))
            {
                people.WriteLine($"{candidate.Name}: {candidate.Note}");
            }

            people.WriteLine($"Report: {result.Report}");
        }

        if (json)
        {
            where.Output.WriteLine(result.ToJson());
        }

        return result.IsComplete ? ExitCode.Done : ExitCode.Interrupted;
    }

    private static EvaluationTable Table(ComparisonResult result) => new(
        $"{result.Model} on {result.Data}",
        ["candidate", result.Metric.Title, "95 % interval", "difference", "corrected p", "parameters", "multiply-adds", "ms a step", "memory"],
        [.. result.Candidates.Select(c => Row(result, c))]);

    private static IReadOnlyList<string> Row(ComparisonResult result, ComparedCandidate c)
    {
        const string none = "n.a.";
        bool isBaseline = c == result.Baseline;
        return
        [
            c.Name,
            c.Score is { } score ? result.Metric.Text(score.Value) : c.Outcome.ToString().ToLowerInvariant(),
            c.Score is { Low: { } low, High: { } high } ? $"{result.Metric.Text(low)} to {result.Metric.Text(high)}" : none,
            isBaseline ? "–" : c.Difference is { } difference ? result.Metric.SignedText(difference.Value) : none,
            isBaseline ? "–" : c.CorrectedProbability is { } p ? p < 0.001 ? "< 0.001" : p.ToString("0.000", CultureInfo.InvariantCulture) : none,
            Quantity.Count(c.Parameters),
            Quantity.Count(c.MultiplyAdds),
            (1000 * c.StepSeconds).ToString("0.00", CultureInfo.InvariantCulture),
            c.MemoryBytes is { } bytes ? Quantity.Bytes(bytes) : none,
        ];
    }
}
