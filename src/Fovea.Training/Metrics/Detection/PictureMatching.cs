using System.Runtime.CompilerServices;
using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>What became of a detection for objects of each size: a bit for each IoU threshold.</summary>
/// <param name="Score">Its score.</param>
/// <param name="Rank">How many of its class in the picture are better.</param>
internal readonly record struct MatchedDetection(float Score, int Rank)
{
    /// <summary>Whether it found an object.</summary>
    public BitsBySize Found { get; init; }

    /// <summary>Whether it counts neither as right nor as wrong.</summary>
    public BitsBySize Ignored { get; init; }

    /// <summary>Bits of thresholds for all objects, small, medium and large ones.</summary>
    [InlineArray(4)]
    internal struct BitsBySize
    {
        private ushort _first;
    }
}

/// <summary>
/// Which objects of a class the detections in a picture found, by COCO's rules. From the best on, each takes the object that it overlaps most, at
/// least by the threshold, and that none has taken; objects that are asked for come before those that are not. A crowd is overlapped by
/// the share of the detection in it, and can be taken by many. What took an object that is not asked for does not count, nor does what took none and
/// has another size than the objects asked for.
/// </summary>
internal sealed class PictureMatching
{
    /// <summary>IoU thresholds from 0.5 in steps of 0.05.</summary>
    public const int Thresholds = 10;

    public PictureMatching(Detection[] found, LabelledBox[] there)
    {
        var bits = new (MatchedDetection.BitsBySize Found, MatchedDetection.BitsBySize Ignored)[found.Length];
        for (int size = 0; size < Sizes.Count; size++)
        {
            // Those that are asked for come first.
            LabelledBox[] objects = [.. there.OrderBy(b => !IsAsked(b, size))];
            int asked = objects.Count(b => IsAsked(b, size));
            Objects[size] = asked;
            double[,] overlaps = new double[found.Length, objects.Length];
            for (int d = 0; d < found.Length; d++)
            {
                for (int i = 0; i < objects.Length; i++)
                {
                    overlaps[d, i] = Overlap(found[d].Box, objects[i]);
                }
            }

            for (int t = 0; t < Thresholds; t++)
            {
                bool[] taken = new bool[objects.Length];
                for (int d = 0; d < found.Length; d++)
                {
                    int match = Best(overlaps, d, objects, taken, asked, Threshold(t));
                    ushort bit = (ushort)(1 << t);
                    if (match >= 0)
                    {
                        taken[match] = true;
                        bits[d].Found[size] |= bit;
                    }

                    bits[d].Ignored[size] |= (match >= 0 ? match >= asked : !IsOfSize(found[d].Box, size)) ? bit : (ushort)0;
                }
            }
        }

        Detections = [.. found.Select((d, i) => new MatchedDetection(d.Score, i) { Found = bits[i].Found, Ignored = bits[i].Ignored })];
    }

    /// <summary>The areas that objects are asked for of, in pixels: all, small, medium, large; both ends belong to them.</summary>
    public static IReadOnlyList<(double Least, double Most)> Sizes { get; } =
        [(0, double.PositiveInfinity), (0, BoxSizes.Small), (BoxSizes.Small, BoxSizes.Medium), (BoxSizes.Medium, double.PositiveInfinity)];

    /// <summary>What became of the detections, the best first.</summary>
    public IReadOnlyList<MatchedDetection> Detections { get; }

    /// <summary>Objects that are asked for, of each size.</summary>
    public int[] Objects { get; } = new int[Sizes.Count];

    /// <summary>An IoU threshold by its number.</summary>
    public static double Threshold(int t) => (50 + (5 * t)) / 100.0;

    private static int Best(double[,] overlaps, int d, LabelledBox[] objects, bool[] taken, int asked, double threshold)
    {
        int best = -1;
        double most = threshold;
        for (int i = 0; i < objects.Length; i++)
        {
            if (best >= 0 && best < asked && i >= asked)
            {
                break;
            }

            if (overlaps[d, i] >= most && (!taken[i] || objects[i].IsIgnored))
            {
                (best, most) = (i, overlaps[d, i]);
            }
        }

        return best;
    }

    private static bool IsAsked(LabelledBox b, int size) => !b.IsIgnored && IsOfSize(b.Box, size);

    private static bool IsOfSize(Box box, int size) => Area(box) >= Sizes[size].Least && Area(box) <= Sizes[size].Most;

    private static double Area(Box b) => ((double)b.X1 - b.X0) * ((double)b.Y1 - b.Y0);

    // In float64: an overlap of 11/20 is not to depend on how float32 rounds it.
    private static double Overlap(Box a, LabelledBox there)
    {
        Box b = there.Box;
        double width = Math.Min((double)a.X1, b.X1) - Math.Max((double)a.X0, b.X0), height = Math.Min((double)a.Y1, b.Y1) - Math.Max((double)a.Y0, b.Y0);
        if (!(width > 0 && height > 0))
        {
            return 0;
        }

        double both = width * height;
        return both / (there.IsIgnored ? Area(a) : Area(a) + Area(b) - both);
    }
}
