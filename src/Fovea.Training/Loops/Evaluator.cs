using System.Diagnostics;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Measures classifiers on images with known classes.</summary>
public static partial class Evaluator
{
    /// <summary>
    /// Measures a model. It is switched to evaluation mode and left there; nothing is recorded for gradients, and no memory is kept.
    /// </summary>
    /// <param name="model">Takes [N, C, H, W], gives [N, classes].</param>
    /// <param name="data">The images; not shuffled, so that predictions come in the order of the data.</param>
    /// <param name="progress">Is told after each batch.</param>
    /// <param name="cancellation">Stops it between two batches.</param>
    /// <exception cref="ShapeException">The model's outputs are not one for each class of the data.</exception>
    /// <exception cref="DataException">An image cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static EvaluationResult Evaluate(
        Module model, DataLoader data, IProgress<TrainingEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        return Evaluate(model, data, null, progress, cancellation);
    }

    // Each batch and its logits are shown before their memory goes back.
    private static EvaluationResult Evaluate(
        Module model, DataLoader data, Action<Batch, Tensor>? seen, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        var meter = new ClassificationMeter(data.Dataset.Classes);
        model.Eval();
        using var compiled = new InferenceModel(model);
        foreach (Batch batch in data.Read(epoch: 0, firstBatch: 0, cancellation))
        {
            using (batch)
            {
                cancellation.ThrowIfCancellationRequested();
                using TensorScope scope = TensorScope.Begin();
                Tensor logits = compiled.Run(batch.Images);
                seen?.Invoke(batch, logits);
                meter.Add(logits, batch.Labels.AsSpan<long>(), [.. Enumerable.Range(0, batch.Count).Select(batch.Name)]);
            }

            progress?.Report(new EvaluationProgress(meter.Images, data.ImagesPerEpoch, meter.Top1));
        }

        return meter.Result(watch.Elapsed.TotalSeconds);
    }
}
