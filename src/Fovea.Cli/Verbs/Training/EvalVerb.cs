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
            "Measure a classifier on images with known classes: top-1, top-5, loss, calibration, and recall, precision and F1 of each class; or a segmentation "
            + "model on images with masks: IoU and Dice of each class, over the set and image by image, and 95 % Hausdorff distances; or a detector on "
            + "images with boxes: average precision; or a retrieval model on a folder per identity: mAP, rank-1, rank-5 and rank-10.",
            "fovea eval --weights runs/classify/clutter-resnet8/best.safetensors",
            "fovea eval --weights runs/segment/camvid-unet-small --data camvid/ --output scores/",
            "fovea eval --model resnet20-cifar --weights resnet20.th --data val.tar.gz --json");
        FlagSet<EvalOptions> flags = EvalFlags.Eval();
        flags.AddTo(verb);
        Option<bool> json = verb.AddJson();
        Option<bool> quiet = verb.AddQuiet();
        verb.SetAction(parsed => Run(flags.Apply(parsed, new EvalOptions()), parsed.GetValue(json), parsed.GetValue(quiet), parsed.InvocationConfiguration));
        return verb;
    }

    private static int Run(EvalOptions options, bool json, bool quiet, InvocationConfiguration where)
    {
        CommonFlags.CheckAttention(options.Attention, options.AttentionOptions);
        Evaluation evaluation = ProgressRunner.Run(
            json ? where.Error : where.Output, where.Error, quiet, "stopping", (progress, stop) => Evaluator.Measure(options, progress, stop));
        if (json)
        {
            where.Output.WriteLine(evaluation.ToJson());
            return ExitCode.Done;
        }

        IAnsiConsole console = Terminal.On(where.Output);
        if (evaluation.Table is { } table)
        {
            console.Write(ResultTables.Of(table));
        }

        console.Write(ResultTables.Of("Results",
        [
            .. evaluation.Lines,
            .. options.Views.Count > 1 ? [("views of each image", $"{options.Views} ({options.Views.Count})")] : Array.Empty<(string, string)>(),
            ("time", Quantity.Time(TimeSpan.FromSeconds(evaluation.Seconds))),
            ("speed", Quantity.Speed(evaluation.ImagesPerSecond)),
        ]));
        where.Output.WriteLine($"Preprocessing: {evaluation.Description?.PreprocessingText}");
        if (evaluation.Note is { } note)
        {
            where.Output.WriteLine(note);
        }

        if (options.Output is { } folder)
        {
            where.Output.WriteLine($"Report: {Path.GetFullPath(Path.Combine(folder, "report.html"))}");
        }

        return ExitCode.Done;
    }
}
