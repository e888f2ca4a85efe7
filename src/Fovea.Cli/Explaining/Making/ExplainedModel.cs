using Fovea.Cli.Converting;
using Fovea.Cli.Flags;
using Fovea.Inspect;
using Fovea.Io;
using Fovea.Onnx;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Cli.Explaining;

/// <summary>A model that is explained: of weights, or of an ONNX file.</summary>
/// <param name="Module">It, in evaluation mode.</param>
/// <param name="Description">What it is, and how images are prepared for it.</param>
/// <param name="Notes">What is to be known about it.</param>
internal sealed record ExplainedModel(Module Module, ModelDescription Description, IReadOnlyList<string> Notes)
{
    private const int UsualSize = 224;

    /// <summary>Opens the model.</summary>
    /// <param name="weights">The file; null is refused.</param>
    /// <param name="request">What is said by hand.</param>
    /// <param name="progress">Is told how far the file was fetched and read.</param>
    /// <param name="stop">Stops it.</param>
    /// <exception cref="OptionException">An option does not fit.</exception>
    /// <exception cref="DataFormatException">The file cannot be read.</exception>
    /// <exception cref="SourceException">It cannot be fetched.</exception>
    public static ExplainedModel Open(string? weights, ModelRequest request, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        CommonFlags.CheckAttention(request.Attention, request.AttentionOptions);
        if (weights is not null && FileKinds.IsOnnx(weights))
        {
            return OfOnnx(weights, request, progress, stop);
        }

        var trained = TrainedModel.Open(weights, request, progress, stop);
        return new ExplainedModel(trained.Model, trained.Description, trained.Notes);
    }

    /// <summary>Has what looks into the model run it on an engine, until what is returned is disposed.</summary>
    /// <param name="engine">The engine; null for our own.</param>
    /// <exception cref="FoveaException">The engine is not there.</exception>
    public EngineLooks? LooksOn(IModuleEngine? engine) => engine is null ? null : EngineLooks.Begin(Module, engine);

    // What export wrote says all; of others the shapes of input and output do, and the flags.
    private static ExplainedModel OfOnnx(string path, ModelRequest request, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        if (request.Model is not null || request.Attention is not null)
        {
            throw new OptionException(path, "an ONNX file is a whole network; --model and --attention are for weights of the catalogue's models.");
        }

        OnnxModel model = WeightsSources.Read(path, file => OnnxModel.Load(file, null, progress, stop), progress, stop);
        model.Eval();
        if (model.Inputs is not [{ Dimensions: [_, _, _, _] sides }])
        {
            throw new OptionException(path, $"expected a network of one input [N, C, H, W], got {string.Join(", ", model.Inputs)}.");
        }

        ModelDescription? described = ModelDescription.FromMetadata(model.Metadata);
        Size2 usual = described?.ImageSize ?? UsualSize;
        Size2 size = request.ImageSize ?? new Size2(sides[2].Length ?? usual.Height, sides[3].Length ?? usual.Width);
        return new ExplainedModel(model, request.ApplyTo((described ?? Describe(path, model, sides[1].Length ?? 3)) with { ImageSize = size }), model.Notes);
    }

    private static ModelDescription Describe(string path, OnnxModel model, int channels)
    {
        IReadOnlyList<OnnxDimension>? output = model.Outputs[0].Dimensions;
        var description = new ModelDescription
        {
            Model = WeightsSources.LabelOf(path),
            Classes = ModelDescription.Numbered(output is [_, var classes, ..] ? classes.Length ?? 1 : 1),
            Task = output?.Count == 4 ? DataTask.Segment : DataTask.Classify,
            ImageSize = UsualSize,
        };
        return channels == description.Mean.Count ? description : description with
        {
            Mean = [.. Enumerable.Repeat(description.Mean.Average(), channels)],
            Std = [.. Enumerable.Repeat(description.Std.Average(), channels)],
        };
    }
}
