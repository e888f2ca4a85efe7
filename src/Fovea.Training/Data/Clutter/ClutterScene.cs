namespace Fovea.Training.Data;

/// <summary>Composes one picture: backdrop, distractors, and on top of them the glyph of the class.</summary>
internal sealed class ClutterScene
{
    private const int Side = Canvas.Side;
    private readonly Canvas _canvas = new();

    /// <summary>Draws a picture.</summary>
    /// <param name="random">All that the picture depends on, besides the label.</param>
    /// <param name="label">The class of the glyph.</param>
    /// <param name="pixels">Takes 64 × 64 × 3 bytes.</param>
    /// <param name="mask">Takes 64 × 64 bytes, 255 on the glyph and 0 elsewhere.</param>
    public void Draw(Generator random, int label, Span<byte> pixels, Span<byte> mask)
    {
        mask.Clear();
        Backdrop.Paint(_canvas, random);
        Placement glyph = DrawPlacement(random, 10, 18, 1);
        int count = 4 + random.Next(5);
        for (int i = 0; i < count; i++)
        {
            Placement place = DrawApart(random, glyph);
            Distractors.Paint(_canvas, random, place, Rgb.DrawLight(random), Shade(random));
        }

        _canvas.Paint(Glyphs.Shape(label), glyph, Rgb.DrawLight(random), Shade(random), mask);
        Backdrop.Develop(_canvas, random, pixels);
    }

    private static Placement DrawPlacement(Generator random, double smallest, double largest, float margin)
    {
        float radius = (float)random.NextDouble(smallest, largest);
        (float cos, float sin) = ExactRotation.At(random.NextDouble());
        float reach = margin * radius;
        return new Placement(
            (float)random.NextDouble(reach, Side - reach), (float)random.NextDouble(reach, Side - reach), radius, cos, sin);
    }

    // A distractor may slip under the glyph, but not lie wholly there; after a few tries it is taken as it is, small and harmless.
    private static Placement DrawApart(Generator random, in Placement glyph)
    {
        Placement place = default;
        for (int attempt = 0; attempt < 6; attempt++)
        {
            place = DrawPlacement(random, 4, 12, 0.3f);
            float dx = place.X - glyph.X, dy = place.Y - glyph.Y, apart = glyph.Radius + 0.4f * place.Radius;
            if (dx * dx + dy * dy > apart * apart)
            {
                break;
            }
        }

        return place;
    }

    private static float Shade(Generator random) => (float)random.NextDouble(-0.2, 0.2);
}
