using System.Text.Json;
using System.Text.Json.Nodes;
using Fovea.Io;
using Fovea.Models;
using Fovea.Onnx;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Networks of ONNX files as models beside those of the catalogue: they are called by the name of their file.</summary>
internal static class OnnxDescription
{
    // Where the file leaves it open: what most networks were trained on.
    private const int UsualSize = 224;

    /// <summary>Whether the word for a model is a file's name rather than a key of the catalogue.</summary>
    public static bool IsFile(string? model) => model?.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) == true && !ModelCatalog.Contains(model);

    /// <summary>The model of an architecture, as if the catalogue had it.</summary>
    /// <param name="name">The name of the file.</param>
    /// <param name="architecture">What the file says.</param>
    public static ModelEntry Entry(string name, OnnxArchitecture architecture)
    {
        DataTask task = architecture.GivesMaps ? DataTask.Segment : DataTask.Classify;
        return new ModelEntry(name, $"Network of the ONNX file {name}", Side(architecture), Build)
        {
            Task = task.Name,
            FixedSize = architecture.FixedSize,

            // Of a square the multiples say which one it is.
            SizeUnit = architecture.FixedSize is { } fix && fix.Height == fix.Width ? fix.Height : 1,
        };

        Module Build(ModelOptions options) =>
            options.Attention is not null ? throw new OptionException("attention", $"{name} is a network of an ONNX file, which has no slots for mechanisms; leave it out, or name a model of the catalogue with --model.")
            : options.InChannels != architecture.Channels ? throw new OptionException("channels", $"{name} takes images of {architecture.Channels}; expected {architecture.Channels}, got {options.InChannels}.")
            : architecture.FixedSize is { } size && options.ImageSize != size ? throw new OptionException("image-size", $"{name} fixes the size of its images; expected {size.Flag()}, got {options.ImageSize.Flag()}.")
            : architecture.WithClasses(options.Classes).Build();
    }

    /// <summary>Describes the network of a file, by what its metadata say of classes and preprocessing.</summary>
    /// <param name="path">The file.</param>
    /// <param name="network">What it holds.</param>
    /// <param name="said">The description in the file; null for none.</param>
    /// <returns>The description, and what had to be assumed; null for nothing.</returns>
    public static (ModelDescription Description, string? Note) Of(string path, OnnxNetwork network, ModelDescription? said)
    {
        OnnxArchitecture architecture = network.Architecture;
        string name = WeightsSources.FileNameOf(path);
        if (said is not null)
        {
            return (said with { Model = name, Architecture = architecture }, null);
        }

        IReadOnlyDictionary<string, string> texts = network.Metadata;
        IReadOnlyList<double>? mean = Numbers(texts, "mean"), std = Numbers(texts, "std");
        var description = new ModelDescription
        {
            Model = name,
            Architecture = architecture,
            Classes = Names(texts, "classes", architecture.Classes) ?? Names(texts, "names", architecture.Classes) ?? ModelDescription.Numbered(architecture.Classes),
            Task = architecture.GivesMaps ? DataTask.Segment : DataTask.Classify,
            ImageSize = architecture.FixedSize ?? SizeOf(Numbers(texts, "imageSize")) ?? UsualSize,
            CropFraction = Numbers(texts, "cropFraction") is [> 0 and <= 1 and var share] ? share : null,
        }.WithChannels(architecture.Channels);
        bool isSaid = mean?.Count == architecture.Channels && std?.Count == architecture.Channels && std.All(s => s > 0);
        return isSaid
            ? (description with { Mean = mean!, Std = std! }, null)
            : (description, "the file does not say how images are prepared: taken for ImageNet's mean and deviation; --mean, --std, --interpolation and --crop-pct say otherwise.");
    }

    private static int Side(OnnxArchitecture architecture) => architecture.FixedSize is { } size ? Math.Max(size.Height, size.Width) : UsualSize;

    // A list in JSON; a dictionary as Python prints it, which is JSON but for its quotes and bare numbers, is left to --classes and the data.
    private static IReadOnlyList<string>? Names(IReadOnlyDictionary<string, string> texts, string key, int count) =>
        Parse(texts, key) is JsonArray list && list.Count == count && list.All(n => n is JsonValue v && v.GetValueKind() == JsonValueKind.String)
            ? [.. list.Select(n => (string)n!)]
            : null;

    private static IReadOnlyList<double>? Numbers(IReadOnlyDictionary<string, string> texts, string key)
    {
        JsonNode? node = Parse(texts, key);
        JsonNode?[] all = node is JsonArray list ? [.. list] : [node];
        return all.Length > 0 && all.All(n => n is JsonValue v && v.GetValueKind() == JsonValueKind.Number && v.TryGetValue(out double number) && double.IsFinite(number))
            ? [.. all.Select(n => (double)n!)]
            : null;
    }

    private static Size2? SizeOf(IReadOnlyList<double>? sides) => sides is { Count: 1 or 2 } && sides.All(s => s is >= 1 and <= ImageSizes.Longest)
        ? new Size2((int)sides[0], (int)sides[^1])
        : null;

    private static JsonNode? Parse(IReadOnlyDictionary<string, string> texts, string key)
    {
        try
        {
            return texts.TryGetValue(key, out string? text) ? JsonNode.Parse(text) : null;
        }
        catch (JsonException)
        {
            // What other software calls so is none of ours.
            return null;
        }
    }
}
