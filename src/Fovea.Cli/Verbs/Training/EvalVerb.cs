using System.CommandLine;
using Fovea.Cli.Flags;
using Fovea.Cli.Progress;
using Fovea.Cli.Ranks;
using Fovea.Distributed;
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
            + "images with boxes: average precision; or a retrieval model on a folder per identity: mAP, rank-1, rank-5 and rank-10. An image that cannot be read is named and left out; the exit "
            + "code is then 3. Processes that mpirun or srun starts share the images, and the result is that of one.",
            "fovea eval --weights runs/classify/clutter-resnet8/best.safetensors",
            "fovea eval --weights runs/segment/camvid-unet-small --data camvid/ --output scores/",
            "fovea eval --model resnet20-cifar --weights resnet20.th --data val.tar.gz --json");
        FlagSet<EvalOptions> flags = EvalFlags.Eval();
        flags.AddTo(verb);
        FlagSet<RankOptions> ranks = RankFlags.Waiting();
        ranks.AddTo(verb);
        Option<bool> json = verb.AddJson();
        Option<bool> quiet = verb.AddQuiet();
        verb.SetAction(parsed =>
        {
            EvalOptions options = flags.Apply(parsed, new EvalOptions());
            CommonFlags.CheckAttention(options.Attention, options.AttentionOptions);
            InvocationConfiguration where = parsed.InvocationConfiguration;
            bool isJson = parsed.GetValue(json);

            // What is said of the ranks is for people.
            return RankedRun.Run(ranks.Apply(parsed, new RankOptions()), isJson ? where.Error : where.Output, where.Error, (group, people, error) =>
                Measure(options, group, parsed.GetValue(quiet), people, error) is { } found ? Tell(found, options, isJson, where.Output) : ExitCode.Done);
        });
        return verb;
    }

    private static Evaluation? Measure(EvalOptions options, ProcessGroup group, bool quiet, TextWriter people, TextWriter error) => ProgressRunner.Run(
        people, group.IsRoot ? error : TextWriter.Null, quiet || !group.IsRoot, "stopping", (progress, stop) => Evaluator.Measure(options, group, progress, stop));

    private static int Tell(Evaluation evaluation, EvalOptions options, bool json, TextWriter output)
    {
        int code = evaluation.Unreadable.Count == 0 ? ExitCode.Done : ExitCode.BadData;
        if (json)
        {
            output.WriteLine(evaluation.ToJson());
            return code;
        }

        IAnsiConsole console = Terminal.On(output);
        if (evaluation.Table is { } table)
        {
            console.Write(ResultTables.Of(table));
        }

        console.Write(ResultTables.Of("Results",
        [
            .. evaluation.Lines,
            .. evaluation.Unreadable.Count > 0 ? [("left out", $"{evaluation.Unreadable.Count:N0} that cannot be read")] : Array.Empty<(string, string)>(),
            .. options.Views.Count > 1 ? [("views of each image", $"{options.Views} ({options.Views.Count})")] : Array.Empty<(string, string)>(),
            ("time", Quantity.Time(TimeSpan.FromSeconds(evaluation.Seconds))),
            ("speed", Quantity.Speed(evaluation.ImagesPerSecond)),
        ]));
        output.WriteLine($"Preprocessing: {evaluation.Description?.PreprocessingText}");
        if (evaluation.Note is { } note)
        {
            output.WriteLine(note);
        }

        if (options.Output is { } folder)
        {
            output.WriteLine($"Report: {Path.GetFullPath(Path.Combine(folder, "report.html"))}");
        }

        return code;
    }
}
