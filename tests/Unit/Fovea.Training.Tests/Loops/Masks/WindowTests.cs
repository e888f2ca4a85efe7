using Fovea.Imaging;
using Fovea.Imaging.Transforms;
using Fovea.Layers;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Loops;

/// <summary>
/// Pictures seen in windows at their own resolution: of a model that looks at each pixel alone, windows give what the whole picture gives.
/// </summary>
public sealed class WindowTests
{
    private const int Side = 8;

    [Theory]
    [InlineData(8, 8, 0.5, 1, 1)]
    [InlineData(9, 8, 0, 2, 1)]
    [InlineData(16, 24, 0, 2, 3)]
    [InlineData(20, 33, 0.5, 4, 8)]
    [InlineData(100, 9, 1.0 / 3, 20, 2)]
    public void Windows_cover_every_pixel_and_overlap_as_asked(int width, int height, double overlap, int columns, int rows)
    {
        var grid = new WindowGrid(width, height, Side, overlap);
        Assert.Equal((columns, rows, columns * rows), (grid.Columns.Count, grid.Rows.Count, grid.Count));
        foreach ((IReadOnlyList<int> starts, int length) in new[] { (grid.Columns, width), (grid.Rows, height) })
        {
            Assert.Equal((0, length - Side), (starts[0], starts[^1]));
            Assert.All(starts.Zip(starts.Skip(1)), s => Assert.InRange(s.Second - s.First, 1, Side * (1 - overlap)));
        }
    }

    [Fact]
    public void Rows_are_handed_on_once_in_order_with_the_mean_of_the_windows_over_them()
    {
        using TensorScope scope = TensorScope.Begin();
        var grid = new WindowGrid(13, 21, Side, 0.4);
        float[] whole = new float[2 * 21 * 13], found = new float[whole.Length];
        new Generator(1).FillNormal(whole);
        int next = 0;
        var sums = new WindowSums(2, grid, (first, logits) =>
        {
            Assert.Equal(next, first);
            int rows = logits.Shape[2];
            next += rows;
            for (int c = 0; c < 2; c++)
            {
                logits.AsSpan<float>().Slice(c * rows * 13, rows * 13).CopyTo(found.AsSpan((c * 21 + first) * 13));
            }
        });
        for (int w = 0; w < grid.Count; w++)
        {
            (int x, int y) = grid.At(w);
            sums.Add([.. from c in Enumerable.Range(0, 2) from row in Enumerable.Range(y, Side) from column in Enumerable.Range(x, Side) select whole[((c * 21) + row) * 13 + column]]);
        }

        Assert.True(sums.IsComplete);
        Assert.Equal(21, next);

        // A sum of up to four equal numbers, divided by their number.
        Assert.All(whole.Zip(found), p => Assert.Equal(p.First, p.Second, 1e-6f));
    }

    [Theory]
    [InlineData(1, false, 1.0)]
    [InlineData(3, false, 1.0)]
    [InlineData(7, true, 1.0)]
    [InlineData(5, true, 1.0, 2.0)]
    public void An_evaluation_in_windows_counts_what_one_of_whole_pictures_counts(int batchSize, bool flip, params double[] scales)
    {
        using TensorScope scope = TensorScope.Begin();
        var data = new Spots(3);
        Module model = Pointwise();
        var options = new WindowOptions { Flip = flip, Scales = scales };
        var loader = new DataLoader(data, Pipeline(options), new DataLoaderOptions { BatchSize = batchSize, Shuffle = false });
        SegmentationResult found = Evaluator.EvaluateMasks(model, loader);
        var expected = new SegmentationMeter(data.Classes);
        for (int i = 0; i < data.Count; i++)
        {
            ImageSample sample = data.Get(i);
            Image seen = WindowedMaskReader.Classes(model.Call, Pipeline(new WindowOptions()), 2, 2, sample.Image, sample.Name);
            expected.Add(seen.Pixels, sample.Mask!.Pixels, seen.Width, sample.Name);

            // The spot is what is bright, and the model says just that.
            Assert.Equal(seen.Pixels, sample.Mask!.Pixels);
        }

        Assert.Equal(3, found.Images);
        if (scales is [1])
        {
            Assert.Equal(expected.Confusion.ToCsv(), found.Confusion.ToCsv());
            Assert.Equal(1, found.MeanIou);
        }

        // Enlarging blurs the spot's border, but no more.
        Assert.True(found.MeanIou > 0.9, $"mean IoU {found.MeanIou}");
        Assert.NotNull(found.Loss);
    }

    [Fact]
    public void A_crop_is_a_part_of_the_picture_and_a_balanced_one_lies_around_the_rare_class_half_of_the_time()
    {
        var image = new Image(64, 40, PixelFormat.Rgb);
        var mask = new Image(64, 40, PixelFormat.Grey);
        for (int i = 0; i < mask.Pixels.Length; i++)
        {
            (image.Pixels[3 * i], image.Pixels[(3 * i) + 1]) = ((byte)(i % 64), (byte)(i / 64));
        }

        mask.Pixels[(30 * 64) + 50] = 1;
        int shown = 0, balanced = 0;
        const int draws = 200;
        for (ulong i = 0; i < draws; i++)
        {
            (Image part, Image? labels, _) = OwnResolution.Crop(image, mask, Side, balanced: false, default, new Generator(i));
            (int x, int y) = (part.Pixels[0], part.Pixels[1]);
            Assert.Equal((Side, Side), (part.Width, part.Height));
            Assert.Equal((x + 7, y + 7), (part.Pixels[^3], part.Pixels[^2]));
            Assert.Equal(x is > 42 and <= 50 && y is > 22 and <= 30, labels!.Pixels.Contains((byte)1));
            shown += labels.Pixels.Contains((byte)1) ? 1 : 0;
            balanced += OwnResolution.Crop(image, mask, Side, balanced: true, default, new Generator(i)).Mask!.Pixels.Contains((byte)1) ? 1 : 0;
        }

        // A square of 57 × 33 places shows the pixel at 64 of them; of two classes drawn evenly it is the one half of the time: 100 ± 5 deviations.
        Assert.InRange(shown, 0, 25);
        Assert.InRange(balanced, 65, 140);
    }

