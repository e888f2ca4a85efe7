namespace Fovea.Training.Data;

/// <summary>The texture behind everything: two colours mixed by smooth noise, faint stripes, and at last light and grain over the whole.</summary>
internal static class Backdrop
{
    private const int Side = Canvas.Side;

    /// <summary>Covers the canvas.</summary>
    public static void Paint(Canvas canvas, Generator random)
    {
        Rgb from = Rgb.DrawDark(random), to = Rgb.DrawDark(random);
        int coarse = 8 + random.Next(17), fine = 3 + random.Next(5);
        float weight = (float)random.NextDouble(0.2, 0.5);
        float stripes = (float)random.NextDouble(-0.3, 0.3);
        float period = (float)random.NextDouble(5, 20);
        (float cos, float sin) = ExactRotation.At(random.NextDouble());
        Span<float> noise = stackalloc float[Side * Side];
        noise.Clear();
        AddNoise(noise, random, coarse, 1 - weight);
        AddNoise(noise, random, fine, weight);
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                float phase = (x * cos + y * sin) / period;
                phase -= MathF.Floor(phase);
                float mix = noise[y * Side + x] + stripes * (MathF.Abs(2 * phase - 1) - 0.5f);
                int at = (y * Side + x) * 3;
                canvas.Pixels[at] = from.R + (to.R - from.R) * mix;
                canvas.Pixels[at + 1] = from.G + (to.G - from.G) * mix;
                canvas.Pixels[at + 2] = from.B + (to.B - from.B) * mix;
            }
        }
    }

    /// <summary>Lays light from one side and grain over the canvas and rounds it to bytes.</summary>
    public static void Develop(Canvas canvas, Generator random, Span<byte> pixels)
    {
        (float cos, float sin) = ExactRotation.At(random.NextDouble());
        float slope = (float)random.NextDouble(0, 0.3) / Side;
        float grain = (float)random.NextDouble(2, 10) / 256;
        uint key = random.NextUInt32();
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                float light = 1 + slope * ((x - Side / 2) * cos + (y - Side / 2) * sin);
                uint bits = Hash(key + (uint)(y * Side + x));
                int at = (y * Side + x) * 3;
                pixels[at] = Round(canvas.Pixels[at] * light + grain * ((int)(bits & 511) - 256));
                pixels[at + 1] = Round(canvas.Pixels[at + 1] * light + grain * ((int)((bits >> 9) & 511) - 256));
                pixels[at + 2] = Round(canvas.Pixels[at + 2] * light + grain * ((int)((bits >> 18) & 511) - 256));
            }
        }
    }

    // Random values at the corners of square cells, blended with a curve that starts and ends flat, so that no cell edge shows.
    private static void AddNoise(Span<float> noise, Generator random, int cell, float weight)
    {
        int count = Side / cell + 2;
        Span<float> corners = stackalloc float[count * count];
        for (int i = 0; i < corners.Length; i++)
        {
            corners[i] = weight * (random.NextUInt32() >> 8) * (1f / (1 << 24));
        }

        Span<float> blend = stackalloc float[cell];
        for (int i = 0; i < cell; i++)
        {
            float t = (i + 0.5f) / cell;
            blend[i] = t * t * (3 - 2 * t);
        }

        Span<float> row = stackalloc float[count];
        for (int y = 0; y < Side; y++)
        {
            ReadOnlySpan<float> above = corners.Slice(y / cell * count, count), below = corners.Slice((y / cell + 1) * count, count);
            for (int i = 0; i < count; i++)
            {
                row[i] = above[i] + (below[i] - above[i]) * blend[y % cell];
            }

            Span<float> line = noise.Slice(y * Side, Side);
            for (int start = 0, i = 0; start < Side; start += cell, i++)
            {
                int end = Math.Min(cell, Side - start);
                for (int j = 0; j < end; j++)
                {
                    line[start + j] += row[i] + (row[i + 1] - row[i]) * blend[j];
                }
            }
        }
    }

    private static uint Hash(uint x)
    {
        x = (x ^ (x >> 16)) * 0x7FEB352D;
        x = (x ^ (x >> 15)) * 0x846CA68B;
        return x ^ (x >> 16);
    }

    private static byte Round(float value) => (byte)Math.Clamp((int)(value + 0.5f), 0, 255);
}
