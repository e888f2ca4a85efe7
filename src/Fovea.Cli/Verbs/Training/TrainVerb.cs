using System.CommandLine;
using Fovea.Cli.Explaining;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Cli.Ranks;
using Fovea.Cli.Trials;
using Fovea.Distributed;
using Fovea.Training;
using Spectre.Console;

namespace Fovea.Cli.Verbs;

/// <summary><c>train</c>: trains a classifier, and continues a run that was stopped.</summary>
internal static class TrainVerb
{
    // What a resumed run takes from the command line; the rest is its own config's.
    private static readonly string[] s_resumable =
    [
        "--resume", "--epochs", "--patience", "--workers", "--threads", "--time-limit", "--memory-limit", "--checkpoint-seconds", "--data", "--val",
        "--allow-changed-data", "--device", "--precision",
    ];

    /// <summary>Builds the verb.</summary>
    /// <param name="args">The words of the command line, for the run's <c>command.txt</c>.</param>
    public static Verb Build(IReadOnlyList<string> args)
    {
        var verb = new Verb(
            "train",
            "Train a classifier, or a segmentation model on images with masks, and write a run folder with checkpoints, metrics and a report. With no data given, it trains a small network on the "
            + "embedded Clutter data. Ctrl-C stops after the step in progress, and --resume goes on as if nothing had been.",
            "fovea train",
            "fovea train --data photos/ --model resnet18 --epochs 90",
            "fovea train --data cifar10/ --model resnet20-cifar --attention se --attention-option reduction=8 --epochs 5",
            "fovea train --data camvid/ --model unet-small --attention scse --ignore-value 11",
            "fovea train --data photos/ --model resnet18 --dry-run",
            "fovea train --data photos/ --model resnet50 --accumulate 4 --ranks 4 --host node1:2,node2:2 --restart 3",
            "fovea train --resume runs/classify/clutter-resnet8");
        FlagSet<TrainOptions> flags = TrainFlags.Build();
        flags.AddTo(verb);
        FlagSet<string?> config = new FlagSet<string?>().Group("Run")
            .Add("--config -c", FlagValues.Text("FILE"), "Options as JSON, as config.json of a run folder has them; flags override it.", (_, v) => v);
        config.AddTo(verb);
        FlagSet<TrialKind> trials = TrialFlags.Build();
        trials.AddTo(verb);
        FlagSet<RankOptions> ranks = RankFlags.Build();
        ranks.AddTo(verb);
        Option<bool> json = verb.AddJson("Print the result as the last line, in JSON; everything else goes to the standard error.");
        Option<bool> quiet = verb.AddQuiet();
        verb.SetAction(parsed =>
        {
            CheckResume(flags, parsed, config.Apply(parsed, null));
            TrainOptions start = config.Apply(parsed, null) is { } file ? ConfigFile.Read(file) : new TrainOptions();
            TrainOptions options = flags.Apply(parsed, start) with { CommandLine = Shell.Join(args.Prepend("fovea")) };
            CommonFlags.CheckAttention(options.Attention, options.AttentionOptions);
            RankOptions spread = ranks.Apply(parsed, new RankOptions());
            bool isRun = trials.Apply(parsed, TrialKind.None) == TrialKind.None && !CrossValidation.IsAsked(options);
            if (spread.Ranks is not null || ProcessGroup.IsLaunched)
            {
                return Spread(spread, isRun, args, parsed.InvocationConfiguration, () => RankedRun.Run(
                    spread, parsed.GetValue(json) ? parsed.InvocationConfiguration.Error : parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error,
                    (group, _, error) => Run(
                        options, parsed.GetValue(json), parsed.GetValue(quiet), group.IsRoot ? parsed.InvocationConfiguration.Output : TextWriter.Null, error, group)));
            }

            Func<TrainOptions, bool, bool, InvocationConfiguration, int> run = trials.Apply(parsed, TrialKind.None) switch
            {
                TrialKind.DryRun => DryRunVerb.Run,
                TrialKind.FindRate => FindRateVerb.Run,
                _ => isRun ? Run : FoldsRun.Run,
            };
            return run(options, parsed.GetValue(json), parsed.GetValue(quiet), parsed.InvocationConfiguration);
        });
        return verb;
    }

