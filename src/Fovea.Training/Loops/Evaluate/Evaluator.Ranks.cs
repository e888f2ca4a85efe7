using System.Diagnostics;
using Fovea.Distributed;
using Fovea.Training.Data;

namespace Fovea.Training;

// An evaluation that several processes share.
public static partial class Evaluator
{
    /// <summary>
    /// Measures a model whose batches are computed by all ranks in turn. What they gave goes to rank 0, which adds it up in the order of the data, so that the result is to the last
    /// bit that of one process.
    /// </summary>
    /// <returns>The result; null on the other ranks.</returns>
    internal static Evaluation? RunSpread(
        ITask task, Module model, DataLoader data, IModuleEngine? engine, bool isFinal, IProgress<TrainingEvent>? progress, ProcessGroup group)
    {
        var watch = Stopwatch.StartNew();
        (DataLoader shown, IEvaluationMeter meter) = task.PlanEvaluation(model, data, isFinal);
        model.Eval();
        using var compiled = new InferenceModel(model, engine);

        // Rank 0 reads the labels of all.
        Range first = shown.Plan.Of(0);
        int[] numbers = [.. Enumerable.Range(0, shown.BatchesPerEpoch).Where(number => group.IsRoot || number % group.Ranks == group.Rank)];
        foreach (Batch batch in shown.ReadBatches(epoch: 0, numbers))
        {
            using (batch)
            {
                using TensorScope scope = TensorScope.Begin();

                // As one process compiles it: for the first batch of all.
                compiled.Prepare([first.End.Value - first.Start.Value, .. batch.Images.Shape.Lengths[1..]]);
                int owner = batch.Number % group.Ranks;
                Tensor outputs = owner == group.Rank ? compiled.Run(batch.Images) : group.Receive(owner);
                if (!group.IsRoot)
                {
                    group.Send(outputs, to: 0);
                    continue;
                }

                task.CheckOutputs(outputs, batch.Count, data.Dataset.Classes.Count);
                meter.Add(outputs, batch);
            }

            progress?.Report(new EvaluationProgress(meter.Images, shown.ImagesPerEpoch, meter.Score) { Metric = task.Score });
        }

        return group.IsRoot ? meter.Result(watch.Elapsed.TotalSeconds) : null;
    }
}
