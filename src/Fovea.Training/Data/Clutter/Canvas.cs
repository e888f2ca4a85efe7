namespace Fovea.Training.Data;

/// <summary>A square picture being drawn, in floating point so that many layers lose nothing.</summary>
internal sealed class Canvas
{
    /// <summary>The side in pixels.</summary>
    public const int Side = 64;

    /// <summary>Red, green, blue of each pixel, row by row.</summary>
    public readonly float[] Pixels = new float[Side * Side * 3];

    /// <summary>Draws a shape over what is there.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="place">Where, how large and how turned.</param>
    /// <param name="color">Its colour in the middle.</param>
    /// <param name="shade">How much of the colour is added from the middle to the rim along the shape's x, and lost the other way.</param>
    /// <param name="mask">Set to 255 where the shape covers at least half of a pixel; empty when nobody asks.</param>
    public void Paint<TShape>(TShape shape, in Placement place, Rgb color, float shade, Span<byte> mask)
        where TShape : IShape
    {
        float reach = place.Radius + 1;
        int left = Math.Max(0, (int)(place.X - reach)), right = Math.Min(Side - 1, (int)(place.X + reach));
        int top = Math.Max(0, (int)(place.Y - reach)), bottom = Math.Min(Side - 1, (int)(place.Y + reach));
        float inverse = 1 / place.Radius, cos = place.Cos * inverse, sin = place.Sin * inverse;
        float limit = reach * reach;
        for (int y = top; y <= bottom; y++)
        {
            float dy = y + 0.5f - place.Y;
            for (int x = left; x <= right; x++)
            {
                float dx = x + 0.5f - place.X;
                if (dx * dx + dy * dy > limit)
                {
                    continue;
                }

                float u = cos * dx + sin * dy, v = cos * dy - sin * dx;
                float coverage = Math.Clamp(0.5f - shape.Distance(u, v) * place.Radius, 0, 1);
                if (coverage > 0)
                {
                    Span<float> pixel = Pixels.AsSpan((y * Side + x) * 3, 3);
                    float light = 1 + shade * u;
                    pixel[0] += (color.R * light - pixel[0]) * coverage;
                    pixel[1] += (color.G * light - pixel[1]) * coverage;
                    pixel[2] += (color.B * light - pixel[2]) * coverage;
                    if (coverage >= 0.5f && !mask.IsEmpty)
                    {
                        mask[y * Side + x] = 255;
                    }
                }
            }
        }
    }
}

/// <summary>Where a shape goes: its centre and radius in pixels, and the cosine and sine of its rotation.</summary>
internal readonly record struct Placement(float X, float Y, float Radius, float Cos, float Sin);
