using Fovea.Imaging.Transforms;

namespace Fovea.Imaging.Tests.Transforms;

/// <summary>Unrounded samples go where the pixels go.</summary>
public sealed class ValueTests
{
    private const int Width = 23, Height = 17;

    private static readonly Dictionary<string, Func<Image, Image>> s_moves = new()
    {
        ["crop"] = i => i.Crop(new Region(3, 2, 11, 9)),
        ["flip horizontal"] = i => i.FlipHorizontal(),
        ["flip vertical"] = i => i.FlipVertical(),
        ["orient"] = i => i.Orient(ExifOrientation.RightTop),
        ["nearest"] = i => i.Resize(40, 9, ResizeFilter.Nearest),
        ["grey to colour and alpha"] = i => i.ConvertTo(PixelFormat.Rgba),
        ["without alpha"] = i => i.ConvertTo(i.Channels < 3 ? PixelFormat.Grey : PixelFormat.Rgb),
    };

    public static TheoryData<string, PixelFormat> Moves => [.. s_moves.Keys.SelectMany(m => Enum.GetValues<PixelFormat>().Select(f => (m, f)))];

    public static TheoryData<ResizeFilter, PixelFormat> Filters =>
        [.. Enum.GetValues<ResizeFilter>().SelectMany(f => new[] { PixelFormat.Grey, PixelFormat.Rgb }.Select(p => (f, p)))];

    [Theory]
    [MemberData(nameof(Moves))]
    public void What_moves_pixels_moves_values_alike(string move, PixelFormat format)
    {
        Image moved = s_moves[move](Drawn(format));
        Assert.Equal(moved.Pixels.Select(p => p / 255f), moved.Values!);
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Resized_values_are_what_pixels_are_rounded_from(ResizeFilter filter, PixelFormat format)
    {
        // Two passes of pixels round to the nearest, each half a level off; the second mixes what the first has rounded, with lobes up to a quarter more.
        const double tolerance = 1.2 / 255;
        foreach ((int width, int height) in new[] { (7, 5), (40, 33), (23, 30), (9, 17) })
        {
            Image resized = Drawn(format).Resize(width, height, filter);
            Assert.All(resized.Pixels.Zip(resized.Values!), p => Assert.Equal(p.First / 255.0, p.Second, tolerance));
        }
    }

    [Fact]
    public void Differences_below_a_level_of_eight_bits_survive()
    {
        float[] values = [.. Enumerable.Range(0, 16 * 16).Select(i => 0.5f + (i % 16 / 65535f))];
        Image small = new Image(16, 16, PixelFormat.Grey, new byte[256], values).Resize(8, 8);
        Assert.All(Enumerable.Range(0, 7), x => Assert.Equal(2 / 65535.0, small.Values![x + 1] - small.Values[x], 0.6 / 65535));
        Assert.All(Enumerable.Range(0, 8), y => Assert.Equal(small.Values!.AsSpan(0, 8), small.Values.AsSpan(8 * y, 8)));
    }

    [Theory]
    [InlineData(PixelFormat.Rgba)]
    [InlineData(PixelFormat.GreyAlpha)]
    public void Invisible_colours_do_not_bleed_into_values(PixelFormat format)
    {
        int channels = (int)format;
        float[] values = new float[8 * 8 * channels];
        for (int i = 0; i < 64; i++)
        {
            bool isSeen = i % 8 < 4;
            values.AsSpan(i * channels, channels - 1).Fill(isSeen ? 0.25f : 1);
            values[(i * channels) + channels - 1] = isSeen ? 1 : 0;
        }

        Image small = new Image(8, 8, format, new byte[values.Length], values).Resize(3, 3);
        Assert.All(Enumerable.Range(0, 9).Where(i => small.Values![(i * channels) + channels - 1] > 0), i => Assert.Equal(0.25, small.Values![i * channels], 1e-6));
    }

    [Fact]
    public void Values_are_as_many_as_pixels() =>
        Assert.Throws<ArgumentException>(() => new Image(2, 2, PixelFormat.Rgb, new byte[12], new float[4]));

    private static Image Drawn(PixelFormat format)
    {
        byte[] pixels = new byte[Width * Height * (int)format];
        new Random(5).NextBytes(pixels);
        return new Image(Width, Height, format, pixels, [.. pixels.Select(p => p / 255f)]);
    }
}
