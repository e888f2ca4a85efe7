using System.CommandLine;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Training;
using Spectre.Console;

namespace Fovea.Cli.Verbs;

/// <summary><c>eval</c>: measures a classifier on images with known classes.</summary>
internal static class EvalVerb
{
    public static Verb Build()
    {
        var verb = new Verb(
            "eval",
            "Measure a classifier on images with known classes: top-1, top-5, loss, calibration, and recall, precision and F1 of each class.",
            "fovea eval --weights runs/classify/clutter-resnet8/best.safetensors",
            "fovea eval --model resnet20-cifar --weights resnet20.th --data val.tar.gz --json");
        FlagSet<EvalOptions> flags = EvalFlags.Eval();
        flags.AddTo(verb);
        Option<bool> json = verb.AddJson();
        verb.SetAction(parsed => Run(flags.Apply(parsed, new EvalOptions()), parsed.GetValue(json), parsed.InvocationConfiguration));
        return verb;
    }

    private static int Run(EvalOptions options, bool json, InvocationConfiguration where)
    {
        CommonFlags.CheckAttention(options.Attention, options.AttentionOptions);
        EvaluationResult result = Watch.Run(
            json ? where.Error : where.Output, where.Error, "stopping", (progress, stop) => Evaluator.Run(options, progress, stop));
        if (json)
        {
            where.Output.WriteLine(result.ToJson());
            return ExitCode.Done;
        }

        IAnsiConsole console = Terminal.On(where.Output);
        console.Write(ResultTables.PerClass(result.Confusion));
        console.Write(ResultTables.Of("Results",
        [
            .. ResultTables.Lines(result),
            ("time", Quantity.Time(TimeSpan.FromSeconds(result.Seconds))),
            ("speed", $"{Quantity.Count((long)result.ImagesPerSecond)} images/s"),
        ]));
        if (options.Output is { } folder)
        {
            where.Output.WriteLine($"Report: {Path.GetFullPath(Path.Combine(folder, "report.html"))}");
        }

        return ExitCode.Done;
    }
}