    private static void CheckResume(FlagSet<TrainOptions> flags, ParseResult parsed, string? config)
    {
        string[] given = [.. flags.Given(parsed).Select(f => f.Option.Name)];
        string[] refused = [.. given.Except(s_resumable), .. config is null ? [] : new[] { "--config" }];
        if (given.Contains("--resume") && refused.Length > 0)
        {
            throw new OptionException("resume",
                $"a run goes on with its own options; leave out {string.Join(", ", refused)}. Only {string.Join(", ", s_resumable[1..])} can be given.");
        }
    }

    private static int Spread(RankOptions ranks, bool isRun, IReadOnlyList<string> args, InvocationConfiguration where, Func<int> run)
    {
        if (!isRun)
        {
            throw new OptionException("ranks", "several processes train one run; leave out --dry-run, --find-lr and --fold all, or start one process.");
        }

        if (!ProcessGroup.IsLaunched)
        {
            return new RankLauncher(ranks, where.Output, where.Error).Run(args);
        }

        return ranks.Ranks is null ? run() : throw new OptionException("ranks", "this process was started among others already; leave --ranks out, or start it without a launcher.");
    }

    private static int Run(TrainOptions options, bool json, bool quiet, InvocationConfiguration where) =>
        Run(options, json, quiet, where.Output, where.Error, ProcessGroup.Single);

    private static int Run(TrainOptions options, bool json, bool quiet, TextWriter output, TextWriter error, ProcessGroup group)
    {
        TextWriter people = json ? error : output;
        TrainResult result = ProgressRunner.Run(
            group.IsRoot ? people : TextWriter.Null, group.IsRoot ? error : TextWriter.Null, quiet || !group.IsRoot, "stopping after this step; press Ctrl-C again to quit at once",
            (progress, stop) => Trainer.Train(options, group.IsRoot ? new RunFolderNote(progress) : progress, stop, [new LookedSection()], group));
        if (group.IsRoot)
        {
            Tell(result, json, people, output);
        }

        return result.Outcome == TrainOutcome.Interrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static void Tell(TrainResult result, bool json, TextWriter people, TextWriter output)
    {
        if (result.Outcome == TrainOutcome.Interrupted)
        {
            people.WriteLine($"Interrupted in epoch {result.Epochs + 1}; nothing is lost. Continue with:");
            people.WriteLine($"  {Invocation.Of(result.ResumeCommand ?? string.Empty)}");
        }
        else
        {
            Print(result, people);
        }

        if (json)
        {
            output.WriteLine(result.ToJson());
        }
    }

    private static void Print(TrainResult result, TextWriter output)
    {
        IAnsiConsole console = Terminal.On(output);
        if (result.Evaluation?.Table is { } table)
        {
            console.Write(ResultTables.Of(table));
        }

        console.Write(ResultTables.Of("Results", Lines(result)));
        if (result.Evaluation?.Note is { } note)
        {
            output.WriteLine(note);
        }

        if (result.ResumeCommand is { } resume)
        {
            output.WriteLine($"Continue with: {Invocation.Of(resume)}");
        }

        if (result.Report is { } report)
        {
            output.WriteLine($"Report: {report}");
        }
    }

    private static IEnumerable<(string Name, string Value)> Lines(TrainResult result)
    {
        yield return ("outcome", result.Outcome switch
        {
            TrainOutcome.StoppedEarly => "stopped early: no better result within the patience",
            TrainOutcome.TimeLimit => "stopped at the time limit",
            _ => "completed",
        });
        yield return ("epochs", result.BestEpoch > 0 ? $"{result.Epochs}, the best {result.BestEpoch}" : $"{result.Epochs}");
        foreach ((string name, string value) in result.Evaluation?.Lines ?? [])
        {
            yield return ($"validation {name}", value);
        }

        yield return ("time", Quantity.Time(TimeSpan.FromSeconds(result.Seconds)));
        yield return ("speed", Quantity.Speed(result.ImagesPerSecond));
        yield return ("weights", ModelWeights.PathOf(result.Run));
    }
}
