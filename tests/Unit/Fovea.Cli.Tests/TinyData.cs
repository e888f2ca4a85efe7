using Fovea.Imaging;
using Fovea.Imaging.Codecs;

namespace Fovea.Cli.Tests;

/// <summary>Makes folders of tiny pictures, the same in every run of the tests.</summary>
internal static class TinyData
{
    /// <summary>Two classes that even one epoch can tell apart, divided into training and validation.</summary>
    public static void MakeDivided(string folder)
    {
        foreach ((string part, int count) in new[] { ("train", 12), ("val", 4) })
        {
            MakeClass(Path.Combine(folder, part, "dark"), count, 40);
            MakeClass(Path.Combine(folder, part, "light"), count, 210);
        }
    }

    /// <summary>Noisy pictures of 16x12, PNG, named 0, 1, ….</summary>
    public static void MakeClass(string folder, int count, int level, int seed = 0)
    {
        Directory.CreateDirectory(folder);
        int salt = Path.GetFileName(folder).Sum(c => c) + Path.GetFileName(Path.GetDirectoryName(folder)!).Sum(c => c);
        for (int i = 0; i < count; i++)
        {
            var image = new Image(16, 12, PixelFormat.Rgb);
            var random = new Random(salt * 1000 + seed + i);
            foreach (ref byte sample in image.Pixels.AsSpan())
            {
                sample = (byte)(level + random.Next(-30, 30));
            }

            ImageCodecs.Save(Path.Combine(folder, $"{i}.png"), image);
        }
    }
}
