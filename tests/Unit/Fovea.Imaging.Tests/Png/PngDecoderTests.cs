using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Png;
using Fovea.Testing;

namespace Fovea.Imaging.Tests.Png;

public class PngDecoderTests
{
    private static readonly IReadOnlyDictionary<string, GoldenPicture> s_goldens = GoldenPicture.Load("png");

    public static TheoryData<string> Names => new(s_goldens.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_pixels_and_indices_are_exact(string name)
    {
        byte[] file = GoldenPicture.Bytes("png", name + ".png");
        Same.Picture(s_goldens[name].Expected, ImageCodecs.Decode(file), name);

        if (s_goldens[name].Indices is { } indices)
        {
            Image actual = ImageCodecs.DecodeIndices(file);
            Same.Picture(new Image(actual.Width, actual.Height, PixelFormat.Grey, indices), actual, name);
        }
        else if (!name.StartsWith("grey16", StringComparison.Ordinal))
        {
            var error = Assert.Throws<ImageException>(() => ImageCodecs.DecodeIndices(file));
            Assert.Equal(ImageError.Unsupported, error.Error);
        }
    }

    [Fact]
    public void Every_colour_type_depth_and_interlace_is_among_the_goldens()
    {
        var seen = s_goldens.Keys.Select(n => GoldenPicture.Bytes("png", n + ".png")).Select(f => (Color: f[25], Depth: f[24], Interlace: f[28])).ToHashSet();
        Assert.Equal(15 * 2, seen.Count);
    }

    [Fact]
    public void The_branchless_predictor_is_the_standards_for_all_bytes()
    {
        for (int a = 0; a < 256; a++)
        {
            for (int b = 0; b < 256; b++)
            {
                for (int c = 0; c < 256; c++)
                {
                    int p = a + b - c, pa = Math.Abs(p - a), pb = Math.Abs(p - b), pc = Math.Abs(p - c);
                    int nearest = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
                    if (PngFilter.Predict(a, b, c) != nearest)
                    {
                        Assert.Fail($"Paeth of {a}, {b}, {c}: expected {nearest}, got {PngFilter.Predict(a, b, c)}.");
                    }
                }
            }
        }
    }

    [Fact]
    public void Masks_of_the_shared_set_hold_class_indices()
    {
        string? folder = SharedData.Path("data/camvid/valannot");
        Assert.SkipWhen(folder is null, SharedData.Missing);
        foreach (string path in Directory.EnumerateFiles(folder, "*.png"))
        {
            Image mask = ImageCodecs.LoadIndices(path);
            Assert.Equal((480, 360, PixelFormat.Grey), (mask.Width, mask.Height, mask.Format));
            Assert.True(mask.Pixels.Max() <= 11);
        }
    }
}
