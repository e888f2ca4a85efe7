using Fovea.Imaging;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data;

public class TransformTests
{
    [Theory]
    [InlineData(PixelFormat.Grey)]
    [InlineData(PixelFormat.GreyAlpha)]
    [InlineData(PixelFormat.Rgb)]
    [InlineData(PixelFormat.Rgba)]
    public void Evaluation_is_resize_crop_and_normalise(PixelFormat format)
    {
        Image image = TestFolder.Picture(37, 29, "photo", format);
        float[] expected = new float[3 * 16 * 16];
        image.ResizeAndCenterCrop(20, 16).ConvertTo(PixelFormat.Rgb).ToPlanes(expected, Normalization.ImageNet);
        Assert.Equal(expected, Run(TransformOptions.ForEvaluation(16, 20), image, 1));
        Assert.Equal(expected, Run(TransformOptions.ForEvaluation(16, 20), image, 2));
    }

    [Fact]
    public void One_channel_is_luma()
    {
        Image image = TestFolder.Picture(8, 8, "x");
        float[] expected = new float[64];
        image.ConvertTo(PixelFormat.Grey).ToPlanes(expected, new Normalization([0.5f], [0.25f]));
        Assert.Equal(expected, Run(new TransformOptions { ImageSize = 8, Channels = 1, Normalization = new([0.5f], [0.25f]) }, image, 1));
    }

    public static TheoryData<BorderMode> Borders => [.. Enum.GetValues<BorderMode>()];

    [Theory]
    [MemberData(nameof(Borders))]
    public void A_padded_crop_is_one_of_all_shifts_mirrored_or_not(BorderMode border)
    {
        Image image = TestFolder.Picture(8, 8, "x");
        TransformOptions options = TransformOptions.ForTraining(8) with { Padding = 2, Border = border };
        var possible = new Dictionary<string, int>();
        Image padded = ImageTransforms.Pad(image, 2, border);
        foreach (bool mirror in (bool[])[false, true])
        {
            for (int at = 0; at < 25; at++)
            {
                Image crop = padded.Crop(new Region(at % 5, at / 5, 8, 8));
                float[] planes = new float[192];
                (mirror ? crop.FlipHorizontal() : crop).ToPlanes(planes, Normalization.ImageNet);
                possible.Add(Key(planes), 0);
            }
        }

        for (ulong seed = 0; seed < 2000; seed++)
        {
            possible[Key(Run(options, image, seed))]++;
        }

        // 40 of each expected; five standard deviations around it.
        Assert.All(possible.Values, count => Assert.InRange(count, 9, 72));
    }

    [Fact]
    public void A_resized_crop_and_colour_are_those_of_the_imaging_library()
    {
        Image image = TestFolder.Picture(40, 30, "x");
        var color = new ColorJitter { Brightness = 0.3, Contrast = 0.3, Saturation = 0.3, Hue = 0.1 };
        TransformOptions options = TransformOptions.ForTraining(72) with { Flip = 0, Color = color };
        Assert.Equal(CropMode.Resized, options.Crop);
        var source = new GeneratorSource(new Generator(7));
        float[] expected = new float[3 * 72 * 72];
        color.Apply(new RandomResizedCrop().Apply(image, 72, 72, source), source).ToPlanes(expected, Normalization.ImageNet);
        Assert.Equal(expected, Run(options, image, 7));
    }

    [Theory]
    [InlineData(40, 30, 16, 12, 7, 16)]
    [InlineData(40, 30, 32, 5, 0, 30)]
    [InlineData(9, 12, 16, 0, 1, 9)]
    public void The_middle_keeps_the_pictures_own_resolution(int width, int height, int size, int x, int y, int side)
    {
        Image image = TestFolder.Picture(width, height, "x");
        TransformOptions options = TransformOptions.ForEvaluation(size) with { Crop = CropMode.Middle };
        Region region = new SamplePipeline(options).RegionOf(image);
        Assert.Equal(new Region(x, y, side, side), region);
        Image expected = image.Crop(region);
        expected = side == size ? expected : image.Resize(region, size, size, options.Filter);
        float[] planes = new float[3 * size * size];
        expected.ToPlanes(planes, Normalization.ImageNet);
        Assert.Equal(planes, Run(options, image, 0));
    }

    [Theory]
    [InlineData(40, 30, 12, 20, 10, 9, 20, 12)]
    [InlineData(40, 30, 60, 20, 15, 0, 10, 30)]
    [InlineData(40, 30, 10, 80, 0, 12, 40, 5)]
    public void The_middle_of_a_rectangle_has_its_proportions(int width, int height, int high, int wide, int x, int y, int across, int down)
    {
        TransformOptions options = TransformOptions.ForEvaluation(new Size2(high, wide)) with { Crop = CropMode.Middle };
        Assert.Equal(new Region(x, y, across, down), new SamplePipeline(options).RegionOf(TestFolder.Picture(width, height, "x")));
    }

    [Fact]
    public void Erasing_covers_one_rectangle_of_all_channels_with_the_mean()
    {
        Image image = TestFolder.Picture(16, 16, "x");
        float[] plain = Run(TransformOptions.ForEvaluation(16), image, 0);
        int erased = 0;
        for (ulong seed = 0; seed < 200; seed++)
        {
            float[] result = Run(TransformOptions.ForEvaluation(16) with { Erasing = new() }, image, seed);
            int[] changed = [.. Enumerable.Range(0, result.Length).Where(i => result[i] != plain[i])];
            erased += changed.Length > 0 ? 1 : 0;
            Assert.All(changed, i => Assert.Equal(0, result[i]));
            if (changed.Length > 0)
            {
                int[] columns = [.. changed.Select(i => i % 16).Distinct()], rows = [.. changed.Select(i => i % 256 / 16).Distinct()];
                Assert.Equal(3 * columns.Length * rows.Length, changed.Length);
            }
        }

        Assert.InRange(erased, 70, 130);
    }

