using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Io;
using Fovea.Models;
using Fovea.Onnx;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Finds out which model weights are for: it stands in the file, or is recognised by names and shapes, or by the places of its layers; what is
/// said by hand goes before all of them. This is how every verb opens weights.
/// </summary>
internal static class WeightsResolver
{
    // Of a network beside weights, how many numbers it may ask for: theirs, and those of another head.
    private const long FreeWeights = 1 << 22;
    private const long MostWeights = 4;

    /// <summary>Reads weights and finds out what they are for. The tensors belong to the current <see cref="TensorScope"/>.</summary>
    /// <exception cref="DataFormatException">The file cannot be read, or holds numbers that are not finite.</exception>
    /// <exception cref="OptionException">Neither the file, nor its names, nor what is said tells what the model is; or an option does not fit.</exception>
    /// <exception cref="ImportException">The names belong to several sources, or contradict the options.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="SourceException">The source cannot be had.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ResolvedWeights Open(
        string path, ModelRequest request, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        path = ModelWeights.PathOf(path);
        if (!File.Exists(WeightsSources.Open(path, progress, cancellation).Path))
        {
            throw new FileNotFoundException($"weights: there is no file \"{path}\"; give a file of weights, the folder of a run, or hf:owner/name.");
        }

        bool isOnnx = WeightsFile.FormatOfContent(path) == WeightsFormat.Onnx;
        if (isOnnx && request is { Model: null, Part: null, Source: null } && ModelWeights.Describe(path) is var said && (said is null || OnnxDescription.IsFile(said.Model)))
        {
            OnnxNetwork network = WeightsSources.Read(path, file => OnnxArchitecture.Open(file, progress, cancellation));
            FiniteWeights.Check(path, network.State);
            return OfNetwork(path, new WeightsContent(network.State, said, null), path, network, request);
        }

        WeightsContent content = ModelWeights.Read(path, request.Key, request.Part, progress, cancellation);
        FiniteWeights.Check(path, content.State);
        CheckNetwork(path, content);
        if (request.Source is null && content.Description is { } found)
        {
            return OfDescription(path, content, found, request);
        }

        if (OnnxDescription.IsFile(request.Model))
        {
            return OfNetwork(path, content with { Description = null }, request.Model!, OnnxArchitecture.Open(request.Model!), request);
        }

