using System.Globalization;
using System.Text;
using System.Text.Json;
using Fovea.Io;

namespace Fovea.Training;

/// <summary>
/// <c>metrics.csv</c> and <c>metrics.jsonl</c>: one row per epoch. They are written whole, from the history that the checkpoint holds: a
/// resumed run thereby cuts them back to its checkpoint, whatever a killed process left in them.
/// </summary>
internal static class MetricsFiles
{
    private static readonly (string Name, Func<EpochMetrics, double?> Value)[] s_before =
    [
        ("epoch", m => m.Epoch),
        ("step", m => m.Step),
        ("train_loss", m => m.TrainLoss),
    ];

    private static readonly (string Name, Func<EpochMetrics, double?> Value)[] s_after =
    [
        ("learning_rate", m => m.LearningRate),
        ("gradient_norm", m => m.GradientNorm),
        ("images_per_second", m => m.ImagesPerSecond),
        ("seconds", m => m.Seconds),
    ];

    public static void Write(string folder, IEnumerable<EpochMetrics> rows, ITask task)
    {
        (string Name, Func<EpochMetrics, double?> Value)[] columns =
        [
            .. s_before,
            ($"train_{task.TrainMetric.Name}", m => m.Train[task.TrainMetric.Name]),
            ("val_loss", m => m.ValLoss),
            .. task.Metrics.Select(metric => ($"val_{metric.Name}", (Func<EpochMetrics, double?>)(m => m.Validation[metric.Name]))),
            .. s_after,
        ];
        var csv = new StringBuilder(string.Join(',', columns.Select(c => c.Name))).Append('\n');
        var lines = new StringBuilder();
        foreach (EpochMetrics row in rows)
        {
            csv.AppendJoin(',', columns.Select(c => c.Value(row)?.ToString("R", CultureInfo.InvariantCulture))).Append('\n');
            lines.Append(JsonLine.Of(json => Write(json, row, columns))).Append('\n');
        }

        AtomicFile.Write(Path.Combine(folder, "metrics.csv"), Encoding.UTF8.GetBytes(csv.ToString()));
        AtomicFile.Write(Path.Combine(folder, "metrics.jsonl"), Encoding.UTF8.GetBytes(lines.ToString()));
    }

    private static void Write(Utf8JsonWriter json, EpochMetrics row, (string Name, Func<EpochMetrics, double?> Value)[] columns)
    {
        foreach ((string name, Func<EpochMetrics, double?> value) in columns)
        {
            json.Number(name, value(row));
        }
    }
}
