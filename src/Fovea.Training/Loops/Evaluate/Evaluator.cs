using System.Diagnostics;
using Fovea.Distributed;
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

    /// <summary>Measures a model by a task in this process alone.</summary>
    internal static Evaluation Run(
        ITask task, Module model, DataLoader data, IModuleEngine? engine, bool isFinal, IProgress<TrainingEvent>? progress, CancellationToken cancellation) =>
        Run(task, model, data, new EvaluationWay { Engine = engine, IsFinal = isFinal }, progress, cancellation)!;

    /// <summary>
    /// Measures a model by a task. Of several ranks each computes its batches in turn; what the model gave goes to rank 0, which adds it up in the order of the data, so that the result is to
    /// the last bit that of one process.
    /// </summary>
    /// <returns>The result; null on other ranks than 0.</returns>
    /// <exception cref="DataException">No image can be read.</exception>
    internal static Evaluation? Run(ITask task, Module model, DataLoader data, EvaluationWay way, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        ProcessGroup group = way.Group;
        EvaluationPlan plan = task.PlanEvaluation(model, data, way.IsFinal);
        (DataLoader shown, IEvaluationMeter meter) = plan;
        var unreadable = new List<DamagedPicture>(plan.Unreadable);
        model.Eval();
        using var compiled = new InferenceModel(model, way.Engine);

        // Rank 0 reads the labels of all.
        Range first = shown.Plan.Of(0);
        int[] numbers = [.. Enumerable.Range(0, shown.BatchesPerEpoch).Where(number => group.IsRoot || number % group.Ranks == group.Rank)];
        foreach (Batch batch in shown.ReadBatches(epoch: 0, numbers, cancellation))
        {
            using (batch)
            {
                cancellation.ThrowIfCancellationRequested();
                unreadable.AddRange(batch.Damaged);
                if (batch.Count == 0)
                {
                    continue;
                }

                using TensorScope scope = TensorScope.Begin();

                // For the first batch of all as the plan has it, whichever batch this rank meets first and whatever could not be read of it.
                Shape shape = [first.End.Value - first.Start.Value, .. batch.Images.Shape.Lengths[1..]];
                compiled.Prepare(way.Viewed?.ViewOf(shape) ?? shape);
                int owner = batch.Number % group.Ranks;
                Tensor outputs = owner != group.Rank ? group.Receive(owner) : way.Viewed?.Run(compiled.Run, batch.Images) ?? compiled.Run(batch.Images);
                if (!group.IsRoot)
                {
                    group.Send(outputs, to: 0);
                    continue;
                }

                task.CheckOutputs(outputs, batch.Count, data.Dataset.Classes.Count);
                way.Seen?.Invoke(batch, outputs);
                meter.Add(outputs, batch);
            }

            progress?.Report(new EvaluationProgress(meter.Images, shown.ImagesPerEpoch, meter.Score) { Metric = task.Score });
        }

        if (!group.IsRoot)
        {
            return null;
        }

        // The parts of a picture are unreadable together.
        DamagedPicture[] distinct = [.. unreadable.DistinctBy(d => d.Name)];
        return meter.Images > 0 || distinct.Length == 0
            ? meter.Result(watch.Elapsed.TotalSeconds) with { Unreadable = distinct }
            : throw new DataException($"{data.Dataset.Source}: none of {data.Dataset.Count} images can be read; the first: {distinct[0].Reason}");
    }

    private static ITask Of(DataLoader data, DataTask task)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.Dataset.Task == task
            ? TaskCatalog.Of(task)
            : throw new DataException($"{data.Dataset.Source}: expected images with {task.Labels}, got images with {data.Dataset.Task.Labels}.");
    }
}
