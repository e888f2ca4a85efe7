using Fovea.Imaging;
using Fovea.Imaging.Transforms;

namespace Fovea.Training.Data;

/// <summary>
/// Shows a picture larger or smaller than it fits: of a larger one a random part, a smaller one at a random place, the rest of the frame in the mean
/// colour (Ghiasi et al., "Simple Copy-Paste", 2021, scale jittering).
/// </summary>
public sealed record ScaleJitter
{
    private const double Largest = 100;

    /// <summary>The smallest factor, above 0; default 0.8.</summary>
    public double Least { get; init; } = 0.8;

    /// <summary>The largest factor, at least <see cref="Least"/>; default 1.25.</summary>
    public double Most { get; init; } = 1.25;

    /// <summary>Whether both are above 0 and in order, and small enough for a picture's pixels to be counted.</summary>
    internal bool IsSound => Least > 0 && Most >= Least && Most <= Largest;

    /// <summary>Where a picture goes: which part of it, and the rectangle of the frame that this is resized to.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="fitted">The rectangle that it would fill without jitter.</param>
    /// <param name="width">Width of the frame.</param>
    /// <param name="height">Height of the frame.</param>
    /// <param name="random">Where the numbers come from: three of them.</param>
    internal (Region Part, Region Place) Choose(Image image, Region fitted, int width, int height, IRandomSource random)
    {
        double factor = Least * Math.Pow(Most / Least, random.NextDouble());
        (int part, int size, int from, int at) across = Axis(image.Width, fitted.Width * factor, width, random.NextDouble());
        (int part, int size, int from, int at) down = Axis(image.Height, fitted.Height * factor, height, random.NextDouble());
        return (new Region(across.from, down.from, across.part, down.part), new Region(across.at, down.at, across.size, down.size));
    }

    // Along one side: larger than the frame, a part of the picture fills it; smaller, all of the picture lies somewhere in it.
    private static (int Part, int Size, int From, int At) Axis(int side, double scaled, int frame, double place)
    {
        if (scaled <= frame)
        {
            int size = Math.Max(1, (int)Math.Round(scaled));
            return (side, size, 0, (int)Math.Round(place * (frame - size)));
        }

        int part = Math.Clamp((int)Math.Round(side * frame / scaled), 1, side);
        return (part, frame, (int)Math.Round(place * (side - part)), 0);
    }
}
