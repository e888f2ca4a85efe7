namespace Fovea.Imaging.Tests;

/// <summary>Pictures made by formula, the same ones as in tests/golden/make_images.py.</summary>
internal static class Pictures
{
    /// <summary>Slopes that wrap round, with some noise.</summary>
    public static Image Make(int width, int height, int channels, int seed)
    {
        var image = new Image(width, height, (PixelFormat)channels);
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            int c = i % channels, x = i / channels % width, y = i / channels / width;
            image.Pixels[i] = (byte)(x * 3 + y * 5 + c * 70 + (Noise(i, seed) >> 26));
        }

        return image;
    }

    public static uint Noise(int i, int seed)
    {
        uint n = ((uint)i + (uint)seed * 1000003) * 2654435761;
        n ^= n >> 15;
        n *= 2246822519;
        return n ^ (n >> 13);
    }
}
