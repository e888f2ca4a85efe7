using System.Security.Cryptography;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data;

/// <summary>Tests that count threads and memory of the whole process.</summary>
[CollectionDefinition("counts", DisableParallelization = true)]
public class CountsCollection;

[Collection("counts")]
public class LoaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly TransformOptions s_augment = TransformOptions.ForTraining(32) with
    {
        Policy = AugmentPolicy.RandAugment,
        Color = new() { Brightness = 0.2, Hue = 0.1 },
        Erasing = new() { Noise = true },
    };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 4)]
    [InlineData(5, 2)]
    [InlineData(16, 9)]
    public void Batches_are_the_same_for_any_number_of_workers(int workers, int prefetch)
    {
        Assert.Equal(Read(Loader(0, 4), 1), Read(Loader(workers, prefetch), 1));
    }

    [Fact]
    public void The_rest_of_an_epoch_is_the_same_from_any_batch_on()
    {
        List<string> whole = Read(Loader(2, 3), 4);
        for (int first = 0; first <= whole.Count; first += 3)
        {
            Assert.Equal(whole.Skip(first), Read(Loader(3, 3), 4, first));
        }
    }

    [Fact]
    public void Each_epoch_has_every_picture_once_in_an_order_of_its_own()
    {
        DataLoader loader = Loader(2, 3);
        int[] first = [.. loader.Read(0, 0, Token).SelectMany(Take)], second = [.. loader.Read(1, 0, Token).SelectMany(Take)];
        Assert.Equal(loader.Order(0), first);
        Assert.Equal(loader.Order(1), second);
        Assert.NotEqual(first, second);
        Assert.Equal(Enumerable.Range(0, loader.Dataset.Count), first.Order());
        Assert.Equal(Enumerable.Range(0, loader.Dataset.Count), second.Order());
    }

    [Fact]
    public void Augmentation_depends_on_epoch_and_picture_but_not_on_the_order()
    {
        DataLoader shuffled = Loader(0, 1), sorted = new(shuffled.Dataset, shuffled.Pipeline, shuffled.Options with { Shuffle = false });
        Dictionary<int, string> a = ByPicture(shuffled, 2), b = ByPicture(sorted, 2), later = ByPicture(sorted, 3);
        Assert.Equal(a.OrderBy(p => p.Key), b.OrderBy(p => p.Key));
        Assert.NotEqual(b.OrderBy(p => p.Key), later.OrderBy(p => p.Key));
    }

    [Theory]
    [InlineData(false, 13, 100)]
    [InlineData(true, 12, 96)]
    public void The_last_batch_is_small_or_dropped(bool drop, int batches, int images)
    {
        var loader = new DataLoader(new ClutterDataset(100), new SamplePipeline(TransformOptions.ForEvaluation(64)),
            new DataLoaderOptions { BatchSize = 8, DropLast = drop, Workers = 1 });
        Assert.Equal(batches, loader.BatchesPerEpoch);
        Assert.Equal(images, loader.ImagesPerEpoch);
        int[] counts = [.. loader.Read(0, 0, Token).Select(Count)];
        Assert.Equal(batches, counts.Length);
        Assert.Equal(images, counts.Sum());
    }

    // Every picture comes once, and a batch of one never where two are asked for at least.
    [Theory]
    [InlineData(65, 8, 2, false, "8 8 8 8 8 8 8 9")]
    [InlineData(66, 8, 2, false, "8 8 8 8 8 8 8 8 2")]
    [InlineData(65, 8, 1, false, "8 8 8 8 8 8 8 8 1")]
    [InlineData(65, 8, 2, true, "8 8 8 8 8 8 8 8")]
    [InlineData(17, 8, 4, false, "8 9")]
    [InlineData(5, 8, 2, true, "5")]
    [InlineData(1, 8, 2, false, "1")]
    [InlineData(3, 1, 2, false, "1 1 1")]
    [InlineData(3, 2, 2, false, "3")]
    public void Too_few_pictures_for_a_last_batch_join_the_one_before(int count, int size, int smallest, bool drop, string expected)
    {
        var loader = new DataLoader(new ClutterDataset(count), new SamplePipeline(TransformOptions.ForEvaluation(8)),
            new DataLoaderOptions { BatchSize = size, SmallestLast = smallest, DropLast = drop });
        List<int> seen = [];
        List<int> sizes = [];
        foreach (Batch batch in loader.Read(1, 0, Token))
        {
            using (batch)
            {
                seen.AddRange(batch.Indices);
                sizes.Add(batch.Count);
            }
        }

        Assert.Equal(expected, string.Join(' ', sizes));
        Assert.Equal((sizes.Count, seen.Count), (loader.BatchesPerEpoch, loader.ImagesPerEpoch));
        Assert.Equal(loader.Order(1)[..seen.Count], seen);

        // A resume in the middle of the epoch reads the same last batch.
        using Batch last = loader.Read(1, sizes.Count - 1, Token).Single();
        Assert.Equal(seen[^last.Count..], last.Indices);
    }

    [Fact]
    public void Labels_and_names_go_with_the_pictures()
    {
        DataLoader loader = Loader(2, 2);
        foreach (Batch batch in loader.Read(0, 0, Token))
        {
            using (batch)
            {
                Assert.Equal(DType.Int64, batch.Labels.DType);
                for (int i = 0; i < batch.Count; i++)
                {
                    Assert.Equal(loader.Dataset.Label(batch.Indices[i]), batch.Labels.AsSpan<long>()[i]);
                    Assert.Equal(loader.Dataset.Name(batch.Indices[i]), batch.Name(i));
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void A_bad_picture_is_reported_when_its_batch_comes_and_the_workers_end(int workers)
    {
        var data = new Faulty(new ClutterDataset(80), 37, 35, 70);
        var loader = new DataLoader(data, new SamplePipeline(TransformOptions.ForEvaluation(64)), new DataLoaderOptions { BatchSize = 8, Shuffle = false, Workers = workers });
        int seen = 0;
        var error = Assert.Throws<DataException>(() =>
        {
            foreach (Batch batch in loader.Read(0, 0, Token))
            {
                batch.Dispose();
                seen++;
            }
        });
        Assert.Equal(4, seen);
        Assert.Contains("picture 35", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, LiveWorkers());
    }

    [Fact]
    public void Leaving_the_loop_ends_the_workers_and_returns_their_memory()
    {
        Leftovers.Collect();
        long before = TensorMemory.LiveBlocks;
        for (int round = 0; round < 20; round++)
        {
            foreach (Batch batch in Loader(3, 4).Read(round, 0, Token))
            {
                batch.Dispose();
                if (batch.Number == round % 3)
                {
                    break;
                }
            }
        }

        Assert.Equal(0, LiveWorkers());
        Assert.Equal(before, TensorMemory.LiveBlocks);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Cancelling_ends_the_wait(int workers)
    {
        using var cancel = new CancellationTokenSource();
        var slow = new Slow(new ClutterDataset(64));
        var loader = new DataLoader(slow, new SamplePipeline(TransformOptions.ForEvaluation(64)), new DataLoaderOptions { BatchSize = 16, Workers = workers });
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (Batch batch in loader.Read(0, 0, cancel.Token))
            {
                batch.Dispose();
                cancel.Cancel();
            }
        });
        Assert.Equal(0, LiveWorkers());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Batches_belong_to_no_scope(int workers)
    {
        var kept = new List<Batch>();
        using (TensorScope.Begin())
        {
            kept.AddRange(Loader(workers, 2).Read(0, 0, Token).Take(2));
        }

        Assert.All(kept, b => Assert.False(b.Images.IsDisposed || b.Labels.IsDisposed));
        kept.ForEach(b => b.Dispose());
    }

    [Fact]
    public void Memory_is_flat_over_epochs()
    {
        DataLoader loader = Loader(2, 3);
        Read(loader, 0);
        Read(loader, 1);
        Leftovers.Collect();
        long native = TensorMemory.NativeBytes, leaked = TensorMemory.Leaked;
        for (int epoch = 2; epoch < 8; epoch++)
        {
            Read(loader, epoch);
        }

        // A batch more or less may be in the making at the same time; nothing may add up.
        Assert.InRange(TensorMemory.NativeBytes - native, 0, 2L * 16 * 3 * 32 * 32 * 4 * 3);
        Leftovers.Collect();
        Assert.Equal(leaked, TensorMemory.Leaked);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        var pipeline = new SamplePipeline(TransformOptions.ForEvaluation(64));
        foreach (DataLoaderOptions options in (DataLoaderOptions[])[new() { BatchSize = 0 }, new() { Workers = -1 }, new() { Prefetch = 0 }])
        {
            Assert.Throws<OptionException>(() => new DataLoader(new ClutterDataset(8), pipeline, options));
        }

        var loader = new DataLoader(new ClutterDataset(8), pipeline);
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Read(0, 2, Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => loader.Read(-1, 0, Token));
        Assert.Throws<DataException>(() => new DataLoader(new SubsetDataset(new ClutterDataset(8), []), pipeline));
    }

    private static DataLoader Loader(int workers, int prefetch) => new(
        new ClutterDataset(200, seed: 1), new SamplePipeline(s_augment),
        new DataLoaderOptions { BatchSize = 16, Seed = 11, Workers = workers, Prefetch = prefetch });

    private static List<string> Read(DataLoader loader, int epoch, int first = 0)
    {
        var hashes = new List<string>();
        foreach (Batch batch in loader.Read(epoch, first, Token))
        {
            using (batch)
            {
                Assert.Equal(first + hashes.Count, batch.Number);
                hashes.Add(Convert.ToHexString(SHA256.HashData(batch.Images.AsBytes())) + string.Join(',', batch.Labels.ToArray<long>()));
            }
        }

        return hashes;
    }

    private static Dictionary<int, string> ByPicture(DataLoader loader, int epoch)
    {
        var hashes = new Dictionary<int, string>();
        foreach (Batch batch in loader.Read(epoch, 0, Token))
        {
            using (batch)
            {
                int size = batch.Images.AsBytes().Length / batch.Count;
                for (int i = 0; i < batch.Count; i++)
                {
                    hashes.Add(batch.Indices[i], Convert.ToHexString(SHA256.HashData(batch.Images.AsBytes().Slice(i * size, size))));
                }
            }
        }

        return hashes;
    }

    private static IReadOnlyList<int> Take(Batch batch)
    {
        batch.Dispose();
        return batch.Indices;
    }

    private static int Count(Batch batch)
    {
        batch.Dispose();
        return batch.Count;
    }

    private static int LiveWorkers() => LoaderWorkers.LiveThreads;

    private sealed class Faulty(IImageDataset inner, params int[] bad) : IImageDataset
    {
        public string Source => "faulty";

        public int Count => inner.Count;

        public IReadOnlyList<string> Classes => inner.Classes;

        public int Label(int index) => inner.Label(index);

        public string Name(int index) => inner.Name(index);

        public ImageSample Get(int index) => bad.Contains(index) ? throw new DataException($"picture {index} is bad") : inner.Get(index);
    }

    private sealed class Slow(IImageDataset inner) : IImageDataset
    {
        public string Source => "slow";

        public int Count => inner.Count;

        public IReadOnlyList<string> Classes => inner.Classes;

        public int Label(int index) => inner.Label(index);

        public string Name(int index) => inner.Name(index);

        public ImageSample Get(int index)
        {
            Thread.Sleep(2);
            return inner.Get(index);
        }
    }
}
