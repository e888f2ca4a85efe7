using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>The data that an average is made ready and judged with.</summary>
internal sealed class AverageData
{
    private readonly ITask _task;
    private readonly DataLoader _train;
    private readonly DataLoader _validation;
    private readonly IProgress<TrainingEvent>? _progress;

    private AverageData(ITask task, DataLoader train, DataLoader validation, IProgress<TrainingEvent>? progress) =>
        (_task, _train, _validation, _progress) = (task, train, validation, progress);

    /// <summary>What scores are.</summary>
    public TaskMetric Metric => _task.Score;

    /// <summary>Opens data for a model.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="model">What the model is.</param>
    /// <param name="run">The options of the run that the weights are of, which say how its data were divided; null where they are of none.</param>
    /// <param name="progress">Is told how far passes over the data are.</param>
    /// <exception cref="DataException">The data cannot be used, or have other classes.</exception>
    public static AverageData Open(AverageOptions options, ModelDescription model, TrainOptions? run, IProgress<TrainingEvent>? progress)
    {
        ITask task = TaskCatalog.Of(model.Task);
        var how = new DatasetOptions
        {
            Seed = run?.Seed ?? 0,
            Fraction = run?.Fraction ?? 1,
            Task = task.Data,
            MaskClasses = model.Task.IsOfPixels ? model.Classes : null,
            IgnoreValue = model.IgnoreValue,
            MaskColors = MaskColorTable.Of(model.MaskColors),
            ValFraction = run?.ValFraction,
            Folds = run?.Folds,
            Fold = run?.Fold ?? 1,
            Orientation = model.Decoding.Orientation,
            Levels = model.Levels,
        };
        DatasetPair pair = DatasetFactory.OpenPair(options.Data, run?.Validation, how);
        IImageDataset train = pair.Train, validation = pair.Val;
        if (!task.Data.IsOpenSet)
        {
            train = RelabelledDataset.Of(train, model.Classes, model.HasClassNames);
            validation = RelabelledDataset.Of(validation, model.Classes, model.HasClassNames);
        }

        // A single picture is no batch for norms.
        var loader = new DataLoaderOptions { BatchSize = options.BatchSize ?? task.EvaluationBatch, Shuffle = false, SmallestLast = 2, Damaged = DamagedPictures.Replace };
        return new AverageData(
            task,
            new DataLoader(train, model.LookPipeline(), loader),
            new DataLoader(validation, model.EvaluationPipeline(), loader with { SmallestLast = 1, Damaged = DamagedPictures.LeaveOut }),
            progress);
    }

    /// <summary>Takes the statistics of a model's norms anew.</summary>
    public void Recompute(Module model, CancellationToken cancellation) => NormStatistics.Recompute(
        model, _train, images => _progress?.Report(new EvaluationProgress(images, _train.ImagesPerEpoch, null) { Metric = Metric }), cancellation);

    /// <summary>Measures a model on the validation part.</summary>
    public Evaluation Measure(Module model, CancellationToken cancellation) =>
        Evaluator.Run(_task, model, _validation, engine: null, isFinal: true, _progress, cancellation);
}
