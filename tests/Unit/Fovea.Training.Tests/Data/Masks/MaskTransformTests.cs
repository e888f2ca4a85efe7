using Fovea.Imaging;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Masks;

/// <summary>Picture and mask must go the same way: with a picture whose brightness is its mask's class, the two can be compared afterwards.</summary>
public class MaskTransformTests
{
    public static TheoryData<string> Recipes => ["evaluation", "small", "mirrored border", "photo"];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Picture_and_mask_are_moved_alike(string recipe)
    {
        (Image image, Image mask) = Coded();
        TransformOptions options = Options(recipe) with { Normalization = new Normalization([0f, 0f, 0f], [1f, 1f, 1f]) };
        var pipeline = new SamplePipeline(options);
        float[] planes = new float[3 * 48 * 48];
        long[] labels = new long[48 * 48];
        int labelled = 0, outside = 0;
        for (ulong seed = 0; seed < 60; seed++)
        {
            pipeline.Write(new ImageSample(image, 0, "x", mask), new Generator(seed), planes, labels);
            int wrong = 0;
            for (int i = 0; i < labels.Length; i++)
            {
                if (labels[i] == Loss.DefaultIgnoreIndex)
                {
                    outside++;
                    continue;
                }

                labelled++;
                wrong += Math.Abs(255 * planes[i] - (40 + 100 * labels[i])) > 50 ? 1 : 0;
            }

            Assert.True(wrong < 0.04 * labels.Length, $"seed {seed}: {wrong} pixels of {labels.Length} do not go with their mask");
        }

        Assert.Equal(recipe is "small", outside > 0);
        Assert.True(labelled > outside);
    }

    [Fact]
    public void Policies_move_picture_and_mask_alike()
    {
        (Image image, Image mask) = Coded();
        foreach (AugmentOperation operation in Enum.GetValues<AugmentOperation>().Where(o => o <= AugmentOperation.Rotate))
        {
            foreach (bool negative in new[] { false, true })
            {
                Image moved = AugmentOperations.Apply(image, operation, 0.6, negative, wide: false);
                Image labels = AugmentOperations.ApplyToMask(mask, operation, 0.6, negative, wide: false);
                int wrong = Enumerable.Range(0, labels.Pixels.Length).Count(i => labels.Pixels[i] != 255 && Math.Abs(moved.Pixels[3 * i] - (40 + 100 * labels.Pixels[i])) > 50);
                Assert.True(wrong < 0.03 * labels.Pixels.Length, $"{operation}: {wrong} of {labels.Pixels.Length}");
                Assert.Equal(operation != AugmentOperation.Identity, labels.Pixels.Contains((byte)255));
            }
        }

        foreach (AugmentOperation operation in Enum.GetValues<AugmentOperation>().Where(o => o is > AugmentOperation.Rotate and < AugmentOperation.Count))
        {
            Assert.Same(mask, AugmentOperations.ApplyToMask(mask, operation, 0.6, false, wide: true));
        }
    }

    [Fact]
    public void What_does_not_count_stays_so_and_no_class_is_invented()
    {
        var mask = new Image(40, 40, PixelFormat.Grey);
        new Random(1).NextBytes(mask.Pixels);
        for (int i = 0; i < mask.Pixels.Length; i++)
        {
            mask.Pixels[i] = mask.Pixels[i] < 100 ? (byte)3 : mask.Pixels[i] < 200 ? (byte)7 : (byte)255;
        }

        long[] labels = new long[48 * 48];
        foreach (string recipe in new[] { "evaluation", "small", "photo", "policy" })
        {
            new SamplePipeline(Options(recipe)).Write(
                new ImageSample(TestFolder.Picture(40, 40, "x"), 0, "x", mask), new Generator(5), new float[3 * 48 * 48], labels);
            Assert.Equal([Loss.DefaultIgnoreIndex, 3, 7], labels.Distinct().Order());
        }
    }

    [Fact]
    public void Labels_do_not_change_the_picture()
    {
        var sample = new ImageSample(TestFolder.Picture(60, 50, "x"), 0, "x", new Image(60, 50, PixelFormat.Grey));
        foreach (string recipe in new[] { "evaluation", "small", "photo", "policy" })
        {
            var pipeline = new SamplePipeline(Options(recipe));
            float[] without = new float[3 * 48 * 48], with = new float[3 * 48 * 48];
            pipeline.Write(sample, new Generator(9), without);
            pipeline.Write(sample, new Generator(9), with, new long[48 * 48]);
            Assert.Equal(without, with);
        }
    }

    [Fact]
    public void A_picture_without_a_mask_is_refused()
    {
        var pipeline = new SamplePipeline(Options("evaluation"));
        var sample = new ImageSample(TestFolder.Picture(8, 8, "x"), 0, "bare.png");
        Assert.Contains("bare.png", Assert.Throws<DataException>(() => pipeline.Write(sample, new Generator(0), new float[3 * 48 * 48], new long[48 * 48])).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => pipeline.Write(sample, new Generator(0), new float[3 * 48 * 48], new long[7]));
    }

    [Fact]
    public void Batches_hold_a_label_for_each_pixel_and_the_masks_themselves()
    {
        using var folder = new TestFolder();
        MaskDataTests.Pairs(folder, "d/images/{0}.png", "d/masks/{0}.png", 5);
        IImageDataset data = DatasetFactory.Open(Path.Combine(folder.Root, "d"));
        var loader = new DataLoader(data, new SamplePipeline(TransformOptions.ForSegmentation(16)), new DataLoaderOptions { BatchSize = 2, Workers = 2 });
        foreach (Batch batch in loader.Read(0))
        {
            using (batch)
            {
                Assert.Equal(new Shape([batch.Count, 16, 16]), batch.Labels.Shape);
                Assert.Equal((8, 6), (batch.Mask(0)!.Width, batch.Mask(0)!.Height));
                Assert.All(batch.Labels.ToArray<long>(), l => Assert.True(l is 0 or 1 or Loss.DefaultIgnoreIndex));
            }
        }
    }

    // A picture whose brightness is its mask's class, in wide bands, so that interpolation touches few pixels.
    private static (Image Image, Image Mask) Coded()
    {
        var image = new Image(96, 64, PixelFormat.Rgb);
        var mask = new Image(96, 64, PixelFormat.Grey);
        for (int i = 0; i < mask.Pixels.Length; i++)
        {
            byte label = (byte)(i % 96 / 32 == (i / 96 < 40 ? 1 : 2) ? 1 : i / 96 < 20 ? 2 : 0);
            mask.Pixels[i] = label;
            image.Pixels.AsSpan(3 * i, 3).Fill((byte)(40 + 100 * label));
        }

        return (image, mask);
    }

    private static TransformOptions Options(string recipe) => recipe switch
    {
        "small" => TransformOptions.ForSegmentation(48),
        "mirrored border" => TransformOptions.ForSegmentation(48) with { Border = BorderMode.Reflect },
        "photo" => TransformOptions.ForSegmentation(96) with { ImageSize = 48 },
        "policy" => TransformOptions.ForEvaluation(48) with
        {
            KeepProportions = false,
            Policy = AugmentPolicy.RandAugment,
        },
        _ => TransformOptions.ForEvaluation(48) with { KeepProportions = false },
    };
}
