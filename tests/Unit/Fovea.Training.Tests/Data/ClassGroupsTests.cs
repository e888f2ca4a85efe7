using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data;

public class ClassGroupsTests
{
    // Pictures of each class, batch size and pictures of a class in a batch; then classes in a batch and batches in an epoch.
    [Theory]
    [InlineData(new[] { 4, 4, 4, 4 }, 8, 4, 2, 2)]
    [InlineData(new[] { 9, 4, 1, 2 }, 8, 4, 2, 3)]
    [InlineData(new[] { 100, 4, 4 }, 8, 4, 2, 2)]
    [InlineData(new[] { 5, 5, 5 }, 64, 4, 3, 2)]
    [InlineData(new[] { 3, 3 }, 3, 2, 2, 2)]
    [InlineData(new[] { 7, 12, 3, 8, 6, 1, 1 }, 12, 4, 3, 4)]
    public void A_batch_has_so_many_pictures_of_each_of_so_many_classes(int[] counts, int batchSize, int instances, int classes, int batches)
    {
        DataLoader loader = Loader(counts, batchSize, instances);
        Assert.Equal((batches, batches * classes * instances), (loader.BatchesPerEpoch, loader.ImagesPerEpoch));
        for (int epoch = 0; epoch < 20; epoch++)
        {
            foreach (int[] batch in loader.Order(epoch).Chunk(classes * instances))
            {
                IGrouping<int, int>[] own = [.. batch.GroupBy(loader.Dataset.Label)];
                Assert.Equal(classes, own.Length);
                Assert.All(own, c => Assert.Equal(instances, c.Count()));
                Assert.All(own, c => Assert.Equal(Math.Min(instances, counts[c.Key]), c.Distinct().Count()));
            }
        }

        Assert.Equal(loader.Order(3), Loader(counts, batchSize, instances).Order(3));
        Assert.NotEqual(loader.Order(3), loader.Order(4));
    }

    [Fact]
    public void Over_some_epochs_every_picture_comes()
    {
        DataLoader loader = Loader([30, 4, 2, 9], 8, 4);
        Assert.Equal(45, Enumerable.Range(0, 12).SelectMany(loader.Order).Distinct().Count());
    }

    [Fact]
    public void A_picture_that_comes_again_is_augmented_anew_and_a_resume_reads_the_same()
    {
        DataLoader loader = Loader([1, 1], 8, 4);
        float[] all = Pixels(loader, 0), picture = all[..(all.Length / 8)];
        Assert.NotEqual(picture, all[(all.Length / 8)..(all.Length / 4)]);
        Assert.Equal(all, Pixels(Loader([1, 1], 8, 4), 0));
        DataLoader longer = Loader([9, 4, 1, 2], 8, 4);
        using Batch last = longer.Read(2, 2, TestContext.Current.CancellationToken).Single();
        Assert.Equal(longer.Order(2)[16..], last.Indices);
    }

    private static float[] Pixels(DataLoader loader, int epoch)
    {
        using Batch batch = loader.Read(epoch, 0, TestContext.Current.CancellationToken).Single();
        return batch.Images.ToArray<float>();
    }

    private static DataLoader Loader(int[] counts, int batchSize, int instances) => new(
        new Noise(counts), new SamplePipeline(new TransformOptions { ImageSize = 8, Crop = CropMode.Padded, Padding = 4, Flip = 0.5 }),
        new DataLoaderOptions { BatchSize = batchSize, Instances = instances, Seed = 3 });

    private sealed class Noise(int[] counts) : IImageDataset
    {
        private readonly int[] _labels = [.. counts.SelectMany((count, label) => Enumerable.Repeat(label, count))];

        public string Source => "noise";

        public int Count => _labels.Length;

        public IReadOnlyList<string> Classes { get; } = [.. counts.Select((_, label) => $"{label}")];

        public int Label(int index) => _labels[index];

        public string Name(int index) => $"{index}";

        public ImageSample Get(int index)
        {
            byte[] pixels = new byte[8 * 8 * 3];
            for (int i = 0; i < pixels.Length; i++)
            {
                pixels[i] = (byte)new Generator((ulong)index).Fork((ulong)i).Next(256);
            }

            return new ImageSample(new Image(8, 8, PixelFormat.Rgb, pixels), Label(index), Name(index));
        }
    }
}