    [Fact]
    public void A_picture_smaller_than_a_square_is_enlarged_and_no_other()
    {
        var image = new Image(6, 4, PixelFormat.Rgb);
        (Image part, _, _) = OwnResolution.Crop(image, null, Side, balanced: false, default, new Generator(1));
        Assert.Equal((Side, Side), (part.Width, part.Height));
        Assert.Equal((12, 8), OwnResolution.SizeOf((6, 4), Side));
        Assert.Equal((30, 8), OwnResolution.SizeOf((30, 8), Side));
        Assert.Equal((30, 8), OwnResolution.SizeOf((30, 8), Side, 0.5));
        Assert.Equal((45, 12), OwnResolution.SizeOf((30, 8), Side, 1.5));
        Assert.Equal((15, 10), OwnResolution.SizeOf((6, 4), new Size2(4, 15)));
        Assert.Equal((15, 10), OwnResolution.SizeOf((6, 4), new Size2(10, 4)));
    }

    [Theory]
    [InlineData(4, 15)]
    [InlineData(14, 6)]
    public void Windows_may_be_rectangles(int height, int width)
    {
        using TensorScope scope = TensorScope.Begin();
        var data = new Spots(3);
        var size = new Size2(height, width);
        var pipeline = new SamplePipeline(TransformOptions.ForEvaluation(size) with { KeepProportions = false, Windows = new WindowOptions() });
        var found = (SegmentationResult)Evaluator.Measure(Pointwise(), new DataLoader(data, pipeline, new DataLoaderOptions { BatchSize = 3, Shuffle = false }));
        Assert.Equal(3, found.Images);
        Assert.Equal(1, found.MeanIou);
        ImageSample sample = data.Get(1);
        Assert.Equal(sample.Mask!.Pixels, WindowedMaskReader.Classes(Pointwise().Call, pipeline, 2, 2, sample.Image, sample.Name).Pixels);
        (Image part, Image? mask, Region region) = OwnResolution.Crop(sample.Image, sample.Mask, size, balanced: true, default, new Generator(1));
        Assert.Equal((width, height, width, height), (part.Width, part.Height, mask!.Width, mask.Height));
        Assert.Equal(sample.Image.Crop(region).Pixels, part.Pixels);
    }

    [Fact]
    public void A_picture_is_decoded_once_when_its_size_is_known()
    {
        using TensorScope scope = TensorScope.Begin();
        var data = new Counted(new Spots(6));
        var loader = new DataLoader(data, Pipeline(new WindowOptions()), new DataLoaderOptions { BatchSize = 5, Shuffle = false, Workers = 2 });
        Assert.Equal(6, Evaluator.EvaluateMasks(Pointwise(), loader).Images);
        Assert.Equal([1, 1, 1, 1, 1, 1], data.Decoded);
    }

    /// <summary>Class 1 where a pixel is bright.</summary>
    private static Module Pointwise()
    {
        var model = new Conv2d(3, 2, 1);
        model.Weight.Fill(0);
        model.Bias!.Fill(0);
        model.Weight.AsSpan<float>()[3..].Fill(1);
        return model;
    }

    private static SamplePipeline Pipeline(WindowOptions windows) =>
        new(TransformOptions.ForEvaluation(Side) with { KeepProportions = false, Windows = windows });

    /// <summary>Dark pictures of different sizes, none smaller than a window, with a bright rectangle.</summary>
    private sealed class Spots(int count) : IImageDataset
    {
        public string Source => "spots";

        public DataTask Task => DataTask.Segment;

        public int Count => count;

        public IReadOnlyList<string> Classes { get; } = ["background", "spot"];

        public int Label(int index) => 0;

        public string Name(int index) => $"{index}.png";

        public ImageSample Get(int index)
        {
            var image = new Image(20 + (7 * index), 17 + (5 * index), PixelFormat.Rgb);
            var mask = new Image(image.Width, image.Height, PixelFormat.Grey);
            for (int i = 0; i < mask.Pixels.Length; i++)
            {
                if (i % image.Width is > 2 and < 14 && i / image.Width is > 4 and < 14)
                {
                    mask.Pixels[i] = 1;
                    image.Pixels.AsSpan(3 * i, 3).Fill(255);
                }
            }

            return new ImageSample(image, 0, Name(index), mask);
        }
    }

    /// <summary>Counts how often each picture is asked for, and says its size without.</summary>
    private sealed class Counted(IImageDataset inner) : IImageDataset
    {
        public int[] Decoded { get; } = new int[inner.Count];

        public string Source => inner.Source;

        public DataTask Task => inner.Task;

        public int Count => inner.Count;

        public IReadOnlyList<string> Classes => inner.Classes;

        public int Label(int index) => inner.Label(index);

        public string Name(int index) => inner.Name(index);

        public (int Width, int Height)? Size(int index) => (20 + (7 * index), 17 + (5 * index));

        public ImageSample Get(int index)
        {
            Interlocked.Increment(ref Decoded[index]);
            return inner.Get(index);
        }
    }
}
