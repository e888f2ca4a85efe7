using Fovea.Distributed;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>What a <see cref="Trainer"/> trains: for runs from code. Runs by name get theirs from <see cref="TrainOptions"/>.</summary>
public sealed record TrainingInputs
{
    /// <summary>The model, with the weights to start from. It is changed in place.</summary>
    public required Module Model { get; init; }

    /// <summary>The training images.</summary>
    public required DataLoader Train { get; init; }

    /// <summary>The validation images, in their own order; null to train without.</summary>
    public DataLoader? Validation { get; init; }

    /// <summary>What is learnt: the task of the training images.</summary>
    public ITask Task => TaskCatalog.Of(Train.Dataset.Task);

    /// <summary>What further parts the run's report has; default none.</summary>
    public IReadOnlyList<IReportSection> Sections { get; init; } = [];

    /// <summary>The processes that train together; default this one alone.</summary>
    public ProcessGroup Group { get; init; } = ProcessGroup.Single;

    /// <summary>What computes the model; null (default) for our own engine, on the processor.</summary>
    public IModuleEngine? Engine { get; init; }

    /// <summary>What goes into the metadata of weights and checkpoints.</summary>
    public required ModelDescription Description { get; init; }
}
