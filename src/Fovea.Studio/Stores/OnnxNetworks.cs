using Fovea.Io;
using Fovea.Onnx;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Studio.Stores;

/// <summary>Networks of ONNX files that say nothing of their preprocessing: pictures are prepared as for ImageNet.</summary>
internal static class OnnxNetworks
{
    private const int UsualSide = 224;

    /// <summary>Opens one and runs it once, to see what it gives.</summary>
    /// <exception cref="OnnxException">The file cannot be read.</exception>
    /// <exception cref="OptionException">It does not take pictures of that size, or gives neither classes nor maps of them.</exception>
    public static StudioModel Open(string path, string name, int? imageSize, CancellationToken cancellation)
    {
        OnnxModel network = WeightsSources.Read(path, file => OnnxModel.Load(file, cancellation: cancellation), cancellation: cancellation);
        if (network.Inputs is not [{ Dimensions: [_, var channels, var height, var width] }] || (imageSize is { } asked && ((height.Length ?? asked) != asked || (width.Length ?? asked) != asked))
            || (channels.Length ?? 3) is not (1 or 3))
        {
            throw new OptionException("onnx", $"{name}: expected a network of one input [N, 1 or 3, height, width]{(imageSize is null ? string.Empty : $" that takes {imageSize} pixels a side")}, got {string.Join(", ", network.Inputs)}.");
        }

        // A side that the file leaves open is that of the other.
        int? usual = imageSize ?? height.Length ?? width.Length;
        var size = new Size2(imageSize ?? height.Length ?? usual ?? UsualSide, imageSize ?? width.Length ?? usual ?? UsualSide);
        int depth = channels.Length ?? 3;
        network.Eval();
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        cancellation.ThrowIfCancellationRequested();
        Shape given = network.Call(Tensor.Zeros([1, depth, size.Height, size.Width])).Shape;
        if (given.Rank is not (2 or 4))
        {
            throw new OptionException("onnx", $"{name}: expected a network that gives [N, classes] or [N, classes, H, W], got {given}.");
        }

        var description = new ModelDescription
        {
            Model = "onnx",
            ImageSize = size,
            Classes = ModelDescription.Numbered(given[1]),
            Task = given.Rank == 2 ? DataTask.Classify : DataTask.Segment,
        };
        description = depth == 3 ? description : description with { Mean = [description.Mean.Average()], Std = [description.Std.Average()] };
        return new StudioModel(
            network, description, name, true, ["The file does not say how pictures are prepared: taken for ImageNet's mean and deviation.", .. network.Notes]);
    }
}
