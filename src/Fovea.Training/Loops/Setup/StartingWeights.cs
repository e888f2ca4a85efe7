using Fovea.Attention;
using Fovea.Io;
using Fovea.Onnx;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Weights that a run starts from: what they say fills the options that were left open, and the model gets what fits.</summary>
internal sealed class StartingWeights : IDisposable
{
    private const string IdentityStart = "identityStart";
    private readonly ResolvedWeights _weights;
    private readonly TrainOptions _options;

    private StartingWeights(ResolvedWeights weights, TrainOptions options) => (_weights, _options) = (weights, options);

    /// <summary>The network, where it is that of an ONNX file.</summary>
    public OnnxArchitecture? Architecture => _weights.Description.Architecture;

    /// <summary>Opens the weights of a run; without any, the ONNX file whose network is to be trained from the beginning. Null when it has neither.</summary>
    /// <param name="options">The run's.</param>
    /// <param name="progress">Is told how far a download is.</param>
    /// <param name="cancellation">Stops it.</param>
    public static StartingWeights? Open(TrainOptions options, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        bool isNetworkAlone = options.Weights is null && OnnxDescription.IsFile(options.Model);
        if ((isNetworkAlone ? options.Model : options.Weights) is not { } path)
        {
            return null;
        }

        using TensorScope scope = TensorScope.Begin();
        ModelRequest request = options.ModelRequest();
        ModelRequest asked = isNetworkAlone ? request with { Model = null } : request;
        return new StartingWeights(WeightsResolver.Open(path, asked, DownloadProgress.Of(progress), cancellation).Detach(), options);
    }

    /// <summary>The options with the model, the mechanism and the preprocessing that the weights say, where the user said nothing.</summary>
    public TrainOptions Complete()
    {
        ModelDescription said = _weights.Description;
        bool knowsSize = _weights.IsSameModel && !DataTask.Of(said.Entry).SeesWholeImage;
        return _options with
        {
            Model = said.Model,
            Attention = said.Attention ?? _options.Attention,
            AttentionAt = said.Attention is null ? _options.AttentionAt : said.AttentionAt,
            AttentionOptions = Identity(said),
            ImageSize = _options.ImageSize ?? (knowsSize ? said.ImageSize : null),
            Channels = said.Mean.Count,
            Preprocessing = said.Preprocessing,
        };
    }

    /// <summary>Loads what fits, and says what was adapted, what starts fresh and what was left out; null where the network alone was asked for.</summary>
    /// <exception cref="WeightsMismatchException">The weights are of another model, or too little of them fits.</exception>
    public FitReport? LoadInto(Module model)
    {
        if (_options.Weights is null)
        {
            return null;
        }

        using TensorScope scope = TensorScope.Begin();
        return _weights.Fit(model, _options.Strict ? FitMode.Exact : FitMode.Start, mayMove: false);
    }

    /// <summary>The report in sentences that name the file; empty when all fits.</summary>
    public IEnumerable<string> Sentences(FitReport? report) =>
        [.. (report is null or { IsExact: true } ? [] : report.Lines).Concat(_weights.Notes).Select(l => $"{_weights.Path}: {l}")];

    public void Dispose() => _weights.Dispose();

    // A network that has learnt already goes on from what it knows, if the mechanism that comes in can begin by changing nothing.
    private IReadOnlyDictionary<string, string> Identity(ModelDescription said) =>
        _weights.IsAttentionNew && Catalog.Find(said.Attention!).Card.Option(IdentityStart) is not null && !said.AttentionOptions.ContainsKey(IdentityStart)
            ? new Dictionary<string, string>(said.AttentionOptions) { [IdentityStart] = "true" }
            : said.AttentionOptions;
}
