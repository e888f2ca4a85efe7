using Fovea.Training.Data;

namespace Fovea.Training.Tests;

public class SegmentationMeterTests
{
    [Fact]
    public void Counts_are_summed_over_the_set_and_taken_image_by_image()
    {
        var meter = new SegmentationMeter(["background", "a", "b"]);

        // Image 1: of 3 pixels of a, 2 found, 1 taken for b; the 255 does not count, whatever was predicted there.
        meter.Add([0, 1, 1, 2, 0, 1], [0, 1, 1, 1, 0, 255], 3, "one");

        // Image 2: nothing of a; b is predicted and is not there.
        meter.Add([0, 0, 2, 0], [0, 0, 0, 0], 2, "two");
        SegmentationResult result = meter.Result(1);
        Assert.Equal([new(6, 5, 5), new(3, 2, 2), new Overlap(0, 2, 0)], result.Classes.Select(c => c.Overlap));
        Assert.Equal(5.0 / 6, result.Classes[0].Iou, 1e-15);
        Assert.Equal(2.0 / 3, result.Classes[1].Iou, 1e-15);
        Assert.Equal(0, result.Classes[2].Iou);
        Assert.Equal((5.0 / 6 + 2.0 / 3) / 3, result.MeanIou!.Value, 1e-15);
        Assert.Equal((10.0 / 11 + 4.0 / 5) / 3, result.MeanDice!.Value, 1e-15);
        Assert.Equal(7.0 / 9, result.PixelAccuracy!.Value, 1e-15);
        Assert.Equal([2, 1, 0], result.Classes.Select(c => c.Images));

        // Image 1 shows all three (b in the prediction alone): (1 + 2/3 + 0) / 3; image 2 the background and b: (3/4 + 0) / 2.
        Assert.Equal([(1 + 2.0 / 3) / 3, 0.375], result.PerImage.Select(i => i.Iou!.Value));
        Assert.Equal(((1 + 2.0 / 3) / 3 + 0.375) / 2, result.ImageIou!.Value, 1e-15);
        Assert.Equal(((1 + 4.0 / 5) / 3 + 3.0 / 7) / 2, result.ImageDice!.Value, 1e-15);

        // b is in no mask: its distance is undefined in both images. The background has none by intent.
        Assert.Equal(2, result.UndefinedDistances);
        Assert.Null(result.Classes[2].Hausdorff95);
        Assert.Null(result.Classes[0].Hausdorff95);
        Assert.NotNull(result.Classes[1].Hausdorff95);
    }

    [Fact]
    public void An_image_of_which_no_pixel_counts_changes_no_mean()
    {
        var meter = new SegmentationMeter(["background", "a"]);
        meter.Add([0, 1, 1, 1], [0, 1, 1, 0], 2, "one");
        SegmentationResult without = meter.Result(1);
        meter.Add([0, 1, 1, 1], [255, 255, 255, 255], 2, "void");
        SegmentationResult with = meter.Result(1);
        Assert.Equal((without.ImageIou, without.ImageDice, without.MeanIou), (with.ImageIou, with.ImageDice, with.MeanIou));
        Assert.Equal([true, false], with.PerImage.Select(i => i.Counts));
    }

    [Fact]
    public void Where_no_pixel_counts_at_all_there_is_no_score()
    {
        var meter = new SegmentationMeter(["background", "a"]);
        Assert.Null(meter.MeanIou);
        meter.Add([0, 1, 1, 1], [255, 255, 255, 255], 2, "void");
        SegmentationResult result = meter.Result(1);
        Assert.Equal(
            new double?[6], [result.MeanIou, result.MeanDice, result.ImageIou, result.ImageDice, result.PixelAccuracy, result.Loss]);
        Assert.Null(result.Score);
        Assert.Null(result.PerImage[0].Iou);
        Assert.StartsWith(
            "{\"images\":1,\"meanIou\":null,\"meanDice\":null,\"pixelAccuracy\":null,\"loss\":null,\"imageIou\":null,\"imageDice\":null", result.ToJson(), StringComparison.Ordinal);
        Assert.All(result.Headline, t => Assert.Equal("n.a.", t.Value));
    }

