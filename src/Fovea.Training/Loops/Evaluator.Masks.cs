using System.Diagnostics;
using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Training;

public static partial class Evaluator
{
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
        ArgumentNullException.ThrowIfNull(data);
        return EvaluateMasks(model, data, withDistances, null, progress, cancellation);
    }

    // Each batch and its logits are shown before their memory goes back.
    private static SegmentationResult EvaluateMasks(
        Module model, DataLoader data, bool withDistances, Action<Batch, Tensor>? seen, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        if (data.Dataset.Task != DataTask.Segment)
        {
            throw new DataException($"{data.Dataset.Source}: expected images with masks, got images with a class each.");
        }

        var watch = Stopwatch.StartNew();
        var meter = new SegmentationMeter(data.Dataset.Classes, withDistances);
        model.Eval();
        using var compiled = new InferenceModel(model);
        foreach (Batch batch in data.Read(epoch: 0, firstBatch: 0, cancellation))
        {
            using (batch)
            {
                cancellation.ThrowIfCancellationRequested();
                using TensorScope scope = TensorScope.Begin();
                Tensor logits = compiled.Run(batch.Images);
                DenseOutput.Check(logits, batch.Count, data.Dataset.Classes.Count);
                seen?.Invoke(batch, logits);
                Add(meter, batch, logits);
            }

            progress?.Report(new EvaluationProgress(meter.Images, data.ImagesPerEpoch, meter.MeanIou) { Metric = "mean IoU" });
        }

        return meter.Result(watch.Elapsed.TotalSeconds);
    }

    private static void Add(SegmentationMeter meter, Batch batch, Tensor logits)
    {
        long counted = 0;
        foreach (long label in batch.Labels.AsSpan<long>())
        {
            counted += label == Loss.DefaultIgnoreIndex ? 0 : 1;
        }

        if (counted > 0)
        {
            using IDisposable still = GradMode.NoGrad();
            meter.AddLoss(logits.CrossEntropy(batch.Labels, null, 0, Loss.DefaultIgnoreIndex).Item() * counted, counted);
        }

        for (int i = 0; i < batch.Count; i++)
        {
            Image truth = batch.Mask(i)!;
            Image seen = DenseOutput.Classes(logits, i, truth.Width, truth.Height);
            meter.Add(seen.Pixels, truth.Pixels, truth.Width, batch.Name(i));
        }
    }
}
