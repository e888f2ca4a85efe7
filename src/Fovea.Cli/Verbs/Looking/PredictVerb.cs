using System.CommandLine;
using System.Text.Json.Nodes;
using Fovea.Cli.Explaining;
using Fovea.Cli.Flags;
using Fovea.Cli.Predicting;
using Fovea.Cli.Progress;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Inspect;
using Fovea.Training;

namespace Fovea.Cli.Verbs;

/// <summary><c>predict IMAGE|DIR…</c>: says which classes a classifier sees in images.</summary>
internal static class PredictVerb
{
    public static Verb Build()
    {
        var verb = new Verb(
            "predict",
            "Print the classes that a classifier sees in images, most likely first; write the masks that a segmentation model sees, the boxes of a "
            + "detector; print the embeddings of a retrieval model, or what lies nearest in a gallery. An image that cannot be read is named and does not stop the others; "
            + "the exit code is then 3.",
            "fovea predict cat.jpg --weights runs/classify/photos-resnet18/best.safetensors",
            "fovea predict street.png --weights runs/segment/camvid-unet-small --output masks/ --overlay",
            "fovea predict holidays/ --weights best.safetensors --top 3 --json",
            "fovea predict anna.jpg --weights runs/retrieve/people-rga_resnet50 --gallery people/gallery --top 10",
            "fovea predict - --weights best.safetensors",
            "fovea predict cat.jpg --weights best.safetensors --attention grad-cam",
            "fovea predict --list pictures.txt --weights best.safetensors",
            "fovea predict --data shards/ --weights best.safetensors --output found/");
        Argument<string[]> inputs = verb.AddArgument<string[]>(
            "image", "Image files, folders that are searched for images, patterns such as 'holidays/**/*.jpg'; - for an image in the standard input.", ArgumentArity.ZeroOrMore);
        FlagSet<PictureSource> source = new FlagSet<PictureSource>().Group("Input")
            .Add("--list", FlagValues.Text("FILE"), "A file with an image or a folder on each line, or - for the standard input.", (o, v) => o with { List = v })
            .Add("--data", FlagValues.Text("SHARDS"), "Shards, as fovea shard writes them or any tars of images, on this machine or behind https: a file of JSON lines for each goes to --output, "
                + "in one step when it is whole; those that are there are not made again. Under mpirun the processes share them.", (o, v) => o with { Shards = v })
            .Rule(given => given["image"] is null && given["--list"] is null && given["--data"] is null ? "IMAGE is missing." : null)
            .Rule(BulkRun.Problem);
        source.AddTo(verb);
        FlagSet<PredictOptions> flags = EvalFlags.Predict();
        flags.AddTo(verb);
        Option<bool> json = verb.AddJson("Print a line of JSON for each image.");
        verb.SetAction(parsed =>
        {
            PictureSource given = source.Apply(parsed, new PictureSource());
            PredictOptions options = flags.Apply(parsed, new PredictOptions { Inputs = parsed.GetValue(inputs) ?? [] });
            var where = (StandardStreams)parsed.InvocationConfiguration;
            return given.Shards is { } shards ? BulkRun.Run(options, shards, where) : Run(options, given.List, parsed.GetValue(json), where);
        });
        return verb;
    }

    /// <summary>Where pictures come from that are not named one by one.</summary>
    private sealed record PictureSource
    {
        public string? List { get; init; }

        public string? Shards { get; init; }
    }

    private static int Run(PredictOptions options, string? list, bool json, StandardStreams where)
    {
        if (PictureInputs.Problem(options.Inputs, list) is { } problem)
        {
            throw new OptionException("predict", problem);
        }

        using var interruption = Interruption.Under(null, where.Error);
        if (options.Inputs is [var only] && File.Exists(only))
        {
            // One picture goes through the weights' memory once: making room for large pages takes longer than they save, but where small ones are slow.
            TensorMemory.LargePages = TensorMemory.SmallPagesAreSlow;
        }

        using Predictor predictor = OpenedPredictor.Open(options, where, interruption.Token);
        if (!predictor.PredictsFiles && (options.Overlay || (options.Output is not null && options.MapMethod is null)))
        {
            throw new OptionException("predict", $"--output and --overlay are for masks and boxes, and these weights give {predictor.Gives}; leave them out, or ask for --attention.");
        }

        string folder = options.Output ?? Path.Combine("runs", "predict");
        PredictedMaps? maps = options.MapMethod is { } method ? new PredictedMaps(predictor, method, folder) : null;
        using EngineLooks? there = maps is not null && options.Engine is { } engine ? EngineLooks.Begin(predictor.Model, engine) : null;
        int unreadable = 0;
        var names = new OutputNames();
        void Refuse(string path, string reason)
        {
            unreadable++;
            where.Error.WriteLine($"error: {reason}");
            if (json)
            {
                where.Output.WriteLine(new JsonObject { ["path"] = path, ["error"] = reason }.ToJsonString());
            }
        }

        var inputs = new PictureInputs(predictor.Description.Decoding, where.Input, Refuse, text => where.Error.WriteLine($"note: {text}"));
        foreach (Picture[] batch in inputs.Find(options.Inputs, list).Chunk(predictor.BatchSize))
        {
            interruption.Token.ThrowIfCancellationRequested();
            (string Path, Image Image)[] images = [.. inputs.Load(batch)];
            IReadOnlyList<IPrediction> seen = images.Length == 0 ? [] : predictor.See([.. images.Select(i => i.Image)], [.. images.Select(i => i.Path)]);
            foreach ((IPrediction prediction, (string path, Image image)) in seen.Zip(images))
            {
                string name = names.Of(path);
                string? file = predictor.PredictsFiles ? Write(prediction, image, options, Path.Combine(folder, $"{name}.png")) : null;
                string text = prediction.ToText(options.Top);
                string answer = json ? prediction.ToJson(file) : file is null ? $"{path}: {text}" : $"{path} -> {file}: {text}";
                WrittenMap? map = maps?.Write(image, name, interruption.Token);
                where.Output.WriteLine(map is null ? answer : json ? maps!.InJson(answer, map) : maps!.Beside(answer, map));
            }
        }

        return unreadable == 0 ? ExitCode.Done : ExitCode.BadData;
    }

    private static string Write(IPrediction prediction, Image image, PredictOptions options, string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        prediction.Save(file);
        if (options.Overlay && prediction.Over(image) is { } drawn)
        {
            ImageCodecs.Save(Path.ChangeExtension(file, ".overlay.png"), drawn);
        }

        return file;
    }
}
