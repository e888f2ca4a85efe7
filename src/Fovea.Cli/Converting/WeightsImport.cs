using System.Globalization;
using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Io;
using Fovea.Models;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Cli.Converting;

/// <summary>Reads weights of another library and writes them under our names and in our layouts, with what is needed to use them.</summary>
internal static class WeightsImport
{
    public static Conversion Run(string input, string output, string? key, ImportTarget target)
    {
        using TensorScope scope = TensorScope.Begin();
        WeightsFile file = WeightsFile.Read(input, key);
        IReadOnlyDictionary<string, Tensor> weights = Part(file.Tensors, target.Part);
        (Module module, ImportResult result, IReadOnlyDictionary<string, string> metadata) = target.Mechanism is { } mechanism
            ? Mechanism(mechanism, target, weights)
            : Model(target, weights);
        IReadOnlyDictionary<string, Tensor> state = StateDict.Of(module);
        WeightsFile.Write(output, state, metadata);
        long numbers = state.Values.Sum(t => (long)t.Elements);
        string implied = string.Join(", ", result.Options.Select(o => $"{o.Key} {o.Value}"));
        return new Conversion("weights", input, output, new FileInfo(output).Length)
        {
            Summary = $"{Quantity.Of(state.Count, "tensor")}, {Quantity.Count(numbers)} numbers of {result.Origin}{(implied.Length > 0 ? $" ({implied})" : string.Empty)}",
            Warning = WeightsFile.FormatOf(output) == WeightsFormat.Safetensors
                ? null
                : $"{Path.GetExtension(output)} has no place for what the weights are for; give it again when you use them, or write .safetensors.",
            Numbers = { ["tensors"] = state.Count, ["elements"] = numbers },
            Source = result.Source,
            State = file.State,
        };
    }

    /// <summary>The tensors below a name, without it.</summary>
    private static IReadOnlyDictionary<string, Tensor> Part(IReadOnlyDictionary<string, Tensor> all, string? part)
    {
        if (part is null)
        {
            return all;
        }

        string prefix = $"{part.TrimEnd('.')}.";
        var found = all.Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(t => t.Key[prefix.Length..], t => t.Value);
        string[] tops = [.. all.Keys.Select(n => n.Split('.')[0]).Distinct().Order(StringComparer.Ordinal)];
        return found.Count > 0
            ? found
            : throw new OptionException("convert", $"--part: no tensor is below \"{part}\"; the file has {string.Join(", ", tops.Take(12))}{(tops.Length > 12 ? ", …" : string.Empty)}.");
    }

    private static (Module Module, ImportResult Result, IReadOnlyDictionary<string, string> Metadata) Mechanism(string key, ImportTarget target, IReadOnlyDictionary<string, Tensor> weights)
    {
        JsonObject options = target.OptionsFor(key, target.Options);
        Module module = Catalog.Find(key).Create(options);
        ImportResult result = Importer.Load(module, weights, target.Named);
        return (module, result, new Dictionary<string, string> { ["format"] = "pt", ["mechanism"] = key, ["config"] = options.ToJsonString() });
    }

    /// <summary>The model is built twice: how many classes it has stands in the weights, under a name that only the key map tells.</summary>
    private static (Module Module, ImportResult Result, IReadOnlyDictionary<string, string> Metadata) Model(ImportTarget target, IReadOnlyDictionary<string, Tensor> weights)
    {
        ModelEntry entry = ModelCatalog.Find(target.Model!);
        JsonObject? attention = target.Attention is { } key ? target.OptionsFor(key, target.AttentionOptions) : null;
        Module first = Build(entry, target, attention, 1000);
        ImportResult result = Importer.Translate(first, weights, target.Named);
        string classifier = first.NamedParameters().Last().Name;
        int classes = result.Tensors.TryGetValue(classifier, out Tensor? bias) && bias.Rank == 1 ? bias.Shape[0] : 1000;
        Module module = classes == 1000 ? first : Build(entry, target, attention, classes);
        StateDict.Load(module, result.Tensors);
        var description = new ModelDescription
        {
            Model = entry.Key,
            Attention = target.Attention,
            AttentionAt = target.AttentionAt ?? AttentionPlacement.Blocks,
            AttentionOptions = attention?.ToDictionary(o => o.Key, o => Text(o.Value)) ?? [],
            Classes = [.. Enumerable.Range(0, classes).Select(c => c.ToString(CultureInfo.InvariantCulture))],
            ImageSize = target.ImageSize ?? entry.ImageSize,
            Task = entry.IsSegmentation ? DataTask.Segment : DataTask.Classify,
        };
        return (module, result, description.ToMetadata());
    }

    private static Module Build(ModelEntry entry, ImportTarget target, JsonObject? attention, int classes)
    {
        using IDisposable deferred = Initialization.Defer();
        return entry.Create(new ModelOptions
        {
            Classes = classes,
            ImageSize = target.ImageSize ?? entry.ImageSize,
            Attention = target.Attention is not { } key ? null : new AttentionPlacement
            {
                Key = key,
                At = target.AttentionAt ?? AttentionPlacement.Blocks,
                Options = attention!,
            },
        });
    }

    // As the command line takes them: lists with commas, words without quotes.
    private static string Text(JsonNode? value) => value switch
    {
        null => "null",
        JsonArray list => string.Join(',', list.Select(Text)),
        _ => value.ToJsonString().Trim('"'),
    };
}
