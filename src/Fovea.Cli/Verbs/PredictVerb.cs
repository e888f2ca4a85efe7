using System.CommandLine;
using System.Text.Json.Nodes;
using Fovea.Cli.Flags;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Cli.Verbs;

/// <summary><c>predict IMAGE|DIR…</c>: says which classes a classifier sees in images.</summary>
internal static class PredictVerb
{
    public static Verb Build()
    {
        var verb = new Verb(
            "predict",
            "Print the classes that a classifier sees in images, most likely first; write the masks that a segmentation model sees. An image that cannot be read is named and does not stop the others; "
            + "the exit code is then 3.",
            "fovea predict cat.jpg --weights runs/classify/photos-resnet18/best.safetensors",
            "fovea predict street.png --weights runs/segment/camvid-unet-small --output masks/ --overlay",
            "fovea predict holidays/ --weights best.safetensors --top 3 --json");
        Argument<string[]> inputs = verb.AddArgument<string[]>("image", "Image files, or folders that are searched for images.", ArgumentArity.OneOrMore);
        FlagSet<PredictOptions> flags = EvalFlags.Predict();
        flags.AddTo(verb);
        Option<bool> json = verb.AddJson("Print a line of JSON for each image.");
        verb.SetAction(parsed => Run(
            flags.Apply(parsed, new PredictOptions { Inputs = parsed.GetRequiredValue(inputs) }), parsed.GetValue(json), parsed.InvocationConfiguration));
        return verb;
    }

    private static int Run(PredictOptions options, bool json, InvocationConfiguration where)
    {
        CommonFlags.CheckAttention(options.Attention, options.AttentionOptions);
        using var interruption = new Interruption(() => where.Error.WriteLine("stopping"));
        if (options.Inputs is [var only] && File.Exists(only))
        {
            // One picture goes through the weights' memory once: making room for large pages would take longer than they save.
            TensorMemory.LargePages = false;
        }

        Predictor predictor = Predictor.Open(options);
        foreach (string note in predictor.Notes)
        {
            where.Error.WriteLine($"note: {note}");
        }

        int unreadable = 0;
        var written = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        void Refuse(string path, string reason)
        {
            unreadable++;
            where.Error.WriteLine($"error: {reason}");
            if (json)
            {
                where.Output.WriteLine(new JsonObject { ["path"] = path, ["error"] = reason }.ToJsonString());
            }
        }

        foreach (string[] batch in Find(options.Inputs, Refuse).Chunk(options.BatchSize))
        {
            interruption.Token.ThrowIfCancellationRequested();
            (string Path, Image Image)[] images = [.. Load(batch, Refuse)];
            if (predictor.Task == DataTask.Segment)
            {
                WriteMasks(predictor, images, options, written, json, where.Output);
                continue;
            }

            foreach (Prediction prediction in images.Length == 0 ? [] : predictor.Predict([.. images.Select(i => i.Image)], [.. images.Select(i => i.Path)]))
            {
                where.Output.WriteLine(json ? prediction.ToJson() : Line(prediction));
            }
        }

        return unreadable == 0 ? ExitCode.Done : ExitCode.BadData;
    }

    // Named by the image; two images of one name in different folders get a number.
    private static void WriteMasks(Predictor predictor, (string Path, Image Image)[] images, PredictOptions options, HashSet<string> written, bool json, TextWriter output)
    {
        string folder = options.Output ?? Path.Combine("runs", "predict");
        Directory.CreateDirectory(folder);
        IReadOnlyList<MaskPrediction> seen = images.Length == 0 ? [] : predictor.Segment([.. images.Select(i => i.Image)], [.. images.Select(i => i.Path)]);
        foreach ((MaskPrediction prediction, (string path, Image image)) in seen.Zip(images))
        {
            string file = NameOf(folder, path, written);
            prediction.Save(file);
            if (options.Overlay)
            {
                ImageCodecs.Save(Path.ChangeExtension(file, ".overlay.png"), prediction.Over(image));
            }

            IEnumerable<string> areas = prediction.Classes.Where(c => c.Pixels > 0).OrderByDescending(c => c.Pixels).Take(options.Top)
                .Select(c => $"{c.Class} {Quantity.Percent(c.Share)}");
            output.WriteLine(json ? prediction.ToJson(file) : $"{path} -> {file}: {string.Join(", ", areas)}");
        }
    }

    private static string NameOf(string folder, string image, HashSet<string> written)
    {
        string stem = Path.GetFileNameWithoutExtension(image), file = Path.Combine(folder, $"{stem}.png");
        for (int number = 2; !written.Add(file); number++)
        {
            file = Path.Combine(folder, $"{stem}-{number}.png");
        }

        return file;
    }

    private static IEnumerable<string> Find(IReadOnlyList<string> inputs, Action<string, string> refuse)
    {
        foreach (string input in inputs)
        {
            IReadOnlyList<string> files = [];
            try
            {
                files = Predictor.Find([input]);
            }
            catch (DataException e)
            {
                refuse(input, e.Message);
            }

            foreach (string file in files)
            {
                yield return file;
            }
        }
    }

    private static IEnumerable<(string Path, Image Image)> Load(string[] paths, Action<string, string> refuse)
    {
        foreach (string path in paths)
        {
            Image? image = null;
            try
            {
                image = ImageCodecs.Load(path);
            }
            catch (Exception e) when (e is ImageException or IOException or UnauthorizedAccessException)
            {
                refuse(path, e.Message);
            }

            if (image is not null)
            {
                yield return (path, image);
            }
        }
    }

    private static string Line(Prediction prediction) =>
        $"{prediction.Path}: {string.Join(", ", prediction.Classes.Select(c => $"{c.Class} {Quantity.Percent(c.Probability)}"))}";
}