    [Fact]
    public void Operations_do_nothing_at_strength_zero_and_something_at_one()
    {
        Image image = TestFolder.Picture(48, 40, "x");
        for (int p = 0; p < image.Pixels.Length; p++)
        {
            image.Pixels[p] = (byte)(40 + image.Pixels[p] / 2);
        }

        for (var operation = AugmentOperation.Identity; operation < AugmentOperation.Count; operation++)
        {
            foreach (bool wide in (bool[])[false, true])
            {
                bool always = operation is AugmentOperation.AutoContrast or AugmentOperation.Equalize;
                Image none = AugmentOperations.Apply(image, operation, 0, true, wide), full = AugmentOperations.Apply(image, operation, 1, true, wide);
                Assert.True(always || none.Pixels.AsSpan().SequenceEqual(image.Pixels), $"{operation} at 0");
                Assert.True(operation == AugmentOperation.Identity || !full.Pixels.AsSpan().SequenceEqual(image.Pixels), $"{operation} at 1");
                Assert.Equal((image.Width, image.Height, image.Format), (full.Width, full.Height, full.Format));
            }
        }
    }

    [Fact]
    public void Geometry_moves_pixels_where_it_should()
    {
        Image image = TestFolder.Picture(9, 9, "x");
        Assert.Equal(image.Rotate90(3).Pixels, AffineWarp.Apply(image, new Motion(0, -1, 1, 0, 0, 0)).Pixels);
        Assert.Equal(ImageTransforms.Pad(image, 3, BorderMode.Constant).Crop(new Region(5, 3, 9, 9)).Pixels, AffineWarp.Apply(image, new Motion(1, 0, 0, 1, 2, 0)).Pixels);
        Assert.Equal(image.FlipVertical().Pixels, AffineWarp.Apply(image, new Motion(1, 0, 0, -1, 0, 0)).Pixels);
    }

    [Fact]
    public void Tones_follow_their_definitions()
    {
        var image = new Image(4, 1, PixelFormat.GreyAlpha, [10, 200, 20, 201, 30, 202, 110, 203]);
        Assert.Equal([0, 200, 16, 201, 16, 202, 96, 203], ToneCurves.Posterize(image, 4).Pixels);
        Assert.Equal([10, 200, 20, 201, 225, 202, 145, 203], ToneCurves.Solarize(image, 30).Pixels);
        Assert.Equal([0, 200, 25, 201, 51, 202, 255, 203], ToneCurves.AutoContrast(image).Pixels);
        Assert.Equal(image.Pixels, ToneCurves.Equalize(image).Pixels);
        Image large = TestFolder.Picture(64, 64, "many", PixelFormat.Grey);
        for (int i = 0; i < large.Pixels.Length; i++)
        {
            large.Pixels[i] = (byte)(large.Pixels[i] / 8);
        }

        byte[] spread = ToneCurves.Equalize(large).Pixels;
        Assert.InRange(spread.Max() - spread.Min(), 240, 255);
    }

    [Theory]
    [InlineData("none", 0, null)]
    [InlineData("rand", 2, 9.0)]
    [InlineData("RandAugment", 2, 9.0)]
    [InlineData("rand-n3-m7.5", 3, 7.5)]
    [InlineData("rand-m15", 2, 15.0)]
    [InlineData("trivial", 1, null)]
    public void Policies_have_names(string name, int operations, double? magnitude)
    {
        AugmentPolicy? policy = AugmentPolicy.Parse(name);
        Assert.Equal(operations, policy?.Operations ?? 0);
        Assert.Equal(magnitude, policy?.Magnitude);
    }

    [Theory]
    [InlineData("randd")]
    [InlineData("rand-n15")]
    [InlineData("rand-m31")]
    [InlineData("rand-x2")]
    [InlineData("trivial-n2")]
    public void Unknown_policies_are_refused(string name) => Assert.Throws<OptionException>(() => AugmentPolicy.Parse(name));

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        TransformOptions sound = TransformOptions.ForTraining(32);
        foreach (TransformOptions options in (TransformOptions[])
            [
                sound with { ImageSize = 0 }, sound with { Channels = 2 }, sound with { ResizeTo = 31 }, sound with { Padding = -1 }, sound with { Border = (BorderMode)4 }, sound with { Flip = 1.5 },
                sound with { Normalization = new([0.5f, 0.5f], [1f, 1f]) }, sound with { Normalization = new([0.5f], [0f]) },
                sound with { Erasing = new() { MinArea = 2 } }, sound with { Color = new() { Hue = 1 } }, sound with { Policy = new() { Operations = -1 } },
                sound with { ResizedCrop = new() { MinArea = 0 } },
            ])
        {
            Assert.Throws<OptionException>(() => new SamplePipeline(options));
        }

        Assert.Throws<ShapeException>(() => new SamplePipeline(sound).Write(new ImageSample(TestFolder.Picture(8, 8, ""), 0, ""), new Generator(0), new float[5]));
    }

    private static float[] Run(TransformOptions options, Image image, ulong seed)
    {
        byte[] before = [.. image.Pixels];
        var pipeline = new SamplePipeline(options);
        float[] planes = new float[pipeline.Channels * pipeline.Height * pipeline.Width];
        planes.AsSpan().Fill(float.NaN);
        pipeline.Write(new ImageSample(image, 0, "x"), new Generator(seed), planes);
        Assert.Equal(before, image.Pixels);
        Assert.DoesNotContain(planes, float.IsNaN);
        return planes;
    }

    private static string Key(float[] planes) => string.Join(' ', planes);
}
