using Fovea.Io;
using Fovea.Layers;
using Fovea.Simd.Drivers;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

[Collection("engine")]
public class CheckpointAverageTests
{
    [Fact]
    public void The_average_is_the_mean_of_each_number()
    {
        using var folder = new TemporaryFolder();
        using TensorScope scope = TensorScope.Begin();
        string[] files = [.. Enumerable.Range(0, 3).Select(i => Saved(folder.File($"{i}.safetensors"), "resnet8", (ulong)i))];
        AverageResult result = CheckpointAverage.Make(new AverageOptions { Inputs = files, Output = folder.File("mean.safetensors") });
        Assert.Equal(files, result.Members.Select(m => m.Path));
        Assert.All(result.Members, m => Assert.True(m.IsTaken && m.Score is null));
        Assert.Contains("batch norms", Assert.Single(result.Notes), StringComparison.Ordinal);
        Assert.Equal("resnet8", ModelWeights.Describe(result.Output)!.Model);
        IReadOnlyDictionary<string, Tensor> mean = ModelWeights.Read(result.Output).State;
        IReadOnlyDictionary<string, Tensor>[] all = [.. files.Select(f => ModelWeights.Read(f).State)];
        Assert.Equal(all[0].Keys.Order(), mean.Keys.Order());
        foreach ((string name, Tensor value) in mean)
        {
            float[][] members = [.. all.Select(m => m[name].ToArray<float>())];
            Assert.Equal(Enumerable.Range(0, value.Elements).Select(i => (float)((members[0][i] + (double)members[1][i] + members[2][i]) / 3)), value.ToArray<float>());
        }
    }

