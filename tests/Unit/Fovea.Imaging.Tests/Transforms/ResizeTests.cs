using System.Globalization;
using System.Security.Cryptography;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Transforms;
using Fovea.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Fovea.Imaging.Tests.Transforms;

public class ResizeTests
{
    [Theory]
    [MemberData(nameof(Cases))]
    public void Pictures_equal_Pillows(string mode, string size, ResizeFilter filter)
    {
        Image source = ImageCodecs.Load(Repository.Golden("images", "resize", $"{mode}.png"));
        Image expected = ImageCodecs.Load(Repository.Golden("images", "resize", $"{mode}-{size}-{filter}.png"));
        Same.Picture(expected, source.Resize(expected.Width, expected.Height, filter), $"{mode} {size} {filter}");
    }

    [Fact]
    public void Hashes_of_a_thousand_sizes_equal_Pillows()
    {
        string[] lines = File.ReadAllLines(Repository.Golden("images", "resize", "hashes.txt"));
        var sources = new Dictionary<string, Image>();
        foreach (string line in lines)
        {
            string[] words = line.Split(' ');
            int[] n = [.. words[..5].Select(w => int.Parse(w, CultureInfo.InvariantCulture))];
            string key = string.Join(' ', words[..3]);
            if (!sources.TryGetValue(key, out Image? source))
            {
                sources[key] = source = Pictures.Make(n[0], n[1], n[2], n[0] + n[2]);
            }

            Image resized = source.Resize(n[3], n[4], Enum.Parse<ResizeFilter>(words[5]));
            string hash = Convert.ToHexStringLower(SHA256.HashData(resized.Pixels))[..24];
            Assert.True(hash == words[6], line);
        }

        Assert.True(lines.Length > 1000);
    }

    [Fact]
    public void Resizing_a_region_equals_cropping_first() => Prop.ForAll(AnyPicture.Arbitrary, Arb.From(Gen.Choose(0, 1 << 20)), (image, seed) =>
    {
        var random = new Random(seed);
        int x = random.Next(image.Width), y = random.Next(image.Height);
        var region = new Region(x, y, 1 + random.Next(image.Width - x), 1 + random.Next(image.Height - y));
        var filter = (ResizeFilter)random.Next(6);
        int width = 1 + random.Next(50), height = 1 + random.Next(50);
        Same.Picture(image.Crop(region).Resize(width, height, filter), image.Resize(region, width, height, filter), $"{region} {filter}");
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Computing_the_cropped_window_alone_equals_cropping_afterwards() => Prop.ForAll(AnyPicture.Arbitrary, Arb.From(Gen.Choose(0, 1 << 20)), (image, seed) =>
    {
        var random = new Random(seed);
        int resize = 1 + random.Next(60), crop = 1 + random.Next(resize);
        var filter = (ResizeFilter)random.Next(6);
        Same.Picture(
            image.ResizeShorterSide(resize, filter).CenterCrop(crop, crop),
            image.ResizeAndCenterCrop(resize, crop, filter),
            $"{image.Width}x{image.Height} to {resize}, {crop}, {filter}");
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(50, 30, 40, 20, 40, 24)]
    [InlineData(50, 30, 20, 40, 66, 40)]
    [InlineData(30, 50, 24, 40, 24, 40)]
    public void A_rectangle_is_covered_in_the_picture_s_proportions(int width, int height, int across, int down, int coveringWidth, int coveringHeight)
    {
        Image image = Pictures.Make(width, height, 3, 5);
        Same.Picture(
            image.Resize(coveringWidth, coveringHeight).CenterCrop(across - 3, down - 2), image.ResizeAndCenterCrop((across, down), (across - 3, down - 2)), $"{width}x{height} to {across}x{down}");
        Assert.Throws<ArgumentException>(() => image.ResizeAndCenterCrop((across, down), (across, down + 1)));
    }

    [Theory]
    [InlineData(500, 375, 256, 341, 256)]
    [InlineData(375, 500, 256, 256, 341)]
    [InlineData(10, 10, 3, 3, 3)]
    [InlineData(1, 7, 2, 2, 14)]
    public void Shorter_side_keeps_the_proportions(int width, int height, int size, int expectedWidth, int expectedHeight)
    {
        Image resized = new Image(width, height, PixelFormat.Grey).ResizeShorterSide(size);
        Assert.Equal((expectedWidth, expectedHeight), (resized.Width, resized.Height));
    }

    [Fact]
    public void The_argument_is_left_alone_and_the_result_is_new()
    {
        Image image = Pictures.Make(20, 10, 4, 3);
        byte[] before = [.. image.Pixels];
        Image same = image.Resize(20, 10);
        Assert.NotSame(image.Pixels, same.Pixels);
        image.Resize(7, 31, ResizeFilter.Lanczos);
        Assert.Equal(before, image.Pixels);
    }

    [Fact]
    public void Bad_sizes_are_refused_by_name()
    {
        Image image = Pictures.Make(20, 10, 3, 3);
        Assert.Contains("0x5", Assert.Throws<ArgumentException>(() => image.Resize(0, 5)).Message);
        Assert.Contains("20x10", Assert.Throws<ArgumentException>(() => image.Resize(new Region(15, 0, 6, 5), 5, 5)).Message);
        Assert.Contains("crop", Assert.Throws<ArgumentException>(() => image.ResizeAndCenterCrop(10, 11)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => image.Resize(5, 5, (ResizeFilter)9));
        Assert.Throws<ArgumentException>(() => image.ResizeShorterSide(0));
    }

    public static TheoryData<string, string, ResizeFilter> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, ResizeFilter>();
            foreach (string mode in (string[])["L", "LA", "RGB", "RGBA"])
            {
                foreach (string size in (string[])["16x11", "53x40"])
                {
                    foreach (ResizeFilter filter in Enum.GetValues<ResizeFilter>())
                    {
                        cases.Add(mode, size, filter);
                    }
                }
            }

            return cases;
        }
    }
}
