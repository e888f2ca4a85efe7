using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data;

public class ClutterTests
{
    [Fact]
    public void The_same_seed_split_and_index_give_the_same_picture_in_any_order()
    {
        var first = new ClutterDataset(100, seed: 3);
        var second = new ClutterDataset(5000, seed: 3);
        for (int i = 99; i >= 0; i--)
        {
            ImageSample a = first.Get(i), b = second.Get(i);
            Assert.Equal(a.Image.Pixels, b.Image.Pixels);
            Assert.Equal(a.Mask!.Pixels, b.Mask!.Pixels);
            Assert.Equal(a.Name, b.Name);
        }
    }

    [Fact]
    public void Pictures_are_those_of_the_first_release()
    {
        // A change here changes what published numbers were measured on: raise the data's version, not this number.
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        foreach (DataSplit split in Enum.GetValues<DataSplit>())
        {
            var data = new ClutterDataset(64, seed: 0, split);
            for (int i = 0; i < data.Count; i++)
            {
                hash.AppendData(data.Get(i).Image.Pixels);
            }
        }

        Assert.Equal(Golden, Convert.ToHexString(hash.GetHashAndReset())[..16]);
    }

    private const string Golden = "EE18B530D2B6A98F";

    [Fact]
    public void Seeds_splits_and_indices_give_different_pictures()
    {
        var seen = new HashSet<string>();
        foreach (ulong seed in (ulong[])[0, 1])
        {
            foreach (DataSplit split in Enum.GetValues<DataSplit>())
            {
                var data = new ClutterDataset(200, seed, split);
                for (int i = 0; i < data.Count; i++)
                {
                    Assert.True(seen.Add(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(data.Get(i).Image.Pixels))));
                }
            }
        }
    }

    [Fact]
    public void Classes_are_balanced_and_sorted_as_folders_would_be()
    {
        var data = new ClutterDataset(800);
        Assert.Equal(data.Classes.Order(StringComparer.Ordinal), data.Classes);
        Assert.Equal(8, data.Classes.Count);
        Assert.All(Enumerable.Range(0, 800).GroupBy(data.Label), g => Assert.Equal(100, g.Count()));
    }

    [Fact]
    public void The_mask_is_the_glyph()
    {
        var data = new ClutterDataset(400, seed: 9);
        for (int i = 0; i < data.Count; i++)
        {
            ImageSample sample = data.Get(i);
            Image mask = sample.Mask!;
            Assert.All(mask.Pixels, v => Assert.True(v is 0 or 255));
            int area = mask.Pixels.Count(v => v == 255);

            // The smallest glyph is a thin shape of radius 10, the largest a square of radius 18.
            Assert.InRange(area, 60, 1000);
        }
    }

    [Fact]
    public void Under_the_mask_lies_one_light_colour_and_outside_the_ground_is_dark()
    {
        var data = new ClutterDataset(200, seed: 4);
        for (int i = 0; i < data.Count; i++)
        {
            ImageSample sample = data.Get(i);
            double inside = 0, outside = 0;
            int covered = 0;
            for (int p = 0; p < 64 * 64; p++)
            {
                double luma = 0.299 * sample.Image.Pixels[3 * p] + 0.587 * sample.Image.Pixels[3 * p + 1] + 0.114 * sample.Image.Pixels[3 * p + 2];
                bool on = sample.Mask!.Pixels[p] == 255;
                inside += on ? luma : 0;
                outside += on ? 0 : luma;
                covered += on ? 1 : 0;
            }

            Assert.True(inside / covered > outside / (4096 - covered) + 20, $"picture {i} does not show its glyph");
        }
    }

    [Fact]
    public void Neither_colour_nor_size_nor_place_tells_the_class()
    {
        // The nearest class mean over simple statistics of picture and mask: what a network could use without looking at shapes.
        double[][] features = [.. Enumerable.Range(0, 2400).Select(i => Statistics(new ClutterDataset(2400, seed: 2).Get(i)))];
        int columns = features[0].Length, right = 0;
        double[] deviation = [.. Enumerable.Range(0, columns).Select(c => Math.Sqrt(features.Average(f => f[c] * f[c]) - Math.Pow(features.Average(f => f[c]), 2)))];
        double[][] means = [.. Enumerable.Range(0, 8).Select(k => (double[])[.. Enumerable.Range(0, columns).Select(c => features.Take(1600).Where((_, i) => i % 8 == k).Average(f => f[c]))])];
        for (int i = 1600; i < 2400; i++)
        {
            int nearest = Enumerable.Range(0, 8).MinBy(k => Enumerable.Range(0, columns).Sum(c => Math.Pow((features[i][c] - means[k][c]) / deviation[c], 2)));
            right += nearest == i % 8 ? 1 : 0;
        }

        Assert.InRange(right / 800.0, 0, 0.25);
    }

    [Fact]
    public void Glyphs_keep_their_class_when_they_are_mirrored()
    {
        for (int label = 0; label < 8; label++)
        {
            // Each glyph is symmetric about the x or the y axis of its own frame.
            IShape shape = Glyphs.Shape(label);
            double acrossX = 0, acrossY = 0;
            for (float x = -1; x <= 1; x += 0.125f)
            {
                for (float y = -1; y <= 1; y += 0.125f)
                {
                    acrossX = Math.Max(acrossX, Math.Abs(shape.Distance(x, y) - shape.Distance(x, -y)));
                    acrossY = Math.Max(acrossY, Math.Abs(shape.Distance(x, y) - shape.Distance(-x, y)));
                }
            }

            Assert.True(Math.Min(acrossX, acrossY) < 1e-5, Glyphs.Names[label]);
        }
    }

    [Fact]
    public void Sine_and_cosine_are_right_to_the_last_bits_of_float()
    {
        for (double turns = -2; turns <= 2; turns += 1 / 511.0)
        {
            (float cos, float sin) = ExactRotation.At(turns);
            Assert.Equal(Math.Cos(2 * Math.PI * turns), cos, 6e-8);
            Assert.Equal(Math.Sin(2 * Math.PI * turns), sin, 6e-8);
        }
    }

    [Fact]
    public void The_export_is_read_back_with_the_same_pixels_and_classes()
    {
        using var folder = new TestFolder();
        var options = new DatasetOptions { ClutterTrainCount = 40, ClutterValCount = 16, Seed = 5 };
        string target = Path.Combine(folder.Root, "out");
        Assert.Equal(56, ClutterExporter.Export(target, options, null, TestContext.Current.CancellationToken));
        DatasetPair read = DatasetFactory.OpenPair(target);
        var made = new ClutterDataset(40, 5);
        Assert.Equal(made.Classes, read.Classes);
        Assert.Equal((40, 16), (read.Train.Count, read.Val.Count));
        for (int i = 0; i < 40; i++)
        {
            ImageSample sample = made.Get(i);
            int at = Enumerable.Range(0, 40).Single(k => sample.Name.EndsWith(read.Train.Name(k), StringComparison.Ordinal));
            Assert.Equal(sample.Image.Pixels, read.Train.Get(at).Image.Pixels);
            Assert.Equal(sample.Label, read.Train.Label(at));
        }

        Assert.Equal(56, Directory.EnumerateFiles(Path.Combine(target, "masks"), "*.png", SearchOption.AllDirectories).Count());
        Assert.Throws<DataException>(() => ClutterExporter.Export(target, options, null, TestContext.Current.CancellationToken));
    }

    private static double[] Statistics(ImageSample sample)
    {
        double[] sums = new double[8];
        for (int p = 0; p < 4096; p++)
        {
            for (int c = 0; c < 3; c++)
            {
                double v = sample.Image.Pixels[3 * p + c];
                sums[c] += v;
                sums[3 + c] += v * v;
            }

            sums[6] += sample.Mask!.Pixels[p] * (p % 64);
            sums[7] += sample.Mask!.Pixels[p] * (p / 64);
        }

        return sums;
    }
}