        return isOnnx && request is { Source: null, Part: null } && ModelRecognizer.Recognize(content.State) is null && Match(path, cancellation) is { } match
            ? OfPlaces(path, content, match, request)
            : OfNames(path, content, request);
    }

    // A file may not ask for a network that is out of proportion to what it brought.
    private static void CheckNetwork(string path, WeightsContent content)
    {
        long brought = content.State.Values.Sum(t => (long)t.Elements), most = FreeWeights + (MostWeights * brought);
        if (content.Description?.Architecture is { } architecture && architecture.Weights > most)
        {
            throw new DataFormatException(
                $"{path}: the network that lies with the weights has {architecture.Weights:N0} numbers, and they are {brought:N0}, beside which at most {most:N0} are expected; "
                + "the description is not theirs: take both from one run or one export.");
        }
    }

    // Our own files say what they are.
    private static ResolvedWeights OfDescription(string path, WeightsContent content, ModelDescription found, ModelRequest request)
    {
        var own = new ImportResult(Importer.Own, "Fovea", content.State, new Dictionary<string, string>());
        var facts = new ModelFacts(found.Classes.Count, found.Mean.Count, SquareSide(found.ImageSize), found.Attention is not null);
        return new(path, request.ApplyTo(found), own, found, facts, content.Choice);
    }

    // What a writer calls Parameter91 has no name that a model could be recognised by: its place in the graph tells.
    private static ResolvedWeights OfPlaces(string path, WeightsContent content, LayerMatch match, ModelRequest request) =>
        OfNames(path, content with { State = match.Rename(content.State) }, request,
            $"its names are of no known library: {match.Names.Count} of {content.State.Count} tensors are {match.Model}'s by the kind, shape, stride and place of their layers.");

    // Weights of a network that an ONNX file holds, which may be that of the weights or another.
    private static ResolvedWeights OfNetwork(string path, WeightsContent content, string file, OnnxNetwork network, ModelRequest request)
    {
        if (network.Architecture.Weights == 0)
        {
            throw new DataFormatException($"{file}: the network has no weights; fovea run runs it on arrays.");
        }

        (ModelDescription described, string? note) = OnnxDescription.Of(file, network, content.Description);
        var own = new ImportResult(Importer.Own, "the ONNX file", content.State, new Dictionary<string, string>());
        var facts = new ModelFacts(described.Classes.Count, described.Mean.Count, SquareSide(described.ImageSize), HasMechanisms: false);
        string?[] notes = [.. network.Notes.Select(n => $"{n}."), request.Preprocessing == Preprocessing.Unsaid ? note : null];
        return new(path, (request with { Model = null }).ApplyTo(described), own, described, facts, content.Choice, notes);
    }

    // The graph is wanted alone: its weights, which were read already, go back before the catalogue is searched.
    private static LayerMatch? Match(string path, CancellationToken cancellation)
    {
        OnnxNetwork network = WeightsSources.Read(path, file => OnnxArchitecture.Open(file, null, cancellation));
        foreach (Tensor tensor in network.State.Values)
        {
            tensor.Dispose();
        }

        return LayerMatch.Find(network.Architecture);
    }

    private static int? SquareSide(Size2 size) => size.Height == size.Width ? size.Height : null;

    // Files of other software: a model's names and shapes are its signature.
    private static ResolvedWeights OfNames(string path, WeightsContent content, ModelRequest request, string? howFound = null)
    {
        RecognizedModel? known = request.Model is null
            ? ModelRecognizer.Recognize(content.State) ?? throw new OptionException("model",
                $"{path} does not say which model it belongs to, and its names and shapes are those of none that is known; give --model. {Suggestion.Hint(string.Empty, ModelCatalog.Keys)}")
            : null;
        ModelEntry entry = ModelCatalog.Find(request.Model ?? known!.Model);
        ModelDescription draft = WithImplied(request.Source, request.ApplyTo(new ModelDescription
        {
            Model = entry.Key,
            Attention = known?.Attention,
            AttentionAt = known?.AttentionAt ?? AttentionPlacement.Blocks,
            Classes = ModelDescription.Numbered(1),
            Task = DataTask.Of(entry),
            ImageSize = entry.ImageSize,
        }));

        // A model of that kind says under which names the classes, the channels and the image size are to be read.
        Module probe = draft.Build();
        ImportResult weights = Importer.TranslateOrKeep(probe, content.State, request.Source);
        ModelFacts facts = ModelFacts.Of(probe, weights.Tensors);
        foreach (Tensor value in StateDict.Of(probe).Values)
        {
            value.Dispose();
        }

        (Preprocessing settings, string? note) = KnownPreprocessing.Of(weights.Source, entry.Key);
        ModelDescription described = (draft with
        {
            Classes = ModelDescription.Numbered(facts.Classes ?? 1),
            ImageSize = facts.ImageSize ?? entry.ImageSize,
        }).WithChannels(facts.Channels ?? draft.Mean.Count);
        ModelDescription description = (request with { AttentionOptions = draft.AttentionOptions }).ApplyTo(settings.ApplyTo(described));
        return new(path, description, weights, null, facts, content.Choice, howFound, request.Preprocessing == Preprocessing.Unsaid ? note : null);
    }

    // Options that no name or shape shows, such as the order of CBAM's pools; those given by hand go before them, and contradictions are told.
    private static ModelDescription WithImplied(string? source, ModelDescription description)
    {
        if (source is null || description.Attention is not { } key)
        {
            return description;
        }

        Card card = Catalog.Find(key).Card;
        var options = Importer.ImpliedOptions(source, key).Where(o => card.Option(o.Key) is not null).ToDictionary(o => o.Key, o => Text(o.Value));
        foreach ((string name, string text) in description.AttentionOptions)
        {
            options[name] = text;
        }

        return description with { AttentionOptions = options };
    }

    // As the command line takes them: lists with commas, words without quotes.
    private static string Text(JsonNode? value) => value switch
    {
        null => "null",
        JsonArray list => string.Join(',', list.Select(Text)),
        _ => value.ToJsonString().Trim('"'),
    };
}
