using Fovea.Simd.Drivers;
using Fovea.Training.Data;

namespace Fovea.Training;

// An evaluation from options alone.
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
            ?? throw new OptionException("weights", "they are no classifier's; expected a classifier's. Evaluator.Measure takes all.");

    /// <summary>Evaluates by names and numbers alone, whatever the model gives.</summary>
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
        ParallelPool.Threads = options.Threads ?? ParallelPool.Threads;
        var trained = TrainedModel.Open(options.Weights, options.ModelRequest(), DownloadProgress.Of(progress), cancellation);
        foreach (string note in trained.Notes)
        {
            progress?.Report(new TrainingWarning(note));
        }

        ModelDescription found = trained.Description;
        ITask task = TaskCatalog.Of(found.Task);
        if (options.Logits is not null && !task.HasLogits)
        {
            throw new OptionException("logits", $"are written for classifiers, and {found.Model} gives {task.Gives}, as large as the images; leave it out.");
        }

        IImageDataset data = DatasetFactory.Open(options.Data, new DatasetOptions
        {
            Seed = options.Seed,
            CacheLimit = 0,
            Task = task.Data,
            MaskClasses = trained.IsDescribed ? found.Classes : null,
            IgnoreValue = options.IgnoreValue ?? found.IgnoreValue,
            MaskColors = MaskColorTable.Of(options.MaskColors ?? found.MaskColors),
            Orientation = found.Decoding.Orientation,
            Levels = found.Levels,
        });
        if (!task.Data.IsOpenSet)
        {
            trained = trained.NamedBy(data.Classes);
            data = RelabelledDataset.Of(data, trained.Description.Classes, trained.Description.HasClassNames);
        }

        int asked = Math.Min(options.BatchSize ?? task.EvaluationBatch, Math.Max(1, data.Count));
        int batchSize = InferenceMemory.Fit(trained.Model, trained.Description, asked, FreeMemory.Bytes(null));
        if (batchSize < asked)
        {
            progress?.Report(new TrainingWarning($"{asked} images at a time would not fit into the free memory: {batchSize} are taken; the result is the same."));
        }

        var loader = new DataLoaderOptions { BatchSize = batchSize, Shuffle = false };
        loader = options.Workers is { } workers ? loader with { Workers = workers } : loader;
        (SamplePipeline pipeline, ViewedImages? viewed) = Plan(trained.Description, options);
        var images = new DataLoader(data, pipeline, loader);
        using LogitsFile? logits = options.Logits is null ? null : new LogitsFile(options.Logits);
        void seen(Batch batch, Tensor outputs)
        {
            FiniteOutputs.Check(outputs, [.. Enumerable.Range(0, batch.Count).Select(batch.Name)]);
            logits?.Add(batch, outputs);
        }

        Evaluation result = Run(task, trained.Model, images, viewed, options.Engine, isFinal: true, seen, progress, cancellation) with { Description = trained.Description };
        if (options.Output is not null)
        {
            RunReport.WriteEvaluation(RunFolder.Make(options.Output), task, trained, images, result);
        }

        return result;
    }

    private static (SamplePipeline Pipeline, ViewedImages? Viewed) Plan(ModelDescription model, EvalOptions options)
    {
        (SamplePipeline pipeline, ViewedImages? viewed) = ViewedImages.Plan(options.Views, model);
        return pipeline.Options.Windows is { } windows ? (new SamplePipeline(pipeline.Options with { Windows = windows with { Scales = options.Scales } }), viewed)
            : options.Scales is [1] ? (pipeline, viewed)
            : throw new OptionException("scales", $"are for images that are seen in windows at their own resolution, and {model.Model} sees them whole; give --crop N as well.");
    }
}
