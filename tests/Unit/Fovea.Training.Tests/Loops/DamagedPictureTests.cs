using Fovea.Distributed;
using Fovea.Simd.Drivers;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

/// <summary>Pictures in shards that turn out to be damaged: named once, replaced where a run trains, left out where it is measured, with the same bits however the run is spread.</summary>
[Collection("engine")]
public sealed class DamagedPictureTests : IDisposable
{
    // The last picture of the first shard and one in the second, neighbours, and the first of all.
    private readonly DamagedShards _shards = new(
        12, (0, DamagedShards.Kinds[0]), (11, DamagedShards.Kinds[1]), (17, DamagedShards.Kinds[2]), (18, DamagedShards.Kinds[0]));

    public void Dispose() => _shards.Dispose();

    [Fact]
    public void The_next_picture_of_the_class_in_the_shard_takes_the_place_wherever_it_is_read()
    {
        IImageDataset data = DatasetFactory.Open(_shards.Train);
        string[] expected = [.. Enumerable.Range(0, data.Count).Select(i => i switch { 0 => 3, 11 => 2, 17 => 20, 18 => 21, _ => i }).Select(data.Name)];
        foreach (int workers in new[] { 0, 1, 3 })
        {
            DataLoader loader = _shards.Inputs(workers).Train;
            int[] order = loader.Order(1);
            var named = new List<string>();
            int at = 0;
            foreach (Batch batch in loader.Read(1))
            {
                using (batch)
                {
                    for (int i = 0; i < batch.Count; i++, at++)
                    {
                        Assert.Equal(expected[order[at]], batch.Name(i));
                        Assert.Equal(data.Label(order[at]), (int)batch.Labels.AsSpan<long>()[i]);
                    }

                    // What stands in a batch says so by itself, in the batch's order.
                    Assert.Equal(order[(at - batch.Count)..at].Where(i => i is 0 or 11 or 17 or 18).Select(data.Name), batch.Damaged.Select(d => d.Name));
                    named.AddRange(batch.Damaged.Select(d => d.Reason));
                }
            }

            Assert.Equal(4, named.Count);
            Assert.All(named, n => Assert.Matches(@"\d{6}\.tar: \d{6}/\d{4}\.(png|jpg) at byte \d+: ", n));
        }
    }

    [Fact]
    public void Where_a_class_has_no_other_picture_in_the_shard_one_of_another_class_is_taken()
    {
        // Pictures 1, 4, 7 and 10 are all that the first shard has of their class.
        using var shards = new DamagedShards(12, [.. new[] { 1, 4, 7, 10 }.Select(i => (i, DamagedShards.Kinds[1]))]);
        DataLoader loader = shards.Inputs().Train;
        var names = new List<string>();
        foreach (Batch batch in loader.Read(0))
        {
            using (batch)
            {
                names.AddRange(Enumerable.Range(0, batch.Count).Select(batch.Name));
                for (int i = 0; i < batch.Count; i++)
                {
                    Assert.Equal(loader.Dataset.Label(batch.Indices[i]), (int)batch.Labels.AsSpan<long>()[i]);
                }
            }
        }

        foreach (int other in new[] { 2, 5, 8, 11 })
        {
            Assert.Equal(2, names.Count(n => n == loader.Dataset.Name(other)));
        }
    }

