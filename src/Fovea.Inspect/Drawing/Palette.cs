using Fovea.Imaging.Drawing;

namespace Fovea.Inspect;

/// <summary>
/// The colours that values are drawn in: <see cref="Size"/> of them along a path through OKLab, each as different from the one before as the
/// next from it, so that equal differences of values look equal. Lightness alone tells the order, on grey paper and to colour-blind eyes too.
/// </summary>
public sealed class Palette
{
    /// <summary>Colours of a palette; an odd number, so that one of them is the middle.</summary>
    public const int Size = 255;

    // Lengths along the path are sums over so many pieces.
    private const int Pieces = 20_000;

    private Palette(string name, bool isDiverging, Func<double, OkLab> path) => (Name, IsDiverging, Colors) = (name, isDiverging, Walk(path));

    /// <summary>From near black over violet, red and orange to light yellow: for values from least to greatest.</summary>
    public static Palette Sequential { get; } = new("ember", isDiverging: false, static t =>
        OkLab.Of(0.17 + (0.79 * t), 0.05 + (0.02 * t) + (0.14 * Math.Sin(Math.PI * Math.Pow(t, 0.8))), 275 + (185 * t)));

    /// <summary>From blue over near white to red: for values on both sides of 0, which is the middle.</summary>
    public static Palette Diverging { get; } = new("tide", isDiverging: true, static t =>
        OkLab.Of(0.96 - (0.52 * Math.Abs((2 * t) - 1)), 0.15 * Math.Abs((2 * t) - 1), t < 0.5 ? 258 : 28));

    /// <summary>The palettes.</summary>
    public static IReadOnlyList<Palette> All { get; } = [Sequential, Diverging];

    /// <summary>What NaN is drawn in, which is in no palette: a green.</summary>
    public static Color NotANumber { get; } = new(0, 200, 83);

    /// <summary>The name, such as <c>ember</c>.</summary>
    public string Name { get; }

    /// <summary>Whether it has a middle from which colours go two ways.</summary>
    public bool IsDiverging { get; }

    /// <summary>The colours in order.</summary>
    public IReadOnlyList<Color> Colors { get; }

    /// <summary>The colour of a place on the palette: number <c>⌊254·t + ½⌋</c>.</summary>
    /// <param name="t">The place, from 0 to 1; what lies outside is drawn as the end.</param>
    public Color this[double t] => Colors[(int)Math.Floor(((Size - 1) * Math.Clamp(t, 0, 1)) + 0.5)];

    private static Color[] Walk(Func<double, OkLab> path)
    {
        OkLab[] points = [.. Enumerable.Range(0, Pieces + 1).Select(i => path((double)i / Pieces))];
        double[] lengths = new double[points.Length];
        for (int i = 1; i < points.Length; i++)
        {
            lengths[i] = lengths[i - 1] + points[i - 1].DistanceTo(points[i]);
        }

        return [.. Enumerable.Range(0, Size).Select(i => points[NearestTo(lengths, lengths[^1] * i / (Size - 1))].ToColor())];
    }

    private static int NearestTo(double[] lengths, double length)
    {
        int found = Array.BinarySearch(lengths, length);
        int after = found >= 0 ? found : Math.Min(~found, lengths.Length - 1);
        return after > 0 && length - lengths[after - 1] < lengths[after] - length ? after - 1 : after;
    }
}
