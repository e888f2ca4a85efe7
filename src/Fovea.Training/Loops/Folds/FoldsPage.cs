using System.Globalization;
using System.Text;

namespace Fovea.Training;

/// <summary>What a cross-validation leaves beside its runs: the page, and what was said of each image by the model that did not learn from it.</summary>
internal static class FoldsPage
{
    private const string Predictions = "predictions.csv";

    /// <summary>Writes <c>report.html</c> and <c>predictions.csv</c>.</summary>
    public static void Write(RunFolder folder, CrossValidationResult result, TrainOptions options)
    {
        string name = Path.GetFileName(folder.FullPath);
        var page = new ReportPage(name);
        page.Head("Cross-validation", name, string.Create(
            CultureInfo.InvariantCulture, $"{Format.Of(result.Folds, "fold")} · {result.Done.Sum(f => f.Images)} images · {DateTime.Now:yyyy-MM-dd HH:mm} · Fovea {EnvironmentInfo.ShortVersion}"));
        page.Tiles([.. result.Task.Metrics.Select(m => (Spread(result, m), m.Title)), (Format.Time(result.Done.Sum(f => f.Seconds)), "time")]);
        page.Table(result.Table, "Each fold is judged by images that its model did not learn from. The deviation is that of the folds, which share training images: it is no error of the mean.");
        bool hasPredictions = WritePredictions(folder, result.Done);
        page.Section("Files", null, $"<p>{(hasPredictions ? "What each image was taken for when it was held out is in predictions.csv; " : string.Empty)}the runs with their own reports are in "
            + $"{string.Join(", ", result.Done.Select(f => $"<a href=\"{f.Run}/report.html\">{f.Run}</a>"))}.</p>");
        page.Details("Options", options.ToJson());
        page.Details("Environment", EnvironmentInfo.ToJson());
        folder.WriteText("report.html", page.ToString());
    }

    private static string Spread(CrossValidationResult result, TaskMetric metric) => $"{metric.Text(result.Mean(metric))} ± {metric.Text(result.Deviation(metric))}";

    private static bool WritePredictions(RunFolder folder, IReadOnlyList<FoldResult> folds)
    {
        var text = new StringBuilder();
        foreach (FoldResult fold in folds)
        {
            string path = Path.Combine(folder.FullPath, fold.Run, Predictions);
            if (!File.Exists(path))
            {
                return false;
            }

            // A name may hold a line break, in quotes; only the first line of a file is its header for sure.
            string[] lines = File.ReadAllText(path).Split('\n', 2);
            text.Append(text.Length == 0 ? $"fold,{lines[0]}\n" : string.Empty);
            bool isQuoted = false, isStart = true;
            foreach (char c in lines[1])
            {
                text.Append(isStart ? $"{Text(fold.Fold)}," : string.Empty).Append(c);
                isQuoted ^= c == '"';
                isStart = c == '\n' && !isQuoted;
            }
        }

        folder.WriteText(Predictions, text.ToString());
        return true;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
