using Fovea.Imaging;
using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

/// <summary>A training run of seconds: 24 images of 16×16 pixels in three classes, and the smallest network of the catalogue.</summary>
internal static class TinyRun
{
    public static readonly string[] Classes = ["red", "green", "blue"];

    /// <summary>Everything a trainer takes. Each call gives a new model with the same first weights.</summary>
    public static TrainingInputs Inputs(ulong seed = 7, int workers = 2, Func<Module, Module>? wrap = null, int batchSize = 4)
    {
        var description = new ModelDescription { Model = "resnet8", Classes = Classes, ImageSize = 16 };
        Module model = description.Build();
        Initialization.Draw(model, new Generator(seed).Fork("model"));
        var transform = new TransformOptions { ImageSize = 16, Crop = CropMode.Padded, Padding = 2, Flip = 0.5 };
        return new TrainingInputs
        {
            Model = wrap?.Invoke(model) ?? model,
            Description = description,
            Train = new DataLoader(new Blobs(24, 1), new SamplePipeline(transform), new DataLoaderOptions { BatchSize = batchSize, Seed = seed, Workers = workers }),
            Validation = new DataLoader(
                new Blobs(10, 2), new SamplePipeline(TransformOptions.ForEvaluation(16)), new DataLoaderOptions { BatchSize = 4, Shuffle = false, Workers = workers }),
        };
    }

    public static TrainOptions Options { get; } = new() { Epochs = 3, BatchSize = 4, LearningRate = 0.05, WeightDecay = 5e-4, WarmupEpochs = 0, Seed = 7, CheckpointSeconds = 3600 };

    /// <summary>The weights and buffers of a model, as bytes.</summary>
    public static Dictionary<string, byte[]> Weights(Module model) => StateDict.Of(model).ToDictionary(t => t.Key, t => t.Value.AsBytes().ToArray());

    public static void AssertSame(Dictionary<string, byte[]> expected, Dictionary<string, byte[]> actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach ((string name, byte[] bytes) in expected)
        {
            Assert.True(bytes.AsSpan().SequenceEqual(actual[name]), $"{name} differs");
        }
    }

    /// <summary>Noise with the class's channel made brighter.</summary>
    internal sealed class Blobs(int count, ulong seed) : IImageDataset
    {
        public string Source => "blobs";

        public int Count => count;

        public IReadOnlyList<string> Classes => TinyRun.Classes;

        public int Label(int index) => index % 3;

        public string Name(int index) => $"{Classes[Label(index)]}/{index}.png";

        public ImageSample Get(int index)
        {
            var random = new Generator(seed).Fork((ulong)index);
            var image = new Image(16, 16, PixelFormat.Rgb);
            for (int i = 0; i < image.Pixels.Length; i++)
            {
                image.Pixels[i] = (byte)(random.Next(128) + (i % 3 == Label(index) ? 100 : 0));
            }

            return new ImageSample(image, Label(index), Name(index));
        }
    }
}
