using System.CommandLine;
using System.Text.Json.Nodes;
using Fovea.Cli.Explaining;
using Fovea.Cli.Flags;
using Fovea.Cli.Predicting;
using Fovea.Cli.Progress;
using Fovea.Inspect;

namespace Fovea.Cli.Verbs;

/// <summary><c>explain</c>: where a model looks in pictures.</summary>
internal static class ExplainVerb
{
    public static Verb Build()
    {
        var verb = new Verb(
            "explain",
            "Show where a model looks: its own attention and class activation maps, over the picture (PNG), as numbers (.npy), with their ranges and entropies (explain.json), and all on one "
            + "page (explain.html). With --data: what the attention does on a data set, and whether the maps are true. A picture that cannot be read is named and does not stop the others; the exit code is then 3.",
            "fovea explain --weights runs/classify/clutter-resnet8 --image photo.jpg",
            "fovea explain --weights resnet18.onnx --image holidays/ --method eigen-cam --output looks/",
            "fovea explain --weights best.safetensors --image cat.jpg --method grad-cam,layer-cam --target cat-dog --layer layer3",
            "fovea explain --weights best.safetensors --image cat.jpg --site layer3 --at 3,4 --direction by",
            "fovea explain --weights runs/classify/clutter-resnet8-cbam --data clutter");
        FlagSet<ExplainOptions> flags = ExplainFlags.Build();
        flags.AddTo(verb);
        Option<bool> json = verb.AddJson("Print what explain.json has, in a line.");
        verb.SetAction(parsed => Run(flags.Apply(parsed, new ExplainOptions()), parsed.GetValue(json), (StandardStreams)parsed.InvocationConfiguration));
        return verb;
    }

    private static int Run(ExplainOptions options, bool json, StandardStreams where)
    {
        if (options.Data is not null)
        {
            return Judging.Run(options, json, where);
        }

        if (PictureInputs.Problem(options.Images, null) is { } problem)
        {
            throw new OptionException("explain", problem);
        }

        using var interruption = Interruption.Under(null, where.Error);
        ExplainedModel model = WorkRunner.Watch(where.Error, progress => ExplainedModel.Open(options.Weights, options.Request, progress, interruption.Token));
        where.Error.WriteLine($"{model.Description.Title}; preprocessing: {model.Description.PreprocessingText}");
        foreach (string note in model.Notes.Concat(model.Description.LookText is { } looked ? [looked] : []))
        {
            where.Error.WriteLine($"note: {note}");
        }

        var unreadable = new List<(string Path, string Reason)>();
        void Refuse(string path, string reason)
        {
            unreadable.Add((path, reason));
            where.Error.WriteLine($"error: {reason}");
        }

        var inputs = new PictureInputs(model.Description.Decoding, where.Input, Refuse, text => where.Error.WriteLine($"note: {text}"));
        Picture[] pictures = [.. inputs.Find(options.Images, null)];
        List<ExplainedPicture> explained = SubjectFlags.WithThreads(options.Threads, () =>
        {
            using EngineLooks? there = model.LooksOn(options.Engine);
            using var explainer = new Explainer(model, options, isOne: pictures.Length == 1, text => where.Error.WriteLine($"note: {text}"));
            return Explain(explainer, inputs.Load(pictures), options, json ? where.Error : where.Output, interruption.Token);
        });
        JsonObject report = ExplainReport.Write(options.Output, model.Description, explained, unreadable, options.Style);
        if (json)
        {
            where.Output.WriteLine(report.ToJsonString());
        }
        else
        {
            where.Output.WriteLine($"Page: {Path.GetFullPath(Path.Combine(options.Output, "explain.html"))}");
        }

        return unreadable.Count == 0 ? ExitCode.Done : ExitCode.BadData;
    }

    private static List<ExplainedPicture> Explain(
        Explainer explainer, IEnumerable<(string Path, Imaging.Image Image)> pictures, ExplainOptions options, TextWriter people, CancellationToken stop)
    {
        var explained = new List<ExplainedPicture>();
        foreach ((string path, Imaging.Image image) in pictures)
        {
            stop.ThrowIfCancellationRequested();
            ExplainedPicture picture = explainer.Explain(path, image, stop);
            explained.Add(picture);
            people.WriteLine($"{path}: {picture.Prediction.ToText(options.Top)}");
            foreach (WrittenMap map in picture.Maps)
            {
                people.WriteLine($"  {map} -> {Path.Combine(options.Output, map.Shown)}");
            }
        }

        return explained;
    }
}