    [Fact]
    public void A_class_that_is_nowhere_does_not_count()
    {
        var meter = new SegmentationMeter(["background", "a", "nowhere"]);
        meter.Add([0, 1], [0, 1], 2, "x");
        meter.AddLoss(0, 2);
        SegmentationResult result = meter.Result(1);
        Assert.Equal((1.0, 1.0, 0), (result.MeanIou, result.MeanDice, result.UndefinedDistances));
        Assert.Contains("\"class\":\"nowhere\",\"iou\":null", result.ToJson(), StringComparison.Ordinal);
        Assert.StartsWith("{\"images\":1,\"meanIou\":1,\"meanDice\":1,\"pixelAccuracy\":1,\"loss\":0", result.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_and_classes_must_fit()
    {
        var meter = new SegmentationMeter(["a", "b"]);
        Assert.Throws<ShapeException>(() => meter.Add([0, 0], [0], 1, "x"));
        Assert.Throws<DataFormatException>(() => meter.Add([2], [0], 1, "x"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_distance_is_that_of_all_pairs(int seed)
    {
        var random = new Random(seed);
        for (int trial = 0; trial < 60; trial++)
        {
            int width = 1 + random.Next(24), height = 1 + random.Next(24);
            byte[] a = Blobs(random, width, height), b = Blobs(random, width, height);
            Assert.Equal(Slow(a, b, width, height), Hausdorff.Distance95(a, b, width, 1), new Close());
        }
    }

    [Fact]
    public void Squares_three_apart_are_three_apart()
    {
        byte[] a = new byte[400], b = new byte[400];
        for (int i = 0; i < 400; i++)
        {
            a[i] = (byte)(i % 20 is >= 2 and < 8 && i / 20 is >= 2 and < 8 ? 1 : 0);
            b[i] = (byte)(i % 20 is >= 5 and < 11 && i / 20 is >= 2 and < 8 ? 1 : 0);
        }

        Assert.Equal(3, Hausdorff.Distance95(a, b, 20, 1)!.Value, 1e-12);
        Assert.Equal(0, Hausdorff.Distance95(a, a, 20, 1)!.Value);
        Assert.Null(Hausdorff.Distance95(a, new byte[400], 20, 1));
        Assert.Null(Hausdorff.Distance95(new byte[400], new byte[400], 20, 1));
    }

    [Fact]
    public void Data_without_masks_are_refused()
    {
        TrainingInputs inputs = TinyRun.Inputs();
        Assert.Throws<DataException>(() => Evaluator.EvaluateMasks(inputs.Model, inputs.Validation!));
    }

    private static byte[] Blobs(Random random, int width, int height)
    {
        byte[] mask = new byte[width * height];
        for (int blob = 0; blob < 3; blob++)
        {
            int x = random.Next(width), y = random.Next(height), radius = random.Next(1, 7);
            for (int i = 0; i < mask.Length; i++)
            {
                int dx = i % width - x, dy = i / width - y;
                mask[i] = dx * dx + dy * dy < radius * radius ? (byte)(random.Next(20) > 0 ? 1 : 0) : mask[i];
            }
        }

        return mask;
    }

    private static double? Slow(byte[] a, byte[] b, int width, int height)
    {
        (int X, int Y)[] first = [.. Outline(a, width, height)], second = [.. Outline(b, width, height)];
        return first.Length == 0 || second.Length == 0 ? null : Math.Max(Directed(first, second), Directed(second, first));
    }

    private static double Directed((int X, int Y)[] from, (int X, int Y)[] to)
    {
        double[] distances = [.. from.Select(p => to.Min(q => Math.Sqrt((p.X - q.X) * (p.X - q.X) + (p.Y - q.Y) * (p.Y - q.Y)))).Order()];
        double place = 0.95 * (distances.Length - 1);
        int low = (int)place;
        return distances[low] + (place - low) * (distances[Math.Min(low + 1, distances.Length - 1)] - distances[low]);
    }

    private static IEnumerable<(int X, int Y)> Outline(byte[] mask, int width, int height)
    {
        bool Is(int x, int y) => x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x] == 1;
        return from y in Enumerable.Range(0, height)
               from x in Enumerable.Range(0, width)
               where Is(x, y) && !(Is(x - 1, y) && Is(x + 1, y) && Is(x, y - 1) && Is(x, y + 1))
               select (x, y);
    }

    private sealed class Close : IEqualityComparer<double?>
    {
        public bool Equals(double? a, double? b) => a.HasValue == b.HasValue && (a is null || Math.Abs(a.Value - b!.Value) < 1e-6);

        public int GetHashCode(double? value) => 0;
    }
}
