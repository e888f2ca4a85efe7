using Fovea.Simd.Drivers;
using Fovea.Training.Data;

namespace Fovea.Training;

public static partial class Evaluator
{
    /// <summary>Evaluates by names and numbers alone: reads the weights, builds their model, opens the data.</summary>
    /// <param name="options">What to evaluate, on what.</param>
    /// <param name="progress">Is told after each batch.</param>
    /// <param name="cancellation">Stops it between two batches.</param>
    /// <exception cref="OptionException">An option does not fit, or a name is unknown.</exception>
    /// <exception cref="DataException">The data cannot be used.</exception>
    /// <exception cref="DataFormatException">The weights cannot be read, or belong to another model.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static EvaluationResult Run(EvalOptions options, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        WorkerTeam.Threads = options.Threads ?? WorkerTeam.Threads;
        IImageDataset data = DatasetFactory.Open(options.Data, new DatasetOptions { Seed = options.Seed, CacheLimit = 0 });
        TrainedModel trained = TrainedModel.Open(
            options.Weights, options.Model, options.Attention, options.AttentionAt, options.AttentionOptions, options.ImageSize, data.Classes);
        data = RelabelledDataset.Of(data, trained.Description.Classes, trained.KnowsClasses);
        var loader = new DataLoaderOptions { BatchSize = options.BatchSize, Shuffle = false };
        loader = options.Workers is { } workers ? loader with { Workers = workers } : loader;
        var images = new DataLoader(data, trained.Description.EvaluationPipeline(), loader);
        using LogitsFile? logits = options.Logits is null ? null : new LogitsFile(options.Logits);
        EvaluationResult result = Evaluate(trained.Model, images, logits is null ? null : logits.Add, progress, cancellation);
        if (options.Output is not null)
        {
            Report.WriteEvaluation(RunFolder.Make(options.Output), trained.Description, images, result);
        }

        return result;
    }
}
