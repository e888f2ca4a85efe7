using System.Globalization;

namespace Fovea.Training;

/// <summary>Reads losses from text: <c>ce</c>, <c>ce+dice</c>, <c>0.5*focal(2)+lovasz</c>.</summary>
internal static class LossParser
{
    /// <summary>What classifiers are trained with when nothing is said.</summary>
    public const string ForClasses = "ce";

    /// <summary>What segmentation models are trained with when nothing is said.</summary>
    public const string ForMasks = "ce+dice";

    /// <summary>What retrieval models are trained with when nothing is said.</summary>
    public const string ForIdentities = "ce+triplet";

    /// <summary>The names of the losses.</summary>
    public static IReadOnlyList<string> Names { get; } = ["ce", "focal", "bce", "dice", "jaccard", "tversky", "lovasz", "triplet"];

    private static readonly Dictionary<string, string> s_aliases = new()
    {
        ["cross-entropy"] = "ce",
        ["crossentropy"] = "ce",
        ["binary-cross-entropy"] = "bce",
        ["iou"] = "jaccard",
        ["lovász"] = "lovasz",
        ["lovasz-softmax"] = "lovasz",
    };

    /// <summary>Makes a loss.</summary>
    /// <param name="text">Losses joined by +, each with a factor (0.5*) before it and numbers in parentheses after it if wanted.</param>
    /// <param name="smoothing">Label smoothing of the cross entropy.</param>
    /// <param name="weights">Weights of the classes in the cross entropy.</param>
    /// <exception cref="OptionException">The text is no loss, or one of distances, which are between embeddings.</exception>
    public static Loss Parse(string text, double smoothing = 0, IReadOnlyList<double>? weights = null)
    {
        (double Weight, Loss Loss)[] parts = Parts(text, smoothing, weights);
        return parts.Any(p => p.Loss is TripletLoss) ? throw new OptionException("loss", $"triplet is of distances, which retrieval networks such as rga_resnet50 learn; leave it out, got {text}.")
            : parts is [(1, var only)] ? only : new SumLoss(parts);
    }

    /// <summary>The losses of a sum, each with its factor.</summary>
    /// <exception cref="OptionException">The text is no loss.</exception>
    public static (double Weight, Loss Loss)[] Parts(string text, double smoothing = 0, IReadOnlyList<double>? weights = null) =>
        [.. text.Split('+').Select(p => Part(text, p.Trim(), smoothing, weights))];

    /// <summary>Whether the loss takes targets that are shares of classes, as mixing of images makes them.</summary>
    public static bool TakesShares(string text) => text.Split('+').All(p => Name(p.Trim().Split('*')[^1].Trim()) is "ce" or "bce");

    private static (double Weight, Loss Loss) Part(string text, string part, double smoothing, IReadOnlyList<double>? weights)
    {
        string[] words = part.Split('*', 2, StringSplitOptions.TrimEntries);
        double weight = words.Length == 2 ? Number(text, words[0]) : 1;
        if (weight <= 0)
        {
            throw Wrong(text, $"a factor above 0 before {words[^1]}, got {words[0]}");
        }

        string call = words[^1];
        int open = call.IndexOf('(', StringComparison.Ordinal);
        double[] numbers = open < 0 ? []
            : call.EndsWith(')') ? [.. call[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries).Select(n => Number(text, n))]
            : throw Wrong(text, $"a closing parenthesis after {call}");
        string name = Name(call);
        return (weight, (name, numbers) switch
        {
            ("ce", []) => new CrossEntropyLoss { LabelSmoothing = smoothing, ClassWeights = weights },
            ("focal", []) => new FocalLoss(),
            ("focal", [var gamma]) => new FocalLoss { Gamma = gamma },
            ("bce", []) => new OneAgainstRestLoss(),
            ("dice", []) => new DiceLoss(),
            ("jaccard", []) => new JaccardLoss(),
            ("tversky", []) => new TverskyLoss(),
            ("tversky", [var alpha, var beta]) => new TverskyLoss(alpha, beta),
            ("lovasz", []) => new LovaszLoss(),
            ("triplet", []) => new TripletLoss(),
            ("triplet", [var margin and >= 0]) => new TripletLoss { Margin = margin },
            _ when Names.Contains(name) => throw Wrong(text, $"{name} {Numbers(name)}, got {call}"),
            _ => throw new OptionException("loss", $"there is no loss \"{name}\"; {Suggestion.Hint(name, Names)}"),
        });
    }

    private static string Numbers(string name) => name switch
    {
        "focal" => "or focal(gamma)",
        "tversky" => "or tversky(alpha,beta)",
        "triplet" => "or triplet(margin) of at least 0",
        _ => "without numbers",
    };

    private static string Name(string call)
    {
        string name = call.Split('(')[0].Trim().ToLowerInvariant();
        return s_aliases.GetValueOrDefault(name, name);
    }

    private static double Number(string text, string number) =>
        double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw Wrong(text, $"a number, got \"{number}\"");

    private static OptionException Wrong(string text, string expected) =>
        new("loss", $"\"{text}\": expected {expected}; losses are {string.Join(", ", Names)}, joined such as 0.5*focal(2)+dice.");
}
