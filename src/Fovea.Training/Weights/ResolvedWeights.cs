using Fovea.Io;
using Fovea.Models;

namespace Fovea.Training;

/// <summary>Weights with the model that they are for, as <see cref="WeightsResolver"/> found it.</summary>
internal sealed class ResolvedWeights : IDisposable
{
    private readonly ImportResult _weights;
    private readonly ModelDescription? _found;

    /// <summary>Weights and what is known of them.</summary>
    /// <param name="path">The file, the folder of a run, or another source.</param>
    /// <param name="description">The model to build.</param>
    /// <param name="weights">The tensors under the model's names.</param>
    /// <param name="found">What the file says that it is for; null where it says nothing.</param>
    /// <param name="facts">What the shapes say.</param>
    /// <param name="choice">Which state dict of a PyTorch file was taken.</param>
    /// <param name="notes">What else is to be known.</param>
    public ResolvedWeights(
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
}
