using Fovea.Imaging.Transforms;

namespace Fovea.Imaging.Tests.Transforms;

public class RandomTests
{
    private static SystemRandomSource Seeded(int seed) => new(new Random(seed));

    [Fact]
    public void Random_resized_crop_stays_inside_and_keeps_its_bounds()
    {
        var crop = new RandomResizedCrop { MinArea = 0.2, MaxArea = 0.6 };
        SystemRandomSource random = Seeded(1);
        var seenX = new HashSet<int>();
        for (int i = 0; i < 2000; i++)
        {
            Region region = crop.Choose(300, 200, random);
            Assert.True(region is { X: >= 0, Y: >= 0, Width: > 0, Height: > 0 } && region.X + region.Width <= 300 && region.Y + region.Height <= 200);
            Assert.InRange((double)region.Width * region.Height / 60000, 0.19, 0.61);
            Assert.InRange((double)region.Width / region.Height, 0.73, 1.37);
            seenX.Add(region.X);
        }

        Assert.True(seenX.Count > 100);
    }

    [Theory]
    [InlineData(1000, 1, 1, 1)]
    [InlineData(1, 1000, 1, 1)]
    [InlineData(600, 100, 133, 100)]
    [InlineData(100, 600, 100, 133)]
    public void Random_resized_crop_of_a_strip_is_its_middle(int width, int height, int expectedWidth, int expectedHeight)
    {
        Region region = new RandomResizedCrop { MinArea = 1 }.Choose(width, height, Seeded(1));
        Assert.Equal(new Region((width - expectedWidth) / 2, (height - expectedHeight) / 2, expectedWidth, expectedHeight), region);
    }

    [Fact]
    public void Random_crop_reaches_every_offset_and_no_other()
    {
        Image image = new(4, 4, PixelFormat.Grey, [.. Enumerable.Range(1, 16).Select(i => (byte)i)]);
        SystemRandomSource random = Seeded(2);
        var seen = new HashSet<string>();
        for (int i = 0; i < 2000; i++)
        {
            Image crop = new RandomCrop { Padding = 2 }.Apply(image, 4, 4, random);
            Assert.Equal((4, 4), (crop.Width, crop.Height));
            seen.Add(Convert.ToHexString(crop.Pixels));
        }

        Assert.Equal(25, seen.Count);
        Assert.Throws<ArgumentException>(() => new RandomCrop { Padding = 0 }.Apply(image, 5, 4, random));
    }

    [Fact]
    public void Random_erasing_covers_as_often_and_as_much_as_it_says()
    {
        var erasing = new RandomErasing { Probability = 0.3 };
        SystemRandomSource random = Seeded(3);
        int covered = 0;
        for (int i = 0; i < 4000; i++)
        {
            if (erasing.Choose(100, 80, random) is { } region)
            {
                covered++;
                Assert.True(region.X >= 0 && region.Y >= 0 && region.X + region.Width <= 100 && region.Y + region.Height <= 80);
                Assert.InRange(region.Width * region.Height / 8000.0, 0.015, 0.34);
            }
        }

        Assert.InRange(covered, 1100, 1300);
        Image image = Pictures.Make(100, 80, 3, 1);
        Image erased = new RandomErasing { Probability = 1, Noise = true }.Apply(image, Seeded(4));
        int changed = image.Pixels.Zip(erased.Pixels).Count(p => p.First != p.Second);
        Assert.InRange(changed, 100, 8000);
        Same.Picture(image, new RandomErasing { Probability = 0 }.Apply(image, Seeded(4)));
    }

    [Fact]
    public void Colour_jitter_is_set_by_its_generator_alone()
    {
        Image image = Pictures.Make(30, 20, 3, 1);
        var jitter = new ColorJitter { Brightness = 0.4, Contrast = 0.4, Saturation = 0.4, Hue = 0.1 };
        Same.Picture(jitter.Apply(image, Seeded(5)), jitter.Apply(image, Seeded(5)));
        Assert.NotEqual(jitter.Apply(image, Seeded(5)).Pixels, jitter.Apply(image, Seeded(6)).Pixels);
        Image untouched = new ColorJitter().Apply(image, Seeded(5));
        Same.Picture(image, untouched);
        Assert.NotSame(image.Pixels, untouched.Pixels);
    }

    [Fact]
    public void Colour_jitter_applies_the_drawn_steps_in_the_drawn_order()
    {
        Image image = Pictures.Make(30, 20, 3, 1);

        // The shuffle's three draws (of 4, 3, 2) leave the order 3, 0, 1, 2; then brightness, contrast, saturation and hue at a quarter of their ranges.
        var script = new Scripted([2, 1, 0], 0.25);
        Image actual = new ColorJitter { Brightness = 0.4, Contrast = 1.5, Saturation = 0.2, Hue = 0.1 }.Apply(image, script);
        Image expected = image.AdjustHue(-0.05).AdjustBrightness(0.8);
        expected = expected.AdjustContrast(0.625).AdjustSaturation(0.9);
        int[] order = [0, 1, 2, 3];
        foreach ((int i, int j) in ((int, int)[])[(3, 2), (2, 1), (1, 0)])
        {
            (order[i], order[j]) = (order[j], order[i]);
        }

        Assert.Equal([3, 0, 1, 2], order);
        Same.Picture(expected, actual);
    }

    [Fact]
    public void Contradictions_are_refused_by_name()
    {
        Image image = Pictures.Make(4, 4, 3, 1);
        Assert.Contains("crop", Assert.Throws<ArgumentException>(() => new RandomResizedCrop { MinArea = 2 }.Choose(4, 4, Seeded(1))).Message);
        Assert.Contains("erasing", Assert.Throws<ArgumentException>(() => new RandomErasing { MinAspect = 0 }.Choose(4, 4, Seeded(1))).Message);
        Assert.Contains("jitter", Assert.Throws<ArgumentException>(() => new ColorJitter { Hue = 0.6 }.Apply(image, Seeded(1))).Message);
    }

    private sealed class Scripted(int[] whole, double part) : IRandomSource
    {
        private int _at;

        public double NextDouble() => part;

        public int Next(int max) => Math.Min(whole[_at++], max - 1);
    }
}
