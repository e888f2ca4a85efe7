using System.Globalization;
using Fovea.Imaging.Transforms;
using Fovea.Io;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Cli.Flags;

/// <summary>How weights are read, and how images are prepared for them: the same flags in every verb that opens weights.</summary>
internal static class WeightsFlags
{
    /// <summary>What <c>--from</c> takes to find the source by the names.</summary>
    public const string Auto = "auto";

    private static readonly FlagValue<IReadOnlyList<double>> s_perChannel = new("X,…", text =>
    {
        double?[] values = [.. text.Split(',').Select(w => double.TryParse(w, NumberStyles.Float, CultureInfo.InvariantCulture, out double v) && double.IsFinite(v) ? v : (double?)null)];
        return values.All(v => v is not null)
            ? [.. values.Select(v => v!.Value)]
            : throw new FormatException($"expected a number for each channel, or one for all, such as 0.485,0.456,0.406, got \"{text}\".");
    });

    /// <summary>The file of weights that a path means: a run folder stands for the weights of its best epoch. Other sources stay as they are, and are asked for later.</summary>
    /// <exception cref="FormatException">It is a folder without them, or a source that is written wrongly.</exception>
    public static string PathOf(string path)
    {
        try
        {
            WeightsSources.Check(path);
        }
        catch (OptionException error)
        {
            throw new FormatException(error.Message, error);
        }

        string weights = ModelWeights.PathOf(path);
        return Directory.Exists(weights) ? throw new FormatException($"{path} is a folder without best.safetensors; give a file of weights or the folder of a run.") : weights;
    }

    public static FlagSet<T> From<T>(this FlagSet<T> flags, string help, Func<T, string, T> set) =>
        flags.Add("--from", FlagValues.Name("source", [.. Importer.Sources, Auto]), help, set);

    public static FlagSet<T> Source<T>(this FlagSet<T> flags, Func<T, string?, T> set) =>
        flags.From("The library that the weights are of, as fovea list --sources prints them; default auto: found by the names.", (o, v) => set(o, v == Auto ? null : v));

    public static FlagSet<T> Strict<T>(this FlagSet<T> flags, Func<T, bool, T> set) =>
        flags.AddSwitch("--strict", "Refuse weights that do not match the model name by name and shape by shape, instead of adapting them.", set);

    public static FlagSet<T> Preprocessing<T>(this FlagSet<T> flags, Func<T, Preprocessing> get, Func<T, Preprocessing, T> set) => flags
        .Add("--mean", s_perChannel, "What is taken from each channel, in units of full brightness; default: what the weights say, or ImageNet's.",
            (o, v) => set(o, get(o) with { Mean = v }))
        .Add("--std", s_perChannel, "What each channel is divided by then; default: what the weights say, or ImageNet's.", (o, v) => set(o, get(o) with { Std = v }))
        .Add("--interpolation", FlagValues.Word<ResizeFilter>(), "How images are resized; default: what the weights say, or bilinear.",
            (o, v) => set(o, get(o) with { Interpolation = v }))
        .Add("--crop-pct", FlagValues.PositiveShare, "Share of the resized image's shorter side that the model sees, above 0 to 1; default: what the weights say, "
            + "or 0.875 above 96 pixels.", (o, v) => set(o, get(o) with { CropFraction = v }))
        .Add("--crop-mode", FlagValues.Word<FrameFit>(), "How images of other proportions are brought into what the model sees: center fills it and loses the ends, border shows "
            + "all in the middle of the mean colour, squash stretches; default: what the weights say, or center for classes, border for boxes, squash for masks.",
            (o, v) => set(o, get(o) with { CropMode = v }))
        .Orientation("what the weights say, or apply", (o, v) => set(o, get(o) with { Orientation = v }))
        .Levels("what the weights say, or all that their files have", (o, v) => set(o, get(o) with { Levels = v }));
}
