using System.Globalization;
using Fovea.Training;

namespace Fovea.Cli.Flags;

/// <summary>The flags of <c>eval</c> and <c>predict</c>: one for each property of <see cref="EvalOptions"/> and <see cref="PredictOptions"/>.</summary>
internal static class EvalFlags
{
    private const string FromWeights = "default: what the weights say";
    private const string WeightsHelp = "The weights (.safetensors, .pth, .ckpt, .npz), or the folder of a run, whose weights also say which model they belong to, or any network as .onnx.";

    private const string CropHelp = "See images at their own resolution, in windows of so many pixels a side, or HEIGHTxWIDTH, that overlap by a third; default: what the weights say.";

    private static readonly FlagValue<IReadOnlyList<double>> s_scales = new("X,…", text =>
    {
        double?[] values = [.. text.Split(',').Select(w => double.TryParse(w, NumberStyles.Float, CultureInfo.InvariantCulture, out double v) && v > 0 && double.IsFinite(v) ? v : (double?)null)];
        return values.All(v => v is not null)
            ? [.. values.Select(v => v!.Value)]
            : throw new FormatException($"expected numbers above 0 such as 0.5,1,1.5, got \"{text}\".");
    });

    private static readonly FlagValue<TestViews> s_views = new("VIEWS", text =>
    {
        try
        {
            return TestViews.Parse(text);
        }
        catch (OptionException e)
        {
            throw new FormatException(e.Message, e);
        }
    });

    public static FlagSet<EvalOptions> Eval() => new FlagSet<EvalOptions>()
        .Group("Model")
        .Weights(WeightsHelp, (o, v) => o with { Weights = v })
        .Model(FromWeights, (o, v) => o with { Model = v }, (o, v) => o with { Attention = v })
        .Attention(FromWeights, (o, v) => o with { Attention = v }, (o, v) => o with { AttentionOptions = v }, (o, v) => o with { AttentionAt = v })
        .Source((o, v) => o with { WeightsSource = v })
        .Strict((o, v) => o with { Strict = v })
        .Group("Data")
        .Data("The images, in any form that train takes; default: the validation part of the embedded Clutter data.", (o, v) => o with { Data = v })
        .Ignored("what the weights say", (o, v) => o with { IgnoreValue = v })
        .MaskColors($"{CommonFlags.ColorsHelp}; default: what the weights say.", (o, v) => o with { MaskColors = v })
        .ImageSize("default: what the weights say, or the model's own", (o, v) => o with { ImageSize = v })
        .Crop(CropHelp, (o, v) => o with { Crop = v })
        .Add("--scales", s_scales, "Sizes at which each image is seen in windows, as factors of its own; their probabilities are averaged. Default 1.", (o, v) => o with { Scales = v })
        .Add("--tta", s_views, "Average the probabilities over views of each image: flip (mirrored as well), five-crop (middle and corners), or ten-crop (both); default none.",
            (o, v) => o with { Views = v })
        .AddSwitch("--flip", "The same as --tta flip.", (o, v) => o with { Views = o.Views with { Flip = v } })
        .Rule(given => given["--flip"] is not null ? given.Refuse("--flip", "--tta") : null)
        .Preprocessing(o => o.Preprocessing, (o, v) => o with { Preprocessing = v })
        .BatchSize("Images at a time; default 128, of segmentation models 8. The result does not depend on it.", (o, v) => o with { BatchSize = v })
        .Workers("default 0: all threads do, between the steps", (o, v) => o with { Workers = v })
        .Add("--seed", FlagValues.Seed, "Seed of the embedded data; default 0.", (o, v) => o with { Seed = v })
        .Group("Run")
        .Device(o => o.Engine, (o, v) => o with { Engine = v })
        .Threads((o, v) => o with { Threads = v })
        .Group("Output")
        .Add("--output --project", FlagValues.Folder, "Write confusion.csv, predictions.csv and report.html there; default: nowhere.", (o, v) => o with { Output = v })
        .Add("--logits", FlagValues.OutputFile, "Write the outputs before softmax there, as JSON by the image's name; default: nowhere.", (o, v) => o with { Logits = v });

    public static FlagSet<PredictOptions> Predict() => new FlagSet<PredictOptions>()
        .Group("Model")
        .Weights(WeightsHelp, (o, v) => o with { Weights = v })
        .Model(FromWeights, (o, v) => o with { Model = v }, (o, v) => o with { Attention = v })
        .AttentionOrMap(FromWeights, (o, v) => o with { Attention = v }, (o, v) => o with { AttentionOptions = v }, (o, v) => o with { AttentionAt = v },
            (o, v) => o with { MapMethod = v })
        .Source((o, v) => o with { WeightsSource = v })
        .Strict((o, v) => o with { Strict = v })
        .ImageSize("default: what the weights say, or the model's own", (o, v) => o with { ImageSize = v })
        .Crop(CropHelp, (o, v) => o with { Crop = v })
        .Preprocessing(o => o.Preprocessing, (o, v) => o with { Preprocessing = v })
        .Add("--tta", s_views, "Average the probabilities over views of each image: flip, five-crop or ten-crop; default none.", (o, v) => o with { Views = v })
        .AddMany("--gallery", FlagValues.Text("PATH"), "For retrieval: image files and folders in which the nearest pictures are looked for; default: none.",
            (o, v) => o with { Gallery = v })
        .Group("Run")
        .BatchSize("Images at a time; default 32.", (o, v) => o with { BatchSize = v })
        .Device(o => o.Engine, (o, v) => o with { Engine = v })
        .Threads((o, v) => o with { Threads = v })
        .Group("Output")
        .Add("--output --project", FlagValues.Folder, "Where a segmentation model's masks are written, as PNG, and maps of --attention; default runs/predict.", (o, v) => o with { Output = v })
        .MaskColors("The colours that masks are written in, a file or a table as for train, or none for the numbers of the classes; default: what the weights say.",
            (o, v) => o with { MaskColors = v })
        .AddSwitch("--overlay", "Write each image with its mask drawn over it as well.", (o, v) => o with { Overlay = v })
        .Add("--top", FlagValues.Integer(1), "How many classes, or pictures of the gallery, to print for each image; default 5.", (o, v) => o with { Top = v });
}
