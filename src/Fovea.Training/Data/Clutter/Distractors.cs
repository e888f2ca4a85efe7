namespace Fovea.Training.Data;

/// <summary>Shapes that are no class: disks, blobs, bars, bends, arcs, lopsided polygons. They share size and colour with the glyphs.</summary>
internal static class Distractors
{
    /// <summary>Draws one of a random kind.</summary>
    public static void Paint(Canvas canvas, Generator random, in Placement place, Rgb color, float shade)
    {
        switch (random.Next(6))
        {
            case 0:
                canvas.Paint(new EllipseShape(Between(random, 0.4, 1)), place, color, shade, []);
                break;
            case 1:
                canvas.Paint(new BlobShape(DrawDisk(random), DrawDisk(random), DrawDisk(random)), place, color, shade, []);
                break;
            case 2:
                float pen = Between(random, 0.1, 0.25);
                canvas.Paint(new BarShape(1 - pen, pen), place, color, shade, []);
                break;
            case 3:
                var bend = new BendShape(Between(random, -0.5, 0.5), Between(random, 0.4, 0.7), Between(random, 0.08, 0.2));
                canvas.Paint(bend, place, color, shade, []);
                break;
            case 4:
                canvas.Paint(new ArcShape(Between(random, 0, 0.6), Between(random, 0.08, 0.18)), place, color, shade, []);
                break;
            default:
                canvas.Paint(DrawPolygon(random), place, color, shade, []);
                break;
        }
    }

    private static Disk DrawDisk(Generator random) =>
        new(Between(random, -0.45, 0.45), Between(random, -0.45, 0.45), Between(random, 0.25, 0.5));

    // Five to seven corners: more than a triangle or a square has, and no notch deep enough for a star.
    private static Polygon DrawPolygon(Generator random)
    {
        int count = 5 + random.Next(3);
        Span<float> corners = stackalloc float[2 * count];
        for (int i = 0; i < count; i++)
        {
            (float cos, float sin) = ExactRotation.At((i + random.NextDouble(-0.2, 0.2)) / count);
            float radius = Between(random, 0.75, 1);
            corners[2 * i] = radius * cos;
            corners[2 * i + 1] = radius * sin;
        }

        return new Polygon(corners);
    }

    private static float Between(Generator random, double low, double high) => (float)random.NextDouble(low, high);
}
