using System.Globalization;
using Fovea.Attention;
using Fovea.Imaging.Codecs;
using Fovea.Models;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Cli.Flags;

/// <summary>Flags that several verbs have: the same names and aliases everywhere.</summary>
internal static class CommonFlags
{
    public static readonly IReadOnlyDictionary<string, string> NoOptions = new Dictionary<string, string>();

    private const string NoColors = "none";
    private const string FromWeights = "default: what the weights say";

    public const string ColorsHelp =
        "Which class each colour in masks stands for: a file of lines such as 128 64 128 road, or the name of a published table; void does not count";

    private static readonly FlagValue<Size2> s_size = new("N|HxW", ImageSizes.Parse);

    private static readonly FlagValue<SampleLevels> s_levels = new("LOW:HIGH", text => SampleLevels.TryParse(text, out SampleLevels levels)
        ? levels
        : throw new FormatException($"expected two whole numbers within 0 to 65535, the lower first, such as 0:4095 or 0:4095:all, got \"{text}\"."));

    // Stands for all of the folds where one is expected.
    private const int AllFolds = 0;

    private static readonly FlagValue<int> s_fold = new("N|all", text => text == "all" ? AllFolds
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int fold) && fold is >= 1 and <= 1000 ? fold
        : throw new FormatException($"expected a whole number from 1 to 1000, or all, got \"{text}\"."), ["all"]);

    private static readonly FlagValue<string> s_weights = new("FILE", text => WeightsFlags.PathOf(FlagValues.Text("FILE").Read(text)));

    private static readonly FlagValue<IReadOnlyList<string>> s_classes = new("NAMES", text =>
    {
        string[] names = text.Split(',', StringSplitOptions.TrimEntries);
        return names.Length is >= 1 and <= 255 && names.All(n => n.Length > 0) && names.Distinct().Count() == names.Length
            ? names
            : throw new FormatException($"expected 1 to 255 names, none empty and no two alike, such as background,road,car, got \"{text}\".");
    });

    // Taken as they are now: a run remembers the colours, not where they stood.
    private static readonly FlagValue<IReadOnlyList<string>> s_colors = new($"FILE|{string.Join('|', MaskColorTable.Known)}|none", text =>
    {
        try
        {
            return text == NoColors ? [] : MaskColorTable.Read(text).Lines;
        }
        catch (DataException e)
        {
            throw new FormatException(e.Message, e);
        }
    });

    private static readonly FlagValue<string> s_mechanismOrMethod = new("[METHOD|KEY]", text => IsMechanism(text) || MethodNames.Known.Contains(text)
        ? text
        : throw new FormatException(File.Exists(text)
            ? $"expected a method or a mechanism, got {text}, a file; put pictures before --attention, or a method after it."
            : $"there is no method and no mechanism \"{text}\"; {Suggestion.Hint(text, [.. MethodNames.Known, .. MechanismNames])}"), [.. MethodNames.Known, .. MechanismNames]);

    private static string[] MechanismNames => [.. Catalog.Keys, ModelRequest.NoAttention];

    private static FlagValue<string> ModelName => new("KEY|FILE.onnx", text => ModelCatalog.Contains(text) || (FileKinds.IsOnnx(text) && File.Exists(text))
        ? text
        : throw new FormatException($"there is no model \"{text}\"; {Suggestion.Hint(text, ModelCatalog.KeysLike(text))}"), [.. ModelCatalog.All.Select(m => m.Key)]);

    /// <summary>The model; a name such as <c>cbam_resnet50</c> sets the mechanism too.</summary>
    public static FlagSet<T> Model<T>(this FlagSet<T> flags, string whenAbsent, Func<T, string, T> model, Func<T, string, T> attention) =>
        flags.Add("--model", ModelName, $"The model, as fovea list names it, or with its mechanism such as cbam_resnet50, or an ONNX file with the network; {whenAbsent}.", (o, v) =>
        {
            (string key, string? mechanism) = ModelCatalog.Split(v);
            o = model(o, key);
            return mechanism is null ? o : attention(o, mechanism);
        }).Rule(given => given["--model"] is { } text ? OtherAttention(text, Mechanisms(given["--attention"]).FirstOrDefault()) : null);

    public static FlagSet<T> Attention<T>(
        this FlagSet<T> flags, string whenAbsent, Func<T, string, T> key, Func<T, IReadOnlyDictionary<string, string>, T> options, Func<T, string, T> at) =>
        flags
            .Add("--attention", FlagValues.Name("mechanism", MechanismNames), $"The mechanism in the model's attention slots, as fovea list names it, or none; {whenAbsent}.", key)
            .MechanismDetails(options, at);

    /// <summary>As <see cref="Attention"/>; the same flag, alone or with the name of a method, asks for the map of where the model looked.</summary>
    public static FlagSet<T> AttentionOrMap<T>(
        this FlagSet<T> flags, string whenAbsent, Func<T, string, T> key, Func<T, IReadOnlyDictionary<string, string>, T> options, Func<T, string, T> at, Func<T, string, T> map) =>
        flags
            .AddOptional("--attention", s_mechanismOrMethod, MethodNames.Usual,
                $"Alone or with a method such as {MethodNames.Usual}: write where the model looked beside the answer. With a mechanism, as fovea list names it, or none: what is in the model's "
                + $"attention slots; {whenAbsent}. May be given for both.",
                (o, values) => values.Aggregate(o, (set, v) => IsMechanism(v) ? key(set, v) : map(set, v)))
            .Rule(given => Mechanisms(given["--attention"]).Distinct().ToArray() is [var one, var other, ..] ? $"--attention names two mechanisms, {one} and {other}; leave one." : null)
            .MechanismDetails(options, at);

    /// <summary>The model of some weights and what is said about it by hand: all flags of a <see cref="ModelRequest"/>.</summary>
    public static FlagSet<T> Request<T>(this FlagSet<T> flags, Func<T, ModelRequest> get, Func<T, ModelRequest, T> set) => flags
        .Model(FromWeights, (o, v) => set(o, get(o) with { Model = v }), (o, v) => set(o, get(o) with { Attention = v }))
        .Attention(FromWeights, (o, v) => set(o, get(o) with { Attention = v }), (o, v) => set(o, get(o) with { AttentionOptions = v }), (o, v) => set(o, get(o) with { AttentionAt = v }))
        .Source((o, v) => set(o, get(o) with { Source = v }))
        .Strict((o, v) => set(o, get(o) with { Strict = v }))
        .ImageSize("default: what the weights say, or the model's own", (o, v) => set(o, get(o) with { ImageSize = v }));

    public static FlagSet<T> Data<T>(this FlagSet<T> flags, string help, Func<T, string, T> set) =>
        flags.Add("--data --data-dir", FlagValues.Text("PATH"), help, set);

    public static FlagSet<T> Task<T>(this FlagSet<T> flags, Func<T, DataTask, T> set) =>
        flags.Add("--task", FlagValues.OneOf(TaskCatalog.All.Select(t => t.Data), t => t.Name),
            $"What is learnt: {string.Join(", or ", TaskCatalog.All.Select(t => t.Gives))}; default: what the model is made for and the data are.", set);

    /// <summary>How data without a validation part are divided.</summary>
    public static FlagSet<T> Division<T>(this FlagSet<T> flags, Func<T, double, T> fraction, Func<T, int, T> folds, Func<T, int, T> fold,
        Func<T, T>? all = null) => flags
        .Add("--val-fraction --val-split", FlagValues.OpenShare,
            "Share of each class that is held out for validation when the data have no such part, above 0 and below 1; default 0.1.", fraction)
        .Add("--folds", FlagValues.Integer(2, 1000), "Divide the data into so many parts, each with the same mixture of classes, and hold one out; default: no folds.", folds)
        .Add("--fold", all is null ? FlagValues.Integer(1, 1000) : s_fold,
            $"Which of the folds is held out, from 1 on{(all is null ? string.Empty : ", or all: a run for each, with their mean and deviation")}; default 1.",
            (o, v) => v == AllFolds ? all!(o) : fold(o, v));

    public static FlagSet<T> Masks<T>(
        this FlagSet<T> flags, Func<T, IReadOnlyList<string>, T> classes, Func<T, int, T> ignored, Func<T, IReadOnlyList<string>, T> colors) => flags
        .Add("--classes", s_classes, "Names of the classes in masks, from value 0 on, separated by commas; default: classes.txt beside the data, else by the values.", classes)
        .Ignored("255 where that is no class", ignored)
        .MaskColors($"{ColorsHelp}; default none: masks hold numbers.", colors);

    public static FlagSet<T> MaskColors<T>(this FlagSet<T> flags, string help, Func<T, IReadOnlyList<string>, T> set) =>
        flags.Add("--mask-colors", s_colors, help, set);

    public static FlagSet<T> Ignored<T>(this FlagSet<T> flags, string whenAbsent, Func<T, int, T> set) =>
        flags.Add("--ignore-value --ignore-index", FlagValues.Integer(0, 255), $"The value in masks that does not count; default: {whenAbsent}.", set);

    public static FlagSet<T> Orientation<T>(this FlagSet<T> flags, string whenAbsent, Func<T, OrientationHandling, T> set) =>
        flags.Add("--orientation", FlagValues.Word<OrientationHandling>(),
            $"Whether images, and masks that have such a tag, are turned as their EXIF orientation says, or taken as they are stored; default: {whenAbsent}.", set);

    public static FlagSet<T> Levels<T>(this FlagSet<T> flags, string whenAbsent, Func<T, SampleLevels, T> set) =>
        flags.Add("--levels", s_levels, $"Which stored values become black and white in images of more than 8 bits a sample, LOW:HIGH, such as 0:4095 for a camera of 12 bits, in 256 shades, or LOW:HIGH:all in as many as are stored; default: {whenAbsent}.", set);

    public static FlagSet<T> BatchSize<T>(this FlagSet<T> flags, string help, Func<T, int, T> set) =>
        flags.Add("--batch-size --batch -b", FlagValues.Integer(1), help, set);

    public static FlagSet<T> ImageSize<T>(this FlagSet<T> flags, string whenAbsent, Func<T, Size2, T> set) =>
        flags.Add("--image-size --imgsz --img-size", s_size, $"What the model sees, in pixels: the side of a square, or HEIGHTxWIDTH such as 240x320; {whenAbsent}.", set);

    public static FlagSet<T> Crop<T>(this FlagSet<T> flags, string help, Func<T, Size2, T> set) => flags.Add("--crop", s_size, help, set);

    public static FlagSet<T> Weights<T>(this FlagSet<T> flags, string help, Func<T, string, T> set) =>
        flags.Add("--weights --pretrained", s_weights, $"{help} FILE may be hf:owner/name[@revision][/file] or https:ADDRESS, which is fetched once.", set);

    public static FlagSet<T> Workers<T>(this FlagSet<T> flags, string whenAbsent, Func<T, int, T> set) =>
        flags.Add("--workers -j", FlagValues.Integer(0, 256), $"Threads that decode and augment ahead, 0 to 256; {whenAbsent}.", set);

    public static FlagSet<T> Threads<T>(this FlagSet<T> flags, Func<T, int, T> set) =>
        flags.Add("--threads", FlagValues.Integer(1, 256), "Threads of the arithmetic; default: every processor. The result does not depend on it.", set);

    /// <summary>Options of the mechanism, and where it goes.</summary>
    public static FlagSet<T> MechanismDetails<T>(this FlagSet<T> flags, Func<T, IReadOnlyDictionary<string, string>, T> options, Func<T, string, T> at) => flags
        .AddPairs("--attention-option", "An option of the mechanism, as fovea show KEY lists them. May be given several times.", options)
        .Add("--attention-at", FlagValues.Text("PLACE"), "Where the mechanism goes: blocks, stages, neck (behind a feature pyramid), or places such as layer3,layer4.1; default blocks.", at)
        .Rule(given => Mechanisms(given["--attention"]).Contains(ModelRequest.NoAttention)
            ? given.Refuse($"--attention {ModelRequest.NoAttention}", "--attention-option", "--attention-at")
            : null);

    private static bool IsMechanism(string name) => name == ModelRequest.NoAttention || Catalog.Keys.Contains(name);

    // Among what --attention was given: predict takes methods there as well.
    private static IEnumerable<string> Mechanisms(string? given) => (given ?? string.Empty).Split(' ').Where(IsMechanism);

    /// <summary>What to say if a model that is named with its mechanism and the mechanism named beside it differ; null if they do not.</summary>
    public static string? OtherAttention(string model, string? attention) =>
        ModelCatalog.Split(model).Attention is { } mechanism && attention is not null && attention != mechanism
            ? $"the model {model} has {mechanism} in it, and --attention says {attention}; leave one out."
            : null;

    /// <summary>Checks options of a mechanism against its card, before anything slow begins.</summary>
    /// <exception cref="OptionException">There is no such mechanism or option, or the value does not fit.</exception>
    public static void CheckAttention(string? key, IReadOnlyDictionary<string, string> options)
    {
        foreach ((string name, string text) in options)
        {
            if (key is null or ModelRequest.NoAttention)
            {
                throw new OptionException("attention-option", $"there is no mechanism for {name}; name it with --attention KEY.");
            }

            AttentionOptions.Parse(Catalog.Find(key).Card, name, text);
        }
    }
}
