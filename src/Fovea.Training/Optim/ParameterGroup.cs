namespace Fovea.Training;

/// <summary>Parameters that an optimiser treats alike.</summary>
public sealed class ParameterGroup
{
    /// <summary>Creates a group.</summary>
    /// <param name="parameters">The parameters with the names that the optimiser's state is saved under.</param>
    public ParameterGroup(IEnumerable<(string Name, Tensor Value)> parameters) => Parameters = [.. parameters];

    /// <summary>The parameters by name.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> Parameters { get; }

    /// <summary>Pull of the weights towards 0, at least 0; default 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>What the optimiser's learning rate is multiplied by for this group; default 1.</summary>
    public double LearningRateScale { get; init; } = 1;

    /// <summary>The parameters of a module that require a gradient, in one group or two.</summary>
    /// <param name="module">The module.</param>
    /// <param name="weightDecay">Weight decay of the (first) group.</param>
    /// <param name="decayAll">
    /// True for one group, as PyTorch's optimisers are usually given; false to put what has fewer than two axes (biases, the scales and
    /// shifts of norms) into a second group without weight decay.
    /// </param>
    public static IReadOnlyList<ParameterGroup> Of(Module module, double weightDecay = 0, bool decayAll = true)
    {
        ArgumentNullException.ThrowIfNull(module);
        return Of(module.NamedParameters(), weightDecay, decayAll, 1);
    }

    /// <summary>Those of some parameters that require a gradient, in one group or two of one rate.</summary>
    internal static IReadOnlyList<ParameterGroup> Of(IEnumerable<(string Name, Tensor Value)> parameters, double weightDecay, bool decayAll, double scale)
    {
        (string Name, Tensor Value)[] trained = [.. parameters.Where(p => p.Value.RequiresGrad)];
        if (decayAll || weightDecay == 0)
        {
            return [new ParameterGroup(trained) { WeightDecay = weightDecay, LearningRateScale = scale }];
        }

        return
        [
            new ParameterGroup(trained.Where(p => p.Value.Rank >= 2)) { WeightDecay = weightDecay, LearningRateScale = scale },
            new ParameterGroup(trained.Where(p => p.Value.Rank < 2)) { LearningRateScale = scale },
        ];
    }
}
