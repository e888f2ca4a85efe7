namespace Fovea.Training.Data;

/// <summary>What data are known to be learnt well with, as far as the user says nothing; a null leaves it to the general rules.</summary>
public sealed record DataRecipe
{
    /// <summary>Key of the model.</summary>
    public string? Model { get; init; }

    /// <summary>Key of the mechanism in the model's slots, where the model was left open too.</summary>
    public string? Attention { get; init; }

    /// <summary>Passes over the training images.</summary>
    public int? Epochs { get; init; }

    /// <summary>Images per step.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The highest rate of one cycle of SGD, for <see cref="BatchSize"/>; with another batch, optimiser or schedule the general rule holds.</summary>
    public double? LearningRate { get; init; }
}
