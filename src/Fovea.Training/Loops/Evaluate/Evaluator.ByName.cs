using System.Globalization;
using Fovea.Distributed;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;
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
    public static Evaluation Measure(EvalOptions options, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default) =>
        Measure(options, ProcessGroup.Single, progress, cancellation)!;

    /// <summary>
    /// Evaluates by names and numbers alone, in several processes: each computes its share of the images, and rank 0 adds up what came of all, in the order of the data. The result is to the
    /// last bit that of one process, and rank 0 alone writes what is written.
    /// </summary>
    /// <param name="options">What to evaluate, on what; the same on all ranks.</param>
    /// <param name="group">The processes.</param>
    /// <param name="progress">Is told after each batch that this rank adds up.</param>
    /// <param name="cancellation">Stops it between two batches; the other ranks then have to be ended.</param>
    /// <returns>What came of it on rank 0; null on the others.</returns>
    /// <exception cref="OptionException">An option does not fit, a name is unknown, or the ranks would not compute the same.</exception>
    /// <exception cref="DataException">The data cannot be used.</exception>
    /// <exception cref="DataFormatException">The weights cannot be read, or belong to another model.</exception>
    /// <exception cref="MemoryException">One image takes more memory than there is.</exception>
    /// <exception cref="RankLostException">A rank went missing.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Evaluation? Measure(EvalOptions options, ProcessGroup group, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(group);
        ParallelPool.Threads = options.Threads ?? ParallelPool.Threads;
        var trained = TrainedModel.Open(options.Weights, options.ModelRequest(), DownloadProgress.Of(progress), cancellation);
        foreach (string note in trained.Notes)
        {
            progress?.Report(new TrainingWarning(note));
        }

        ModelDescription described = trained.Description;
        ITask task = TaskCatalog.Of(described.Task);
        if (options.Logits is not null && !task.HasLogits)
        {
            throw new OptionException("logits", $"are written for classifiers, and {described.Model} gives {task.Gives}, as large as the images; leave it out.");
        }

        IImageDataset data = DatasetFactory.Open(options.Data, new DatasetOptions
        {
            Seed = options.Seed,
            CacheLimit = 0,
            Task = task.Data,
            MaskClasses = trained.IsDescribed ? described.Classes : null,
            IgnoreValue = options.IgnoreValue ?? described.IgnoreValue,
            MaskColors = MaskColorTable.Of(options.MaskColors ?? described.MaskColors),
            Orientation = described.Decoding.Orientation,
            Levels = described.Levels,
        });
        if (!task.Data.IsOpenSet)
        {
            trained = trained.NamedBy(data.Classes);
            data = RelabelledDataset.Of(data, trained.Description.Classes, trained.Description.HasClassNames);
        }

        int asked = Math.Min(options.BatchSize ?? task.EvaluationBatch, Math.Max(1, data.Count));

        // Batches are the same on all ranks: what fits everywhere.
        int batchSize = group.AllGather<int>([InferenceMemory.Fit(trained.Model, trained.Description, asked, FreeMemory.Bytes(null))]).Min();
        if (batchSize < asked)
        {
            progress?.Report(new TrainingWarning($"{asked} images at a time would not fit into the free memory: {batchSize} are taken; the result is the same."));
        }

        var loader = new DataLoaderOptions { BatchSize = batchSize, Shuffle = false, Damaged = DamagedPictures.LeaveOut };
        loader = options.Workers is { } workers ? loader with { Workers = workers } : loader;
        (SamplePipeline pipeline, ViewedImages? viewed) = Plan(trained.Description, options);
        var images = new DataLoader(data, pipeline, loader);
        CheckRanks(group, options, trained, data);
        using LogitsFile? logits = options.Logits is null || !group.IsRoot ? null : new LogitsFile(options.Logits);
        void seen(Batch batch, Tensor outputs)
        {
            FiniteOutputs.Check(outputs, [.. Enumerable.Range(0, batch.Count).Select(batch.Name)]);
            logits?.Add(batch, outputs);
        }

        var way = new EvaluationWay { Viewed = viewed, Engine = options.Engine, Seen = seen, Group = group };
        if (Run(task, trained.Model, images, way, progress, cancellation) is not { } found)
        {
            return null;
        }

        Evaluation result = found with { Description = trained.Description };
        foreach (DamagedPicture picture in result.Unreadable)
        {
            progress?.Report(new TrainingWarning($"{picture.Reason} It cannot be read, and is left out."));
        }

        if (options.Output is not null)
        {
            RunReport.WriteEvaluation(RunFolder.Make(options.Output), task, trained, images, result);
        }

        return result;
    }

    // Ranks that do not measure the same would give a number that is nobody's.
    private static void CheckRanks(ProcessGroup group, EvalOptions options, TrainedModel trained, IImageDataset data) => RankCheck.Same(group,
    [
        ("the program", () => EnvironmentInfo.Version),
        ("the processor's vector instructions, which decide how sums are rounded", () => VectorInfo.Description),
        ("the engine", () => options.Engine?.Name ?? string.Empty),
        ("the model and how images are prepared for it", () => string.Join('\n', trained.Description.ToMetadata().Select(m => $"{m.Key} {m.Value}"))),
        ("the weights", () => string.Join('\n', StateDict.Of(trained.Model).Select(t => $"{t.Key} {Crc32C.Of(t.Value.AsBytes())}"))),
        ("the options", () => string.Join('\n', [$"{options.Views}", .. options.Scales.Select(s => s.ToString(CultureInfo.InvariantCulture))])),
        ("the images", () => string.Join('\n', Enumerable.Range(0, data.Count).Select(i => $"{data.Label(i)} {data.Name(i)}"))),
    ]);

    private static (SamplePipeline Pipeline, ViewedImages? Viewed) Plan(ModelDescription model, EvalOptions options)
    {
        (SamplePipeline pipeline, ViewedImages? viewed) = ViewedImages.Plan(options.Views, model);
        return pipeline.Options.Windows is { } windows ? (new SamplePipeline(pipeline.Options with { Windows = windows with { Scales = options.Scales } }), viewed)
            : options.Scales is [1] ? (pipeline, viewed)
            : throw new OptionException("scales", $"are for images that are seen in windows at their own resolution, and {model.Model} sees them whole; give --crop N as well.");
    }
}
