using Fovea.Imaging;
using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

/// <summary>What a run takes by its estimate, beside what its tensors took.</summary>
[Collection("engine")]
public class MemoryEstimateTests
{
    private const int Batch = 4;

    // Blocks are rounded up, ops save less than all of their values, kernels work in memory of their own: what MemoryEstimate says of itself.
    private const double Lowest = 0.75, Highest = 1.5;

    [Theory]
    [InlineData("resnet8", 96, 160)]
    [InlineData("cbam_resnet8", 96, 160)]
    [InlineData("non_local_resnet8", 96, 128)]
    [InlineData("se_resnet20-cifar", 32, 64)]
    [InlineData("resnet18", 32, 96)]
    [InlineData("coordinate_resnet18", 32, 96)]
    [InlineData("vit_mini_patch4", 32, 48)]
    [InlineData("unet-small", 64, 128)]
    [InlineData("attention_gate_unet-small", 64, 128)]
    [InlineData("unet-resnet18", 32, 64)]
    public void An_estimate_is_near_what_a_run_takes(string key, params int[] sides)
    {
        foreach (int side in sides)
        {
            (long estimated, long taken) = EstimateAndRun(key, side);
            double ratio = (double)estimated / taken;
            Assert.True(ratio is >= Lowest and <= Highest, $"{key} at {side}: estimated {estimated}, taken {taken}, ratio {ratio:0.00}");
        }
    }

    [Fact]
    public void Tracing_a_model_changes_nothing_in_it()
    {
        TrainingInputs inputs = TinyRun.Inputs();
        Dictionary<string, byte[]> before = TinyRun.Weights(inputs.Model);

        // What other tests dropped may be given back meanwhile: no more than before is what can be asked.
        Leftovers.Collect();
        long blocks = TensorMemory.LiveBlocks;
        Assert.NotNull(ActivationTrace.Of(inputs.Model.Train(), 3, 4096));
        Assert.InRange(TensorMemory.LiveBlocks, 0, blocks);
        TinyRun.AssertSame(before, TinyRun.Weights(inputs.Model));
    }

    [Fact]
    public void Frozen_layers_keep_nothing_for_the_way_back()
    {
        TrainingInputs inputs = TinyRun.Inputs();
        long all = ActivationTrace.Of(inputs.Model.Train(), 3, 64)!.ForwardAndBack(8);
        new FrozenModules(inputs.Model, ["backbone"]).Train(inputs.Model);
        Assert.InRange(ActivationTrace.Of(inputs.Model, 3, 64)!.ForwardAndBack(8), 1, all / 2);
    }

    [Fact]
    public void An_allocation_that_fails_in_a_step_is_an_error_with_advice()
    {
        TrainingInputs inputs = TinyRun.Inputs(wrap: m => new Greedy(m));
        using var trainer = new Trainer(inputs, TinyRun.Options);
        var error = Assert.Throws<MemoryException>(() => trainer.Run());
        Assert.Contains("Take a smaller --batch-size or --image-size", error.Message, StringComparison.Ordinal);
        Assert.IsAssignableFrom<OutOfMemoryException>(error.InnerException);
    }

    private static (long Estimated, long Taken) EstimateAndRun(string key, int side)
    {
        Leftovers.Collect();
        TensorMemory.Trim();
        long before = TensorMemory.NativeBytes;
        int cut = key.StartsWith("vit", StringComparison.Ordinal) ? -1 : key.LastIndexOf('_');
        ModelEntry entry = ModelCatalog.Find(key[(cut + 1)..]);
        bool isDense = entry.Task == DataTask.Segment.Name;
        var description = new ModelDescription
        {
            Model = entry.Key,
            Attention = cut < 0 ? null : key[..cut],
            Classes = isDense ? Halves.Names : TinyRun.Classes,
            ImageSize = side,
            Task = isDense ? DataTask.Segment : DataTask.Classify,
        };
        Module model = description.Build();
        Initialization.Draw(model, new Generator(1));
        IImageDataset data = isDense ? new Halves(2 * Batch) : new TinyRun.Blobs(2 * Batch, 1);
        TransformOptions transform = isDense ? TransformOptions.ForSegmentation(side) : TransformOptions.ForTraining(side);
        var loader = new DataLoaderOptions { BatchSize = Batch, Seed = 1 };
        var inputs = new TrainingInputs
        {
            Model = model,
            Description = description,
            Train = new DataLoader(data, new SamplePipeline(transform), loader),
            Validation = new DataLoader(data, description.EvaluationPipeline(), loader with { Shuffle = false }),
        };
        TrainOptions options = TinyRun.Options with { Epochs = 1, BatchSize = Batch, LearningRate = 1e-3 };
        long estimated = TrainingMemory.Of(model, description, options, new PictureBytes(data.Count, 0, 0))!.At(Batch, 0).Total;
        using (var trainer = new Trainer(inputs, options))
        {
            trainer.Run();
        }

        long taken = TensorMemory.NativeBytes - before;
        foreach (Tensor tensor in StateDict.Of(model).Values)
        {
            tensor.Dispose();
        }

        return (estimated, taken);
    }

    /// <summary>A model whose pass asks for more than any system has.</summary>
    private sealed class Greedy : Module
    {
        private readonly Module _inner;

        public Greedy(Module inner) => _inner = Register("inner", inner);

        protected override Tensor Forward(Tensor x) => throw new Fovea.Simd.Memory.NativeMemoryException(1L << 60, 0);
    }

    /// <summary>The blobs with a mask each: the upper half is foreground.</summary>
    private sealed class Halves(int count) : IImageDataset
    {
        private readonly TinyRun.Blobs _blobs = new(count, 1);

        public static IReadOnlyList<string> Names { get; } = ["background", "foreground"];

        public string Source => "halves";

        public DataTask Task => DataTask.Segment;

        public int Count => count;

        public IReadOnlyList<string> Classes => Names;

        public int Label(int index) => 0;

        public string Name(int index) => _blobs.Name(index);

        public ImageSample Get(int index)
        {
            var mask = new Image(16, 16, PixelFormat.Grey);
            mask.Pixels.AsSpan(0, 128).Fill(1);
            return _blobs.Get(index) with { Label = 0, Mask = mask };
        }
    }
}
