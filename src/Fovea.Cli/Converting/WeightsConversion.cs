using Fovea.Io;
using Fovea.Onnx;

namespace Fovea.Cli.Converting;

/// <summary>Reads weights of one format and writes them in another; every tensor keeps its name, shape, type and bits.</summary>
internal static class WeightsConversion
{
    // What PyTorch's readers of safetensors ask for.
    private static readonly Dictionary<string, string> s_torchLayout = new() { ["format"] = "pt" };

    public static Conversion Run(string input, string output, string? key)
    {
        using TensorScope scope = TensorScope.Begin();
        if (FileKinds.IsOnnx(input))
        {
            return OfOnnx(input, output, key);
        }

        WeightsFile weights = WeightsFile.Read(input, key);
        WeightsFile.Write(output, weights.Tensors, weights.Metadata.Count > 0 ? weights.Metadata : s_torchLayout);
        string[] lost = WeightsFile.FormatOf(output) == WeightsFormat.Safetensors ? [] : [.. weights.Metadata.Keys.Except(s_torchLayout.Keys)];
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

    /// <summary>What an ONNX file learnt, and its running statistics, under their names in the file.</summary>
    private static Conversion OfOnnx(string input, string output, string? key)
    {
        if (key is not null)
        {
            throw new OptionException("convert", "--key is for PyTorch files that hold several state dicts; leave it out for ONNX.");
        }

        var model = OnnxModel.Load(input);
        IReadOnlyDictionary<string, Tensor> weights = StateDict.Of(model);
        WeightsFile.Write(output, weights, s_torchLayout);
        long numbers = weights.Values.Sum(t => (long)t.Elements);
        return new Conversion("weights", input, output, new FileInfo(output).Length)
        {
            Summary = $"{Quantity.Of(weights.Count, "tensor")}, {Quantity.Count(numbers)} numbers (from ONNX)",
            Warnings = model.Notes,
            Numbers = { ["tensors"] = weights.Count, ["elements"] = numbers },
        };
    }
}
