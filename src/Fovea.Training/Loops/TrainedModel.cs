using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>A model with its weights, ready to be evaluated.</summary>
internal sealed class TrainedModel
{
    private TrainedModel(Module model, ModelDescription description, bool knowsClasses)
    {
        Model = model;
        Description = description;
        KnowsClasses = knowsClasses;
    }

    public Module Model { get; }

    public ModelDescription Description { get; }

    /// <summary>Whether the names of the classes come with the weights, rather than being numbers.</summary>
    public bool KnowsClasses { get; }

    /// <summary>Builds a model as its weights describe it; what is given by hand goes before that.</summary>
    /// <param name="weights">The file of weights.</param>
    /// <param name="model">Key of the model, or null.</param>
    /// <param name="attention">Key of the attention, or null.</param>
    /// <param name="attentionAt">Where it goes, or null.</param>
    /// <param name="attentionOptions">Its options.</param>
    /// <param name="imageSize">Side of the square that the model sees, or null.</param>
    /// <param name="classes">The classes of the data, for weights that do not name their own.</param>
    /// <exception cref="OptionException">Neither the weights nor the options say what the model is.</exception>
    /// <exception cref="StateDictException">The weights are of another model.</exception>
    public static TrainedModel Open(
        string? weights, string? model, string? attention, string? attentionAt, IReadOnlyDictionary<string, string> attentionOptions,
        int? imageSize, IReadOnlyList<string>? classes)
    {
        if (weights is null)
        {
            throw new OptionException("weights", "expected a file of weights; give --weights FILE, such as best.safetensors of a run.");
        }

        using TensorScope scope = TensorScope.Begin();
        (IReadOnlyDictionary<string, Tensor> state, ModelDescription? found) = ModelWeights.Read(weights);
        string key = model ?? found?.Model
            ?? throw new OptionException("model", $"{weights} does not say which model it belongs to; give --model. {Suggestion.Hint(string.Empty, ModelCatalog.Keys)}");
        ModelEntry entry = ModelCatalog.Find(key);
        ModelDescription description = Change(
            found ?? new ModelDescription
            {
                Model = key,
                Classes = ClassesOf(state, classes),
                Task = entry.IsSegmentation ? DataTask.Segment : DataTask.Classify,
                ImageSize = entry.ImageSize,
            },
            key, attention, attentionAt, attentionOptions, imageSize);
        Module built = description.Build();
        StateDict.Move(built, ModelWeights.Translate(built, state, found));
        built.Eval();
        return new TrainedModel(built, description, found is not null);
    }

    /// <summary>A description with what is given by hand in place of what the weights say.</summary>
    public static ModelDescription Change(
        ModelDescription description, string? model, string? attention, string? attentionAt, IReadOnlyDictionary<string, string> attentionOptions, int? imageSize)
    {
        if (attention is not null)
        {
            description = description with { Attention = attention == TrainSetup.None ? null : attention, AttentionOptions = attentionOptions };
        }

        return description with
        {
            Model = model ?? description.Model,
            AttentionAt = attentionAt ?? description.AttentionAt,
            ImageSize = imageSize ?? description.ImageSize,
        };
    }

    // The classifier has a row for each class. The data's names are taken when they are as many; the evaluation refuses the rest.
    private static IReadOnlyList<string> ClassesOf(IReadOnlyDictionary<string, Tensor> state, IReadOnlyList<string>? classes)
    {
        int? outputs = FrozenModules.Classifiers.Select(c => state.TryGetValue($"{c}.weight", out Tensor? w) ? w.Shape[0] : (int?)null).FirstOrDefault(n => n is not null);
        return outputs is null || outputs == classes?.Count
            ? classes ?? throw new OptionException("weights", "the weights do not say how many classes they are for; use a file with a classifier.")
            : [.. Enumerable.Range(0, outputs.Value).Select(i => $"class {i}")];
    }
}