    [Fact]
    public void Threads_workers_and_ranks_give_the_same_bits_and_one_warning_a_picture()
    {
        int before = ParallelPool.Threads;
        TrainOptions options = TinyRun.Options with { Accumulate = 2 };
        try
        {
            Dictionary<string, byte[]>? first = null;
            string[]? warned = null;
            foreach ((int threads, int workers, int ranks) in new[] { (1, 0, 1), (2, 0, 1), (2, 3, 1), (1, 0, 2), (2, 2, 2) })
            {
                ParallelPool.Threads = threads;
                (Dictionary<string, byte[]> Weights, string[] Warnings)[] all = On(ranks, group =>
                {
                    TrainingInputs inputs = _shards.Inputs(workers) with { Group = group };
                    var warnings = new List<string>();
                    using var trainer = new Trainer(inputs, options);
                    trainer.Run(new Listener(e => warnings.AddRange(e is TrainingWarning w ? [w.Message] : [])), CancellationToken.None);
                    return (TinyRun.Weights(inputs.Model), warnings.ToArray());
                });
                first ??= all[0].Weights;
                warned ??= all[0].Warnings;
                Assert.All(all, a => TinyRun.AssertSame(first, a.Weights));
                Assert.All(all, a => Assert.Equal(warned, a.Warnings));
            }

            Assert.Equal(4, warned!.Length);
            Assert.All(_shards.Damaged, name => Assert.Single(warned, w => w.Contains($"{name} at byte", StringComparison.Ordinal) && w.Contains("the next of its shard", StringComparison.Ordinal)));
        }
        finally
        {
            ParallelPool.Threads = before;
        }
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void Stopped_in_an_epoch_and_resumed_on_other_ranks_it_ends_with_the_same_bits_and_names_each_picture_once(int before, int after)
    {
        using var folder = new TemporaryFolder();
        TrainOptions options = TinyRun.Options with { Accumulate = 2 };
        Dictionary<string, byte[]> Train(string name, int ranks, (int, int) stopAt)
        {
            RunFolder run = Directory.Exists(folder.File(name)) ? RunFolder.Open(folder.File(name)) : RunFolder.Create(folder.Path, name);
            return On(ranks, group =>
            {
                using var stopping = new CancellationTokenSource();
                TrainingInputs inputs = _shards.Inputs(workers: 2) with { Group = group };
                using var trainer = new Trainer(inputs, options, group.IsRoot ? run : null);
                trainer.Run(new Listener(e => (e is BatchDone b && (b.Epoch, b.Batch) == stopAt ? stopping : null)?.Cancel()), stopping.Token);
                return TinyRun.Weights(inputs.Model);
            })[0];
        }

        Dictionary<string, byte[]> whole = Train("whole", 1, default);
        Train("stopped", before, (1, 4));
        Train("stopped", after, (2, 2));
        TinyRun.AssertSame(whole, Train("stopped", before, default));
        string[] Warnings(string name) => [.. File.ReadLines(Path.Combine(folder.File(name), "log.txt")).Where(l => l.Contains("Warning: ", StringComparison.Ordinal)).Select(l => l[l.IndexOf("Warning", StringComparison.Ordinal)..])];
        Assert.Equal(4, Warnings("whole").Length);
        Assert.Equal(Warnings("whole"), Warnings("stopped"));
    }

    [Fact]
    public void A_shard_without_a_readable_picture_is_an_error_that_names_it()
    {
        using var shards = new DamagedShards(6, [.. Enumerable.Range(6, 6).Select(i => (i, DamagedShards.Kinds[i % 3]))]);
        using var trainer = new Trainer(shards.Inputs(), TinyRun.Options);
        string message = Assert.Throws<DataException>(() => trainer.Run()).Message;
        Assert.StartsWith(Path.Combine(shards.Train, "000001.tar"), message, StringComparison.Ordinal);
        Assert.Contains("none of the pictures of this shard can be read", message, StringComparison.Ordinal);
        Assert.Contains("get the shard again", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_held_out_picture_never_takes_the_place_of_one_that_is_trained_on()
    {
        IImageDataset all = DatasetFactory.Open(_shards.Train);
        int[] trained = [.. Enumerable.Range(0, all.Count).Where(i => i is not (3 or 4 or 20))];
        var loader = new DataLoader(new SubsetDataset(all, trained), new SamplePipeline(TransformOptions.ForEvaluation(16)), new DataLoaderOptions { BatchSize = 5, Damaged = DamagedPictures.Replace });
        foreach (Batch batch in loader.Read(0))
        {
            using (batch)
            {
                Assert.DoesNotContain(batch.Indices, i => new[] { 3, 4, 20 }.Contains(trained[i]));
            }
        }
    }

    [Fact]
    public void An_evaluation_leaves_damaged_pictures_out_and_counts_them()
    {
        TrainingInputs inputs = _shards.Inputs();
        IImageDataset data = DatasetFactory.Open(_shards.Train);
        var pipeline = new SamplePipeline(TransformOptions.ForEvaluation(16));
        DataLoader Loader(IImageDataset set, int batch) =>
            new(set, pipeline, new DataLoaderOptions { BatchSize = batch, Shuffle = false, Damaged = DamagedPictures.LeaveOut });
        EvaluationResult expected = Evaluator.Evaluate(inputs.Model, Loader(new SubsetDataset(data, [.. Enumerable.Range(0, 24).Except([0, 11, 17, 18])]), 5));

        // With single pictures there are batches of none.
        foreach (int batch in new[] { 1, 5, 24 })
        {
            EvaluationResult found = Evaluator.Evaluate(inputs.Model, Loader(data, batch));
            Assert.Equal((20, expected.Top1Correct), (found.Images, found.Top1Correct));

            // A model that is compiled for another number of images rounds otherwise.
            Assert.Equal(expected.Loss!.Value, found.Loss!.Value, 1e-6);
            Assert.Equal(_shards.Damaged, found.Unreadable.Select(u => u.Name));
            Assert.Equal(expected.Predictions.Select(p => p.Name), found.Predictions.Select(p => p.Name));
            Assert.Equal(expected.Predictions[7].Name, found.Evaluated(data).Name(found.Predictions[7].Index));
            Assert.Contains("\"unreadable\":[{\"image\":\"000000/0000.jpg\",\"reason\":", found.ToJson(), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("unreadable", expected.ToJson(), StringComparison.Ordinal);
        Assert.Throws<DataException>(() => Evaluator.Evaluate(inputs.Model, new DataLoader(data, pipeline, new DataLoaderOptions { Shuffle = false })));
        string none = Assert.Throws<DataException>(() => Evaluator.Evaluate(inputs.Model, Loader(new SubsetDataset(data, [0, 17]), 5))).Message;
        Assert.Contains("none of 2 images can be read", none, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_by_name_goes_on_over_what_its_check_did_not_look_at()
    {
        // The check looks at the first 32 of each shard.
        using var shards = new DamagedShards(40, (35, DamagedShards.Kinds[0]), (78, DamagedShards.Kinds[2]));
        shards.Write("val", 40, 2, [(36, DamagedShards.Kinds[1])]);
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        TrainOptions options = TinyRun.Options with { Data = shards.Root, Output = folder.Path, Name = "run", Model = "resnet8", ImageSize = 16, Epochs = 2 };
        TrainResult result = Trainer.Train(options, new Listener(e => warnings.AddRange(e is TrainingWarning w ? [w.Message] : [])), TestContext.Current.CancellationToken);
        string[] damage = [.. warnings.Where(w => w.Contains("It is damaged", StringComparison.Ordinal))];
        Assert.Equal(3, damage.Length);
        Assert.Single(damage, w => w.Contains("000000/0036.png at byte", StringComparison.Ordinal) && w.Contains("left out of the validation", StringComparison.Ordinal));
        Assert.Equal((79, 1), (result.Evaluation!.Images, result.Evaluation.Unreadable.Count));
        Assert.True(File.Exists(result.Report));
        Evaluation evaluation = Evaluator.Measure(new EvalOptions { Weights = result.Run, Data = Path.Combine(shards.Root, "val"), Output = folder.File("eval") });
        Assert.Equal(result.Evaluation.Score, evaluation.Score);
        Assert.Equal("000000/0036.png", Assert.Single(evaluation.Unreadable).Name);
    }

    private static T[] On<T>(int ranks, Func<ProcessGroup, T> work) => ranks == 1 ? [work(ProcessGroup.Single)] : RankThreads.Run(ranks, work);
}
