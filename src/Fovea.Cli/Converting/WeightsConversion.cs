using Fovea.Io;
using Fovea.Training;

namespace Fovea.Cli.Converting;

/// <summary>Reads weights of one format and writes them in another; every tensor keeps its name, shape, type and bits.</summary>
internal static class WeightsConversion
{
    // What PyTorch's readers of safetensors ask for.
    private static readonly Dictionary<string, string> s_torchLayout = new() { ["format"] = "pt" };

    public static Conversion Run(string input, string output, string? key, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        using TensorScope scope = TensorScope.Begin();
        WeightsFile weights = WeightsFile.Read(input, key, progress, stop);
        IReadOnlyDictionary<string, string> metadata = Network(input, weights, stop)?.ToMetadata() ?? (weights.Metadata.Count > 0 ? weights.Metadata : s_torchLayout);
        stop.ThrowIfCancellationRequested();
        WeightsFile.Write(output, weights.Tensors, metadata);
        string[] lost = WeightsFile.FormatOf(output) == WeightsFormat.Safetensors ? [] : [.. metadata.Keys.Except(s_torchLayout.Keys)];
        long numbers = weights.Tensors.Values.Sum(t => (long)t.Elements);
        return new Conversion("weights", input, output, new FileInfo(output).Length)
        {
            Summary = $"{Quantity.Of(weights.Tensors.Count, "tensor")}, {Quantity.Count(numbers)} numbers (from {weights.Format})",
            Warnings =
            [
                .. lost.Length > 0
                    ? [$"{Path.GetExtension(output)} has no place for the metadata ({string.Join(", ", lost)}); they are left out. Keep them with .safetensors."]
                    : Array.Empty<string>(),

                // Every bit comes along, whatever it means: to look into damaged weights is a reason to convert them.
                .. FiniteWeights.Complaint(weights.Tensors) is { } complaint ? [$"{complaint}. No model can be used with them."] : Array.Empty<string>(),
            ],
            State = weights.State,
            Numbers = { ["tensors"] = weights.Tensors.Count, ["elements"] = numbers },
        };
    }

    /// <summary>What the network of an ONNX file is, so that its weights can be used without the file; null for other files, and for networks that are not for images.</summary>
    private static ModelDescription? Network(string input, WeightsFile weights, CancellationToken stop)
    {
        if (weights.Format != WeightsFormat.Onnx)
        {
            return null;
        }

        try
        {
            var trained = TrainedModel.Open(input, new ModelRequest(), cancellation: stop);
            return trained.Description.Architecture is not null && StateDict.Of(trained.Model).Keys.ToHashSet().SetEquals(weights.Tensors.Keys) ? trained.Description : null;
        }
        catch (DataFormatException)
        {
            // Its tensors are tensors all the same.
            return null;
        }
    }
}
