using System.Globalization;

namespace Fovea.Inspect;

/// <summary>What maps of one picture are asked for, in the words that users give.</summary>
/// <param name="Target">The target.</param>
/// <param name="Words">It in words: <c>cat</c>, <c>cat, not dog</c>, <c>pixel 3,12</c>, <c>pixels of road</c>.</param>
public sealed record AskedTarget(ITarget Target, string Words)
{
    private const string Mask = "mask";

    /// <summary>The class of the whole picture that they are asked for; null where it is of pixels.</summary>
    public int? Class { get; init; }

    /// <summary>
    /// Reads such words: a class by name or number, two with a hyphen between them for their difference, <c>y,x</c> for a pixel or <c>mask</c> for all
    /// pixels of the class that takes the most, in models that give a class for each.
    /// </summary>
    /// <param name="text">The words; null for what the model sees.</param>
    /// <param name="classes">The names of the model's classes; numbers stand in where they are not as many as the output's.</param>
    /// <param name="title">What the model is called in messages.</param>
    /// <param name="output">What the model gave for the picture, [1, classes] or [1, classes, H, W].</param>
    /// <exception cref="OptionException">There is no such class, or no such thing in the output.</exception>
    public static AskedTarget Of(string? text, IReadOnlyList<string> classes, string title, Tensor output)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(output);
        if (output.Rank is not (2 or 4))
        {
            throw new OptionException("target", $"expected a model that gives [N, classes] or [N, classes, H, W], got {output.Shape}; {title} cannot be asked.");
        }

        // A file may give another number of classes than its description names.
        IReadOnlyList<string> names = classes.Count == output.Shape[1] ? classes : [.. Enumerable.Range(0, output.Shape[1]).Select(i => string.Create(CultureInfo.InvariantCulture, $"class {i}"))];
        return output.Rank == 4 ? OfPixels(text, names, output) : OfPicture(text, names, title, output);
    }

    private static AskedTarget OfPicture(string? text, IReadOnlyList<string> classes, string title, Tensor output)
    {
        float[] scores = output.To(DType.Float32).ToArray<float>();
        if (text is null)
        {
            int seen = Array.IndexOf(scores, scores.Max());
            return new AskedTarget(new ClassTarget(seen), classes[seen]) { Class = seen };
        }

        if (Position(text) is not null || text == Mask)
        {
            throw new OptionException("target", $"{text} is of segmentation models, and {title} gives a class for each picture; give a class, such as \"{classes[0]}\".");
        }

        return Find(text, classes) is { } one ? new AskedTarget(new ClassTarget(one), classes[one]) { Class = one }
            : Difference(text, classes) is var (a, b) ? new AskedTarget(new ClassDifferenceTarget(a, b), $"{classes[a]}, not {classes[b]}") { Class = a }
            : throw Unknown(text, classes);
    }

    private static AskedTarget OfPixels(string? text, IReadOnlyList<string> classes, Tensor output)
    {
        int rows = output.Shape[2], columns = output.Shape[3];
        if (text is not null && Position(text) is var (y, x))
        {
            return y < rows && x < columns
                ? new AskedTarget(new PixelTarget(y, x), $"pixel {y},{x}")
                : throw new OptionException("target", $"expected a pixel of the output's {rows} rows and {columns} columns, counted from 0, got {text}.");
        }

        int[] best = Best(output);
        int asked = text is null or Mask
            ? best.GroupBy(c => c).OrderBy(g => g.Key == 0 && classes.Count > 1).ThenByDescending(g => g.Count()).First().Key
            : Find(text, classes) ?? throw Unknown(text, classes);
        bool isSeen = best.Contains(asked);
        float[] mask = Array.ConvertAll(best, c => !isSeen || c == asked ? 1f : 0f);
        return new AskedTarget(
            new MaskTarget(mask, rows, columns, asked), best.Length == 1 ? classes[asked] : isSeen ? $"pixels of {classes[asked]}" : $"{classes[asked]}, seen nowhere: all pixels");
    }

    private static int? Find(string text, IReadOnlyList<string> classes)
    {
        int named = Enumerable.Range(0, classes.Count).FirstOrDefault(i => classes[i] == text, -1);
        return named >= 0 ? named
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < classes.Count ? number
            : null;
    }

    // Names of classes have hyphens too: the one that leaves a class on both sides is meant.
    private static (int Class, int Against)? Difference(string text, IReadOnlyList<string> classes)
    {
        for (int at = text.IndexOf('-', StringComparison.Ordinal); at >= 0; at = text.IndexOf('-', at + 1))
        {
            if (Find(text[..at], classes) is { } a && Find(text[(at + 1)..], classes) is { } b)
            {
                return (a, b);
            }
        }

        return null;
    }

    private static (int Y, int X)? Position(string text)
    {
        string[] words = text.Split(',');
        return words.Length == 2 && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int y)
            && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int x) ? (y, x) : null;
    }

    private static int[] Best(Tensor output)
    {
        int classes = output.Shape[1], area = output.Shape[2] * output.Shape[3];
        float[] scores = output.To(DType.Float32).ToArray<float>();
        return [.. Enumerable.Range(0, area).Select(i => Enumerable.Range(0, classes).MaxBy(c => scores[(c * area) + i]))];
    }

    private static OptionException Unknown(string text, IReadOnlyList<string> classes) =>
        new("target", $"there is no class \"{text}\"; {Suggestion.Hint(text, [.. classes])} Numbers go from 0 to {classes.Count - 1}.");
}
