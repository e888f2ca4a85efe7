using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Io;
using Fovea.Models;
using Fovea.Onnx;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Weights with the model that they are for. What the model is stands in the file, or is recognised by names and shapes; what is said by hand
/// goes before both. This is how every verb opens weights.
/// </summary>
internal sealed class ResolvedWeights : IDisposable
{
    // Of a network beside weights, how many numbers it may ask for: theirs, and those of another head.
    private const long FreeWeights = 1 << 22;
    private const long MostWeights = 4;
    private readonly ImportResult _weights;
    private readonly ModelDescription? _found;

    private ResolvedWeights(
        string path, ModelDescription description, ImportResult weights, ModelDescription? found, ModelFacts facts, PyTorchState? choice, params string?[] notes)
    {
        (Path, Description, _weights, _found, Facts, Choice) = (path, description, weights, found, facts, choice);
        string? moves = WeightsSources.Open(path).Lasting is { } lasting ? $"a branch or a tag may move; what was used stays {lasting}." : null;
        Notes = [.. notes.Prepend(choice?.ChoiceNote).Append(moves).OfType<string>()];
    }

    public string Path { get; }

    /// <summary>The model to build: classes, channels, image size and preprocessing included.</summary>
    public ModelDescription Description { get; }

    /// <summary>What the shapes say, where no description does.</summary>
    public ModelFacts Facts { get; }

    /// <summary>What is to be known about the choice among several state dicts, and about the preprocessing that was assumed.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Which state dict of a PyTorch file was taken; null for other files.</summary>
    public PyTorchState? Choice { get; }

    /// <summary>Whether the file says what it is for.</summary>
    public bool IsDescribed => _found is not null;

    /// <summary>Whether the weights are of the same model, but for the classifier and the mechanisms.</summary>
    public bool IsSameModel => _found is null || _found.Model == Description.Model;

    /// <summary>Whether the mechanism that was asked for is not in the weights.</summary>
    public bool IsAttentionNew => Description.Attention is { } key && (_found is null ? !Facts.HasMechanisms : _found.Attention != key);

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

        if (request is { Model: null, Part: null, Source: null } && WeightsFile.FormatOfContent(path) == WeightsFormat.Onnx && ModelWeights.Describe(path) is var said
            && (said is null || OnnxDescription.IsFile(said.Model)))
        {
            OnnxNetwork network = WeightsSources.Read(path, file => OnnxArchitecture.Open(file, progress, cancellation));
            FiniteWeights.Check(path, network.State);
            return OfNetwork(path, network.State, path, network, said, null, request);
        }

        (IReadOnlyDictionary<string, Tensor> state, ModelDescription? found, PyTorchState? choice) = ModelWeights.Read(
            path, request.Key, request.Part, progress, cancellation);
        FiniteWeights.Check(path, state);
        if (found?.Architecture is { } architecture && architecture.Weights > FreeWeights + (MostWeights * state.Values.Sum(t => (long)t.Elements)))
        {
            throw new DataFormatException($"{path}: the network that lies with the weights has {architecture.Weights:N0} numbers, and they are {state.Values.Sum(t => (long)t.Elements):N0}.");
        }

        if (found is null && request is { Source: null, Part: null } && WeightsFile.FormatOfContent(path) == WeightsFormat.Onnx && !OnnxDescription.IsFile(request.Model)
            && ModelRecognizer.Recognize(state) is null && Match(path, cancellation) is { } match)
        {
            // What a writer calls Parameter91 has no name that a model could be recognised by: its place in the graph tells.
            return Recognize(path, match.Rename(state), choice, request,
                $"its names are of no known library: {match.Names.Count} of {state.Count} tensors are {match.Model}'s by the kind, shape, stride and place of their layers.");
        }

        if (found is not null && request.Source is null)
        {
            var own = new ImportResult(Importer.Own, "Fovea", state, new Dictionary<string, string>());
            var facts = new ModelFacts(found.Classes.Count, found.Mean.Count, SquareSide(found.ImageSize), found.Attention is not null);
            return new(path, request.ApplyTo(found), own, found, facts, choice);
        }

        return Recognize(path, state, choice, request);
    }

    /// <summary>Loads the weights into a model that was built for <see cref="Description"/>, or for other classes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="mode">What may start fresh.</param>
    /// <param name="mayMove">Whether the model may take the weights' memory, after which they cannot be loaded again.</param>
    /// <exception cref="WeightsMismatchException">They do not fit.</exception>
    public FitReport Fit(Module model, FitMode mode, bool mayMove) => WeightsFitter.Fit(model, _weights, new FitOptions
    {
        Mode = mode,
        Title = Description.Key,
        Described = _found?.Key,
        MayMove = mayMove,
    });

    /// <summary>Keeps the weights beyond the current <see cref="TensorScope"/>, until they are disposed.</summary>
    public ResolvedWeights Detach()
    {
        foreach (Tensor tensor in _weights.Tensors.Values)
        {
            TensorScope.Detach(tensor);
        }

        return this;
    }

    public void Dispose()
    {
        foreach (Tensor tensor in _weights.Tensors.Values)
        {
            tensor.Dispose();
        }
    }

    /// <summary>Weights of a network that an ONNX file holds.</summary>
    /// <param name="path">The weights.</param>
    /// <param name="state">Their tensors.</param>
    /// <param name="file">The ONNX file.</param>
    /// <param name="network">What it holds.</param>
    /// <param name="said">What it says of itself; null for nothing.</param>
    /// <param name="choice">Which state dict of a PyTorch file was taken.</param>
    /// <param name="request">What is said by hand.</param>
    private static ResolvedWeights OfNetwork(
        string path, IReadOnlyDictionary<string, Tensor> state, string file, OnnxNetwork network, ModelDescription? said, PyTorchState? choice, ModelRequest request)
    {
        if (network.Architecture.Weights == 0)
        {
            throw new DataFormatException($"{file}: the network has no weights; fovea run runs it on arrays.");
        }

        (ModelDescription described, string? note) = OnnxDescription.Of(file, network, said);
        var own = new ImportResult(Importer.Own, "the ONNX file", state, new Dictionary<string, string>());
        var facts = new ModelFacts(described.Classes.Count, described.Mean.Count, SquareSide(described.ImageSize), HasMechanisms: false);
        string?[] notes = [.. network.Notes.Select(n => $"{n}."), request.Preprocessing == Preprocessing.Unsaid ? note : null];
        return new(path, (request with { Model = null }).ApplyTo(described), own, described, facts, choice, notes);
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

    private static ResolvedWeights Recognize(
        string path, IReadOnlyDictionary<string, Tensor> state, PyTorchState? choice, ModelRequest request, string? howFound = null)
    {
        if (OnnxDescription.IsFile(request.Model))
        {
            return OfNetwork(path, state, request.Model!, OnnxArchitecture.Open(request.Model!), null, choice, request);
        }

        RecognizedModel? known = request.Model is null
            ? ModelRecognizer.Recognize(state) ?? throw new OptionException("model",
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
        ImportResult weights = Importer.TranslateOrKeep(probe, state, request.Source);
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
        return new(path, description, weights, null, facts, choice, howFound, request.Preprocessing == Preprocessing.Unsaid ? note : null);
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
