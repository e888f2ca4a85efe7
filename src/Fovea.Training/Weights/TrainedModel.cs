using Fovea.Io;

namespace Fovea.Training;

/// <summary>A model with its weights, ready to be used.</summary>
public sealed class TrainedModel
{
    private TrainedModel(Module model, ModelDescription description, bool isDescribed, FitReport report, IReadOnlyList<string> notes)
    {
        Model = model;
        Description = description;
        IsDescribed = isDescribed;
        Report = report;
        Notes = notes;
    }

    /// <summary>The model, in evaluation mode.</summary>
    public Module Model { get; }

    /// <summary>What it is, and how images are prepared for it.</summary>
    public ModelDescription Description { get; }

    /// <summary>Whether the description came with the weights, rather than being read from their names and shapes.</summary>
    public bool IsDescribed { get; }

    /// <summary>What became of each tensor of the weights.</summary>
    public FitReport Report { get; }

    /// <summary>What is to be known before its results are believed: what was adapted, what was assumed. Empty for most weights.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Which state dict of a PyTorch file the weights are, and what lay beside it; null for other files.</summary>
    public PyTorchState? Choice { get; private init; }

    /// <summary>Builds the model that weights are for. What the model is stands in the file, or is recognised by names and shapes.</summary>
    /// <param name="weights">The file of weights, the folder of a run, or another source (<see cref="WeightsSources"/>).</param>
    /// <param name="request">What is said by hand, which goes before that.</param>
    /// <param name="progress">Is told how far the file was fetched and read.</param>
    /// <param name="cancellation">Stops it; nothing stays of it.</param>
    /// <exception cref="OptionException">Nothing says what the model is, or an option does not fit.</exception>
    /// <exception cref="DataFormatException">The weights cannot be read, are not finite, or are of another model.</exception>
    /// <exception cref="SourceException">The source cannot be had.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static TrainedModel Open(
        string? weights, ModelRequest request, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (weights is null)
        {
            throw new OptionException("weights", "expected a file of weights; give --weights FILE, such as best.safetensors of a run.");
        }

        using TensorScope scope = TensorScope.Begin();
        var resolved = WeightsResolver.Open(weights, request, progress, cancellation);
        cancellation.ThrowIfCancellationRequested();
        Module model = resolved.Description.Build();
        FitReport report = resolved.Fit(model, request.Strict ? FitMode.Exact : FitMode.Complete, mayMove: true);
        model.Eval();
        IEnumerable<string> adapted = report.Adapted.Select(a => $"adapted {a}.");
        return new TrainedModel(model, resolved.Description, resolved.IsDescribed, report, [.. adapted.Concat(resolved.Notes).Select(n => $"{weights}: {n}")]) { Choice = resolved.Choice };
    }

    /// <summary>The model with the names of its classes taken from data of as many, when the weights know only numbers.</summary>
    internal TrainedModel NamedBy(IReadOnlyList<string> classes) => Description.HasClassNames || classes.Count != Description.Classes.Count
        ? this
        : new TrainedModel(Model, Description with { Classes = classes }, IsDescribed, Report, Notes) { Choice = Choice };
}
