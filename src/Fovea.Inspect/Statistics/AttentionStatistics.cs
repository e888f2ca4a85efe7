using System.Text.Json;
using System.Text.Json.Nodes;
using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>What the attention of a model does on a data set: is it doing anything?</summary>
/// <param name="Pictures">How many pictures.</param>
/// <param name="Gates">Every gate, in the order in which they run.</param>
/// <param name="Heads">Every head of every relation.</param>
public sealed record AttentionStatistics(int Pictures, IReadOnlyList<GateStatistics> Gates, IReadOnlyList<HeadStatistics> Heads)
{
    /// <summary>Runs a model over a data set. A few numbers are kept for each unit of a gate and each row of a relation, however many pictures there are.</summary>
    /// <param name="model">The model; run in evaluation mode, left as it was.</param>
    /// <param name="batches">Pictures of one size.</param>
    /// <param name="rows">Rows of a relation that are looked at, evenly spaced over its positions, at least 1 (default 64).</param>
    /// <param name="progress">Told how many pictures are done.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="OptionException">There is no picture.</exception>
    /// <exception cref="ShapeException">Pictures differ in size, or labels in number.</exception>
    public static AttentionStatistics Collect(
        Module model, IEnumerable<LabeledBatch> batches, int rows = 64, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        var totals = new AttentionTotals(model, rows);
        int pictures = 0;
        foreach (LabeledBatch batch in batches)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = batch.Images.Shape[0];
            if (batch.Labels is { } labels && labels.Count != count)
            {
                throw new ShapeException("statistics", $"{count} labels, one a picture", $"{labels.Count}");
            }

            using var look = new ModelLook(model);
            using AttentionRecorder recorder = AttentionRecorder.Begin();
            look.Run(batch.Images);
            totals.Add(recorder.Maps, batch);
            pictures += count;
            progress?.Report(pictures);
        }

        return pictures > 0
            ? new AttentionStatistics(pictures, totals.Gates, totals.Heads)
            : throw new OptionException("statistics", "expected at least one picture, got none.");
    }

    /// <summary>All of it as JSON.</summary>
    public JsonObject ToJson() => JsonSerializer.SerializeToNode(this, StatisticsJson.Default.AttentionStatistics)!.AsObject();
}
