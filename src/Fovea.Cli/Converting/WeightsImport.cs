using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Io;
using Fovea.Training;

namespace Fovea.Cli.Converting;

/// <summary>Reads weights of another library and writes them under our names and in our layouts, with what is needed to use them.</summary>
internal static class WeightsImport
{
    public static Conversion Run(
        string input, string output, string? key, ImportTarget target, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        using TensorScope scope = TensorScope.Begin();
        return target.Mechanism is { } mechanism
            ? Mechanism(input, output, mechanism, key, target, progress, stop)
            : Model(input, output, target.Request(key), progress, stop);
    }

    private static Conversion Model(string input, string output, ModelRequest request, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        var trained = TrainedModel.Open(input, request, progress, stop);
        stop.ThrowIfCancellationRequested();
        Conversion done = Write(input, output, trained.Model, trained.Description.ToMetadata(), trained.Report.Source, trained.Report.Origin, trained.Report.Implied);
        return done with
        {
            Summary = $"{done.Summary}; {trained.Description.Title}, {trained.Description.PreprocessingText}",
            Model = trained.Description.Key,
            Preprocessing = trained.Description.Preprocessing.ToString(),
            State = trained.Choice,
            Warnings = [.. done.Warnings, .. trained.Notes],
        };
    }

    private static Conversion Mechanism(
        string input, string output, string mechanism, string? key, ImportTarget target, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        (IReadOnlyDictionary<string, Tensor> weights, _, PyTorchState? choice) = ModelWeights.Read(input, key, target.Part, progress, stop);
        FiniteWeights.Check(input, weights);
        JsonObject options = Options(mechanism, target);
        Module module = Catalog.Find(mechanism).Create(options);
        ImportResult result = Importer.Load(module, weights, target.Named);
        stop.ThrowIfCancellationRequested();
        var metadata = new Dictionary<string, string> { ["format"] = "pt", ["mechanism"] = mechanism, ["config"] = options.ToJsonString() };
        return Write(input, output, module, metadata, result.Source, result.Origin, result.Options) with { State = choice };
    }

    /// <summary>Options of a mechanism: those given over those that the source implies.</summary>
    private static JsonObject Options(string mechanism, ImportTarget target)
    {
        Card card = Catalog.Find(mechanism).Card;
        JsonObject all = target.Named is null ? [] : Importer.ImpliedOptions(target.Named, mechanism);
        foreach (string name in all.Select(o => o.Key).Where(n => card.Option(n) is null).ToArray())
        {
            all.Remove(name);
        }

        foreach ((string name, string text) in target.Options)
        {
            all[name] = AttentionOptions.Parse(card, name, text);
        }

        return all;
    }

    private static Conversion Write(
        string input, string output, Module module, IReadOnlyDictionary<string, string> metadata, string source, string origin, IReadOnlyDictionary<string, string> implied)
    {
        IReadOnlyDictionary<string, Tensor> state = StateDict.Of(module);
        WeightsFile.Write(output, state, metadata);
        long numbers = state.Values.Sum(t => (long)t.Elements);
        string said = string.Join(", ", implied.Select(o => $"{o.Key} {o.Value}"));
        return new Conversion("weights", input, output, new FileInfo(output).Length)
        {
            Summary = $"{Quantity.Of(state.Count, "tensor")}, {Quantity.Count(numbers)} numbers of {origin}{(said.Length > 0 ? $" ({said})" : string.Empty)}",
            Warnings = WeightsFile.FormatOf(output) == WeightsFormat.Safetensors
                ? []
                : [$"{Path.GetExtension(output)} has no place for what the weights are for; give it again when you use them, or write .safetensors."],
            Numbers = { ["tensors"] = state.Count, ["elements"] = numbers },
            Source = source,
        };
    }
}
