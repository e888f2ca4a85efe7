using System.Globalization;
using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Bench.Data;

/// <summary>Pictures of 32 × 32 pixels in ten classes, as many as wanted: a slope of the class's colour with some noise, so that PNG makes them half as small.</summary>
internal sealed class MadeUp(int count) : IImageDataset
{
    private const int Side = 32;
    private const int Noise = 4;

    public string Source => "made up";

    public int Count => count;

    public IReadOnlyList<string> Classes { get; } = [.. Enumerable.Range(0, 10).Select(c => $"class-{c}")];

    public int Label(int index) => index % 10;

    public string Name(int index) => index.ToString("D9", CultureInfo.InvariantCulture);

    public ImageSample Get(int index)
    {
        var image = new Image(Side, Side, PixelFormat.Rgb);
        Generator random = new Generator(0).Fork((ulong)index);
        Span<byte> pixels = image.Pixels;
        for (int i = 0; i < pixels.Length; i++)
        {
            int x = i / 3 % Side, y = i / 3 / Side;
            pixels[i] = (byte)((((Label(index) + 1) * (i % 3 + 1) * 7) + (4 * x) + (3 * y) + random.Next(Noise)) & 255);
        }

        return new ImageSample(image, Label(index), Name(index));
    }
}
