using System.Diagnostics;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Measures models on images with known labels.</summary>
public static partial class Evaluator
{
    /// <summary>
    /// Measures a model by the task of the data, with all that the task measures. It is switched to evaluation mode and left there; nothing is recorded
    /// for gradients, and no memory is kept.
    /// </summary>
    /// <param name="model">Takes [N, C, H, W], gives what the task of the data expects.</param>
    /// <param name="data">The images; not shuffled, so that results come in the order of the data.</param>
    /// <param name="progress">Is told after each batch.</param>
    /// <param name="cancellation">Stops it between two batches.</param>
    /// <exception cref="ShapeException">The model's outputs are not those of the task.</exception>
    /// <exception cref="DataException">An image cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Evaluation Measure(Module model, DataLoader data, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        return Run(TaskCatalog.Of(data.Dataset.Task), model, data, engine: null, isFinal: true, progress, cancellation);
    }

    /// <summary>Measures a classifier.</summary>
    /// <param name="model">Takes [N, C, H, W], gives [N, classes].</param>
    /// <param name="data">The images; not shuffled, so that predictions come in the order of the data.</param>
    /// <param name="progress">Is told after each batch.</param>
    /// <param name="cancellation">Stops it between two batches.</param>
    /// <exception cref="ShapeException">The model's outputs are not one for each class of the data.</exception>
    /// <exception cref="DataException">An image cannot be read, or the images have no class each.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static EvaluationResult Evaluate(
        Module model, DataLoader data, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return (EvaluationResult)Run(Of(data, DataTask.Classify), model, data, engine: null, isFinal: true, progress, cancellation);
    }

    /// <summary>
    /// Measures a segmentation model, at the size of the masks: its outputs are enlarged bilinearly where the masks are larger than what it
    /// sees. The model is switched to evaluation mode and left there.
    /// </summary>
    /// <param name="model">Takes [N, C, H, W], gives [N, classes, H, W].</param>
    /// <param name="data">Images with masks; not shuffled, so that results come in the order of the data.</param>
    /// <param name="withDistances">Whether to measure Hausdorff distances too, which takes longer than all else.</param>
    /// <param name="progress">Is told after each batch.</param>
    /// <param name="cancellation">Stops it between two batches.</param>
    /// <exception cref="ShapeException">The model's outputs are not one for each class of the data.</exception>
    /// <exception cref="DataException">An image cannot be read, or the data have no masks.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static SegmentationResult EvaluateMasks(
        Module model, DataLoader data, bool withDistances = true, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return (SegmentationResult)Run(Of(data, DataTask.Segment), model, data, engine: null, withDistances, progress, cancellation);
    }

    /// <summary>Measures a model by a task, by the engine that is named.</summary>
    internal static Evaluation Run(
        ITask task, Module model, DataLoader data, IModuleEngine? engine, bool isFinal, IProgress<TrainingEvent>? progress, CancellationToken cancellation) =>
        Run(task, model, data, null, engine, isFinal, null, progress, cancellation);

    /// <summary>
    /// The same with several views of each image, where <paramref name="viewed"/> says of which; each batch and its outputs are shown before their memory goes back.
    /// </summary>
    internal static Evaluation Run(
        ITask task, Module model, DataLoader data, ViewedImages? viewed, IModuleEngine? engine, bool isFinal, Action<Batch, Tensor>? seen, IProgress<TrainingEvent>? progress,
        CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        IReadOnlyList<string> classes = data.Dataset.Classes;
        (DataLoader shown, IEvaluationMeter meter) = task.PlanEvaluation(model, data, isFinal);
        model.Eval();
        using var running = new InferenceModel(model, engine);
        foreach (Batch batch in shown.Read(epoch: 0, firstBatch: 0, cancellation))
        {
            using (batch)
            {
                cancellation.ThrowIfCancellationRequested();
                using TensorScope scope = TensorScope.Begin();
                Tensor outputs = viewed?.Run(running.Run, batch.Images) ?? running.Run(batch.Images);
                task.CheckOutputs(outputs, batch.Count, classes.Count);
                seen?.Invoke(batch, outputs);
                meter.Add(outputs, batch);
            }

            progress?.Report(new EvaluationProgress(meter.Images, shown.ImagesPerEpoch, meter.Score) { Metric = task.Score });
        }

        return meter.Result(watch.Elapsed.TotalSeconds);
    }

    private static ITask Of(DataLoader data, DataTask task)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.Dataset.Task == task
            ? TaskCatalog.Of(task)
            : throw new DataException($"{data.Dataset.Source}: expected images with {task.Labels}, got images with {data.Dataset.Task.Labels}.");
    }
}
