using Fovea.Imaging.Transforms;
using FsCheck;
using FsCheck.Fluent;

namespace Fovea.Imaging.Tests.Transforms;

/// <summary>Each transform against its definition, pixel by pixel.</summary>
public class GeometryTests
{
    private static void Defined(Image result, int width, int height, Image source, Func<int, int, (int X, int Y)> from, string name)
    {
        var expected = new Image(width, height, source.Format);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (int sourceX, int sourceY) = from(x, y);
                int channels = source.Channels;
                source.Row(sourceY).Slice(sourceX * channels, channels).CopyTo(expected.Row(y)[(x * channels)..]);
            }
        }

        Same.Picture(expected, result, name);
        Assert.NotSame(source.Pixels, result.Pixels);
    }

    [Fact]
    public void Flips_turns_and_transposes_move_each_pixel_where_they_should() => Prop.ForAll(AnyPicture.Arbitrary, image =>
    {
        int w = image.Width, h = image.Height;
        Defined(image.FlipHorizontal(), w, h, image, (x, y) => (w - 1 - x, y), "flip horizontal");
        Defined(image.FlipVertical(), w, h, image, (x, y) => (x, h - 1 - y), "flip vertical");
        Defined(image.Transpose(), h, w, image, (x, y) => (y, x), "transpose");
        foreach (int turns in (int[])[0, 4, -4])
        {
            Defined(image.Rotate90(turns), w, h, image, (x, y) => (x, y), "no turn");
        }

        // Clockwise: the left column becomes the top row, its bottom at the left.
        foreach (int turns in (int[])[1, -3, 5])
        {
            Defined(image.Rotate90(turns), h, w, image, (x, y) => (y, h - 1 - x), "quarter turn");
        }

        Defined(image.Rotate90(2), w, h, image, (x, y) => (w - 1 - x, h - 1 - y), "half turn");
        Defined(image.Rotate90(3), h, w, image, (x, y) => (w - 1 - y, x), "three quarters");
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Padding_takes_each_pixel_from_where_its_mode_says() => Prop.ForAll(AnyPicture.Arbitrary, Arb.From(Gen.Choose(0, 1 << 20)), (image, seed) =>
    {
        var random = new Random(seed);
        int left = random.Next(60), top = random.Next(60), right = random.Next(60), bottom = random.Next(60);
        int w = image.Width, h = image.Height, width = w + left + right, height = h + top + bottom;
        Image Padded(BorderMode mode) => image.Pad(left, top, right, bottom, mode);

        Defined(Padded(BorderMode.Edge), width, height, image, (x, y) => (Math.Clamp(x - left, 0, w - 1), Math.Clamp(y - top, 0, h - 1)), "edge");
        Defined(Padded(BorderMode.Reflect), width, height, image, (x, y) => (Bounce(x - left, w), Bounce(y - top, h)), "reflect");
        Defined(Padded(BorderMode.Symmetric), width, height, image, (x, y) => (Mirror(x - left, w), Mirror(y - top, h)), "symmetric");

        Image constant = image.Pad(left, top, right, bottom, BorderMode.Constant, [77]);
        Same.Picture(image, constant.Crop(new Region(left, top, w, h)), "constant, inside");
        Assert.Equal(77 * (constant.Pixels.Length - image.Pixels.Length), constant.Pixels.Sum(p => p) - image.Pixels.Sum(p => p));
    }).QuickCheckThrowOnFailure();

    /// <summary>Walks to and fro between the first and the last pixel, one step at a time.</summary>
    private static int Bounce(int at, int size)
    {
        while (size > 1 && (at < 0 || at >= size))
        {
            at = at < 0 ? -at : 2 * (size - 1) - at;
        }

        return size == 1 ? 0 : at;
    }

    private static int Mirror(int at, int size)
    {
        while (at < 0 || at >= size)
        {
            at = at < 0 ? -1 - at : 2 * size - 1 - at;
        }

        return at;
    }

    [Fact]
    public void A_colour_fills_border_and_erased_region()
    {
        Image image = new Image(1, 1, PixelFormat.Rgb).Pad(1, 0, 0, 0, BorderMode.Constant, [1, 2, 3]);
        Assert.Equal([1, 2, 3, 0, 0, 0], image.Pixels);
        Assert.Equal([1, 2, 3, 9, 8, 7], image.Erase(new Region(1, 0, 1, 1), [9, 8, 7]).Pixels);
        Assert.Equal([0, 0, 0, 0, 0, 0], image.Erase(new Region(0, 0, 2, 1)).Pixels);
        Assert.Equal([1, 2, 3, 0, 0, 0], image.Pixels);
    }

    [Fact]
    public void Centre_crop_rounds_halves_to_even()
    {
        Image ramp = new(9, 1, PixelFormat.Grey, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        Assert.Equal([2, 3, 4, 5], ramp.CenterCrop(4, 1).Pixels);
        Assert.Equal([2, 3, 4, 5, 6, 7], ramp.CenterCrop(6, 1).Pixels);
        Assert.Equal([3, 4, 5], ramp.CenterCrop(3, 1).Pixels);
    }

    [Fact]
    public void Wrong_arguments_are_refused_by_name()
    {
        Image image = Pictures.Make(4, 3, 3, 1);
        Assert.Contains("crop", Assert.Throws<ArgumentException>(() => image.Crop(new Region(0, 0, 5, 1))).Message);
        Assert.Contains("4x3", Assert.Throws<ArgumentException>(() => image.CenterCrop(5, 5)).Message);
        Assert.Throws<ArgumentException>(() => image.Crop(new Region(int.MaxValue, 0, 1, 1)));
        Assert.Throws<ArgumentException>(() => image.Crop(new Region(0, 0, 0, 1)));
        Assert.Contains("-1", Assert.Throws<ArgumentException>(() => image.Pad(-1)).Message);
        Assert.Contains("got 2", Assert.Throws<ArgumentException>(() => image.Pad(1, BorderMode.Constant, [1, 2])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => image.Pad(1, (BorderMode)7));
        Assert.Throws<ArgumentException>(() => image.Erase(new Region(3, 0, 2, 1)));
    }

    [Fact]
    public void An_image_checks_what_it_is_given()
    {
        Assert.Throws<ArgumentException>(() => new Image(0, 1, PixelFormat.Grey));
        Assert.Throws<ArgumentException>(() => new Image(-1, 1, PixelFormat.Grey));
        Assert.Throws<ArgumentException>(() => new Image(2, 2, PixelFormat.Grey, new byte[5]));
        Assert.Throws<ArgumentException>(() => new Image(int.MaxValue, int.MaxValue, PixelFormat.Rgba));
    }
}
