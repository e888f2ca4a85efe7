using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;
using Fovea.Io;
using Fovea.Testing;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Soak.Readers;

/// <summary>Sound files: those of the goldens, and some that our writers make.</summary>
internal static class Goldens
{
    public static IReadOnlyList<ModelDescription> Descriptions { get; } =
    [
        new ModelDescription { Model = "resnet8", Classes = ["cat", "dog", "Löwe \"x\""], ImageSize = 32 },
        new ModelDescription
        {
            Model = "unet", Classes = ["background", "road"], ImageSize = 64, Attention = "se", AttentionOptions = new Dictionary<string, string> { ["reduction"] = "8" },
            Task = DataTask.Segment, IgnoreValue = 255, Mean = [0.5], Std = [0.25],
        },
    ];

    public static IReadOnlyDictionary<string, string> Metadata { get; } = Descriptions[1].ToMetadata();

    public static byte[][] Files(string folder, string pattern) =>
        [.. Directory.EnumerateFiles(Repository.Golden(folder), pattern).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    public static byte[] Safetensors(IReadOnlyDictionary<string, string> metadata)
    {
        using var scope = TensorScope.Begin();
        var tensors = new Dictionary<string, Tensor>
        {
            ["layer.weight"] = Tensor.Full([2, 3, 4], 0.25),
            ["layer.bias"] = Tensor.Full([7], 1, DType.Float64),
            ["steps"] = Tensor.Scalar(3, DType.Int64),
            ["mask"] = Tensor.Ones([5], DType.Bool),
        };
        return SafetensorsFile.ToBytes(tensors, metadata);
    }

    /// <summary>A small picture; no two numbers give the same.</summary>
    public static byte[] Picture(int number, PixelFormat format = PixelFormat.Rgb)
    {
        var image = new Image(6, 5, format);
        new Random(number).NextBytes(image.Pixels);
        return PngEncoder.Encode(image);
    }

    /// <summary>A mask of the same size with classes 0 to 2.</summary>
    public static byte[] Mask(int number)
    {
        byte[] pixels = [.. Enumerable.Range(number, 30).Select(i => (byte)(i % 3))];
        return PngEncoder.Encode(new Image(6, 5, PixelFormat.Grey, pixels));
    }
}