    [Fact]
    public void Weights_of_other_models_are_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        string first = Saved(folder.File("first.safetensors"), "resnet8", 1);
        (string Path, string Says)[] others =
        [
            (Saved(folder.File("deeper.safetensors"), "resnet14", 1), "the model resnet14 for resnet8"),
            (Saved(folder.File("classes.safetensors"), "resnet8", 1, ["cat", "dog", "cow"]), "3 classes (cat, dog, cow)"),
            (Saved(folder.File("attention.safetensors"), "resnet8", 1, attention: "se"), "resnet8 with se"),
            (Saved(folder.File("bare.safetensors"), "resnet14", 1, isBare: true), "added"),
        ];
        foreach ((string path, string says) in others)
        {
            var error = Assert.Throws<DataFormatException>(() => CheckpointAverage.Make(new AverageOptions { Inputs = [first, path], Output = folder.File("mean.safetensors") }));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(folder.File("mean.safetensors")));
    }

    [Fact]
    public void What_is_asked_for_wrongly_is_refused()
    {
        using var folder = new TemporaryFolder();
        string one = Saved(folder.File("one.safetensors"), "resnet8", 1);
        var good = new AverageOptions { Inputs = [one, one], Output = folder.File("mean.safetensors") };
        Assert.Contains("two files", Assert.Throws<OptionException>(() => CheckpointAverage.Make(good with { Inputs = [one] })).Message, StringComparison.Ordinal);
        Assert.Contains("--output", Assert.Throws<OptionException>(() => CheckpointAverage.Make(good with { Output = null })).Message, StringComparison.Ordinal);
        Assert.Contains("--data", Assert.Throws<OptionException>(() => CheckpointAverage.Make(good with { Greedy = true })).Message, StringComparison.Ordinal);
        Assert.Contains("at least 1", Assert.Throws<OptionException>(() => CheckpointAverage.Make(good with { Last = 0 })).Message, StringComparison.Ordinal);
        CheckpointAverage.Make(good);
        Assert.Contains("--force", Assert.Throws<OptionException>(() => CheckpointAverage.Make(good)).Message, StringComparison.Ordinal);
        Assert.Equal(2, CheckpointAverage.Make(good with { Force = true }).Members.Count);
    }

    [Fact]
    public void The_last_checkpoints_of_a_run_are_averaged_and_norms_see_the_training_images_anew()
    {
        using var folder = new PictureFolder();
        using TensorScope scope = TensorScope.Begin();
        TrainResult run = Trainer.Train(folder.Options with { SaveEvery = 1 });
        var options = new AverageOptions { Inputs = [run.Run], Last = 2, Data = folder.Data, Output = folder.File("average.safetensors"), BatchSize = 5 };
        AverageResult result = CheckpointAverage.Make(options);
        Assert.Equal(["epoch-0002.ckpt", "epoch-0003.ckpt"], result.Members.Select(m => Path.GetFileName(m.Path)));
        Assert.Empty(result.Notes);
        Assert.Equal(run.Validation!.Images, result.Evaluation!.Images);

        // The first norm's input is linear in the images: its mean is that of the first convolution over all training images, whatever the batches.
        var trained = TrainedModel.Open(result.Output, new ModelRequest());
        Assert.Equal(result.Norms, trained.Model.NamedModules().Count(m => m.Value is BatchNorm));
        DatasetPair pair = DatasetFactory.OpenPair(folder.Data, null, new DatasetOptions { Seed = folder.Options.Seed });
        using Batch all = new DataLoader(pair.Train, trained.Description.EvaluationPipeline(), new DataLoaderOptions { BatchSize = 100, Shuffle = false }).Read(0).First();
        Tensor maps = ((Conv2d)trained.Model.Children.Single(c => c.Name == "conv1").Value).Call(all.Images);
        float[] mean = maps.Mean([0, 2, 3]).ToArray<float>();
        float[] running = ((BatchNorm)trained.Model.Children.Single(c => c.Name == "bn1").Value).RunningMean.ToArray<float>();
        Assert.All(mean.Zip(running), m => Assert.Equal(m.First, m.Second, 1e-4f));
        Assert.Equal(result.Evaluation.Score, Evaluator.Measure(trained.Model, new DataLoader(pair.Val, trained.Description.EvaluationPipeline(), new DataLoaderOptions { Shuffle = false })).Score);

        // The same again with other threads, bit for bit.
        byte[] before = File.ReadAllBytes(result.Output);
        int threads = ParallelPool.Threads;
        try
        {
            CheckpointAverage.Make(options with { Force = true, Threads = threads == 1 ? 2 : 1 });
        }
        finally
        {
            ParallelPool.Threads = threads;
        }

        Assert.Equal(before, File.ReadAllBytes(result.Output));
    }

    [Fact]
    public void A_greedy_average_leaves_out_what_makes_it_worse()
    {
        using var folder = new PictureFolder(60);
        TrainResult run = Trainer.Train(folder.Options with { Epochs = 6, ValFraction = 0.3 });
        string good = Path.Combine(run.Run, "best.safetensors");

        // The same network with its answers turned about: the mean of both heads is the good one's negative.
        string bad = folder.File("bad.safetensors");
        using TensorScope scope = TensorScope.Begin();
        WeightsContent weights = ModelWeights.Read(good);
        SafetensorsFile.Write(
            bad, weights.State.ToDictionary(t => t.Key, t => t.Key.StartsWith("linear.", StringComparison.Ordinal) ? t.Value * -3 : t.Value), weights.Description!.ToMetadata());
        AverageResult result = CheckpointAverage.Make(
            new AverageOptions { Inputs = [bad, good], Data = folder.Data, Greedy = true, Output = folder.File("soup.safetensors") });
        Assert.Equal([good, bad], result.Members.Select(m => m.Path));
        Assert.Equal([true, false], result.Members.Select(m => m.IsTaken));
        Assert.True(result.Members[0].Score > result.Members[1].Score, $"{result.Members[0].Score} and {result.Members[1].Score}");
        Assert.Equal(result.Members[0].Score, result.Evaluation!.Score);
        Assert.Equal(ModelWeights.Read(good).State["conv1.weight"].ToArray<float>(), ModelWeights.Read(result.Output).State["conv1.weight"].ToArray<float>());
    }

    private static string Saved(string path, string model, ulong seed, IReadOnlyList<string>? classes = null, string? attention = null, bool isBare = false)
    {
        var description = new ModelDescription { Model = model, Classes = classes ?? TinyRun.Classes, ImageSize = 16, Attention = attention };
        Module module = description.Build();
        Initialization.Draw(module, new Generator(seed).Fork("model"));
        SafetensorsFile.Write(path, StateDict.Of(module), isBare ? new Dictionary<string, string>() : description.ToMetadata());
        return path;
    }
}
