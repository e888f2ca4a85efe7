using Fovea.Simd.Drivers;
using Fovea.Training.Data;

namespace Fovea.Training;

public static partial class Evaluator
{
    /// <summary>Evaluates a classifier by names and numbers alone: reads the weights, builds their model, opens the data.</summary>
    /// <param name="options">What to evaluate, on what.</param>
    /// <param name="progress">Is told after each batch.</param>
    /// <param name="cancellation">Stops it between two batches.</param>
    /// <exception cref="OptionException">An option does not fit, a name is unknown, or the model is no classifier.</exception>
    /// <exception cref="DataException">The data cannot be used.</exception>
    /// <exception cref="DataFormatException">The weights cannot be read, or belong to another model.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static EvaluationResult Run(EvalOptions options, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default) =>
        Measure(options, progress, cancellation) as EvaluationResult
            ?? throw new OptionException("weights", "they are a segmentation model's; expected a classifier's. Evaluator.Measure takes both.");

    /// <summary>Evaluates by names and numbers alone, whatever the model gives: a class for each image, or masks.</summary>
    /// <param name="options">What to evaluate, on what.</param>
    /// <param name="progress">Is told after each batch.</param>
    /// <param name="cancellation">Stops it between two batches.</param>
    /// <exception cref="OptionException">An option does not fit, or a name is unknown.</exception>
    /// <exception cref="DataException">The data cannot be used.</exception>
    /// <exception cref="DataFormatException">The weights cannot be read, or belong to another model.</exception>
    /// <exception cref="MemoryException">One image takes more memory than there is.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Evaluation Measure(EvalOptions options, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        WorkerTeam.Threads = options.Threads ?? WorkerTeam.Threads;
        var trained = TrainedModel.Open(options.Weights, options.ModelRequest());
        foreach (string note in trained.Notes)
        {
            progress?.Report(new TrainingWarning(note));
        }

        ModelDescription found = trained.Description;
        DataTask task = found.Task;
        IImageDataset data = DatasetFactory.Open(options.Data, new DatasetOptions
        {
            Seed = options.Seed,
            CacheLimit = 0,
            Task = task,
            MaskClasses = task == DataTask.Segment && trained.IsDescribed ? found.Classes : null,
            IgnoreValue = options.IgnoreValue ?? found.IgnoreValue,
            MaskColors = MaskColorTable.Of(options.MaskColors ?? found.MaskColors),
            Orientation = found.Decoding.Orientation,
        });
        trained = trained.NamedBy(data.Classes);
        data = RelabelledDataset.Of(data, trained.Description.Classes, trained.Description.HasClassNames);
        int asked = Math.Min(options.BatchSize ?? (task == DataTask.Segment ? 8 : 128), Math.Max(1, data.Count));
        int batchSize = InferenceMemory.Fit(trained.Model, trained.Description, asked, FreeMemory.Bytes(null));
        if (batchSize < asked)
        {
            progress?.Report(new TrainingWarning($"{asked} images at a time would not fit into the free memory: {batchSize} are taken; the result is the same."));
        }

        var loader = new DataLoaderOptions { BatchSize = batchSize, Shuffle = false };
        loader = options.Workers is { } workers ? loader with { Workers = workers } : loader;
        var images = new DataLoader(data, trained.Description.EvaluationPipeline(), loader);
        if (task == DataTask.Segment)
        {
            return MeasureMasks(trained, images, options, progress, cancellation);
        }

        using LogitsFile? logits = options.Logits is null ? null : new LogitsFile(options.Logits);
        void seen(Batch batch, Tensor outputs)
        {
            CheckFinite(batch, outputs);
            logits?.Add(batch, outputs);
        }

        EvaluationResult result = Evaluate(trained.Model, images, seen, progress, cancellation) with { Description = trained.Description };
        if (options.Output is not null)
        {
            Report.WriteEvaluation(RunFolder.Make(options.Output), trained.Description, images, result);
        }

        return result;
    }

    private static void CheckFinite(Batch batch, Tensor outputs) => FiniteOutputs.Check(outputs, [.. Enumerable.Range(0, batch.Count).Select(batch.Name)]);

    private static SegmentationResult MeasureMasks(
        TrainedModel trained, DataLoader images, EvalOptions options, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        if (options.Logits is not null)
        {
            throw new OptionException("logits", "are written for classifiers; a segmentation model's would be as large as the images.");
        }

        SegmentationResult result = EvaluateMasks(trained.Model, images, withDistances: true, CheckFinite, progress, cancellation) with { Description = trained.Description };
        if (options.Output is not null)
        {
            MaskReport.WriteEvaluation(RunFolder.Make(options.Output), trained, images, result);
        }

        return result;
    }
}
