using System.Globalization;

namespace Fovea.Training.Data;

/// <summary>What the values in masks mean: a class, a place that does not count, or a mistake.</summary>
internal sealed class MaskLabels
{
    /// <summary>The class of places that do not count, in every <see cref="ImageSample.Mask"/> of a segmentation set.</summary>
    public const byte Ignored = 255;

    /// <summary>The most classes that masks of one byte can hold beside <see cref="Ignored"/>.</summary>
    public const int MostClasses = 255;

    private static readonly string[] s_binary = ["background", "foreground"];
    private readonly byte[] _classes = new byte[256];
    private readonly bool[] _isKnown = new bool[256];

    private MaskLabels(IReadOnlyList<string> classes, int? ignored, bool[] seen)
    {
        Classes = classes;
        for (int value = 0; value < classes.Count; value++)
        {
            Set(value, (byte)value);
        }

        // Masks of one object are as often 0 and 255 (or 128) as 0 and 1.
        int[] marks = [.. Enumerable.Range(1, 255).Where(v => seen[v] && v != ignored)];
        bool isMarked = classes.Count == 2 && marks.Length == 1;
        if (isMarked)
        {
            Set(marks[0], 1);
        }

        if (ignored is { } skipped)
        {
            Set(skipped, Ignored);
        }
        else if (!_isKnown[Ignored])
        {
            Set(Ignored, Ignored);
        }

        string last = isMarked && marks[0] != 1 ? $"0 and {marks[0]}" : $"0 to {classes.Count - 1}";
        int[] skips = [.. Enumerable.Range(0, 256).Where(v => _isKnown[v] && _classes[v] == Ignored)];
        Expected = skips.Length == 0 ? last : $"{last}, or {string.Join(" and ", skips)} for what does not count";
    }

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The values that mean something, in words.</summary>
    public string Expected { get; private init; }

    /// <summary>The meaning of values when the classes are known.</summary>
    /// <param name="classes">Their names: value 0 is the first.</param>
    /// <param name="ignored">The value that does not count; null for 255 where that is no class.</param>
    /// <param name="seen">Which values occur.</param>
    public static MaskLabels Of(IReadOnlyList<string> classes, int? ignored, bool[] seen) => classes.Count is >= 1 and <= MostClasses
        ? new MaskLabels(classes, ignored, seen)
        : throw new OptionException("classes", string.Create(CultureInfo.InvariantCulture, $"masks of one byte hold 1 to {MostClasses} classes, got {classes.Count}."));

    /// <summary>The meaning of values that are the numbers of named classes, and 255 where none counts.</summary>
    /// <param name="names">The names: value 0 is the first.</param>
    /// <param name="wanted">The classes that are asked for, which may be in another order or be more; null for the same.</param>
    /// <param name="ignored">A value that does not count beside 255; null for none.</param>
    /// <param name="source">Where the masks are, for messages.</param>
    /// <exception cref="DataException">A name is none of the classes that are asked for.</exception>
    public static MaskLabels Numbered(IReadOnlyList<string> names, IReadOnlyList<string>? wanted, int? ignored, string source)
    {
        var labels = new MaskLabels(names, null, new bool[256]);
        if (wanted is not null && !wanted.SequenceEqual(names, StringComparer.Ordinal))
        {
            string[] all = [.. wanted];
            labels = new MaskLabels(all, null, new bool[256]) { Expected = labels.Expected };
            Array.Clear(labels._isKnown);
            labels.Set(Ignored, Ignored);
            for (int value = 0; value < names.Count; value++)
            {
                int label = Array.IndexOf(all, names[value]);
                labels.Set(value, label >= 0 ? (byte)label
                    : throw new DataException($"{source}: the masks are of the classes {string.Join(", ", names)}, and {names[value]} is none of those that are asked for: {string.Join(", ", all)}."));
            }
        }

        if (ignored is { } skipped)
        {
            labels.Set(skipped, Ignored);
        }

        return labels;
    }

    /// <summary>The meaning of values when nothing says it: two values are background and foreground, others the numbers of classes.</summary>
    /// <param name="ignored">The value that does not count; null for 255 where others than 0 and 255 occur.</param>
    /// <param name="seen">Which values occur in the training masks.</param>
    /// <param name="source">Where they do, for messages.</param>
    /// <exception cref="DataException">The values are no numbers of classes.</exception>
    public static MaskLabels Infer(int? ignored, bool[] seen, string source)
    {
        int[] marks = [.. Enumerable.Range(1, 255).Where(v => seen[v] && v != ignored)];
        if (marks.Length == 0)
        {
            throw new DataException($"{source}: the masks hold nothing but 0{(ignored is null ? string.Empty : $" and {ignored}")}; there is nothing to find in them.");
        }

        if (marks.Length > 1 && ignored is null)
        {
            marks = [.. marks.Where(v => v != Ignored)];
        }

        int count = marks[^1] + 1;
        if (marks.Length == 1)
        {
            return new MaskLabels(s_binary, ignored, seen);
        }

        // Numbers of classes lie close together; the shades of a soft or a compressed mask do not.
        if (count > 2 * (marks.Length + 1))
        {
            string few = string.Join(", ", marks.Take(12)) + (marks.Length > 12 ? ", …" : string.Empty);
            throw new DataException(
                $"{source}: the masks hold the values {few}, which do not look like numbers of classes from 0; name the classes with --classes, "
                + "or save the masks without smoothing or lossy compression.");
        }

        return new MaskLabels([.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"class {i}"))], ignored, seen);
    }

    /// <summary>Replaces the values of a mask by classes.</summary>
    /// <returns>Null, or what is wrong with the mask.</returns>
    public string? Apply(Span<byte> values, int width)
    {
        long wrong = 0;
        int first = -1;
        var strange = new SortedSet<int>();
        for (int i = 0; i < values.Length; i++)
        {
            byte value = values[i];
            if (!_isKnown[value])
            {
                wrong++;
                first = first < 0 ? i : first;
                strange.Add(value);
            }

            values[i] = _classes[value];
        }

        if (wrong == 0)
        {
            return null;
        }

        string few = string.Join(", ", strange.Take(5)) + (strange.Count > 5 ? ", …" : string.Empty);
        return string.Create(CultureInfo.InvariantCulture,
            $"values out of range: {few} ({wrong} of {values.Length} pixels, the first at {first % width},{first / width}); expected {Expected}.");
    }

    private void Set(int value, byte label)
    {
        _classes[value] = label;
        _isKnown[value] = true;
    }
}
