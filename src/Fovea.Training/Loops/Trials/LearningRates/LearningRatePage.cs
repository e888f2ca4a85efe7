using System.Globalization;

namespace Fovea.Training;

/// <summary>Draws a search for the learning rate: one page with the curve and what it suggests.</summary>
internal static class LearningRatePage
{
    private const string Note =
        "The loss of each step over the learning rate, which grows from step to step, and the mean around it. The dashed line is where the mean falls fastest.";

    public static string Draw(LearningRateCurve curve, TrainSetup setup)
    {
        ModelDescription description = setup.Inputs.Description;
        var page = new ReportPage($"Learning rate of {description.Title}");
        page.Head($"Learning rate of {description.Title}", setup.Inputs.Train.Dataset.Source, string.Create(
            CultureInfo.InvariantCulture, $"{Format.Of(curve.Points.Count, "step")} · {DateTime.Now:yyyy-MM-dd HH:mm} · Fovea {EnvironmentInfo.ShortVersion}"));
        page.Tiles(
        [
            (Rate(curve.Steepest), "steepest descent: the suggestion"),
            (Rate(curve.TenthOfLowest), "a tenth of the lowest point"),
            (Format.Number(curve.Lowest.Smoothed), $"lowest mean loss, at {Rate(curve.Lowest.LearningRate)}"),
        ]);
        page.Card("Loss", Note, Curve(curve));
        page.Details("Options", setup.Options.ToJson());
        page.Details("Command", setup.Options.CommandLine ?? "started from code");
        return page.ToString();
    }

    private static Svg Curve(LearningRateCurve curve)
    {
        // Single losses beyond the mean's own range would press it flat.
        double highest = curve.Points.Max(p => p.Smoothed);
        return LinePlot.Draw(
            "Loss by learning rate",
            [
                new PlotSeries("single steps", "c", [.. curve.Points.Where(p => p.Loss <= highest).Select(p => (Math.Log10(p.LearningRate), p.Loss))]),
                new PlotSeries("mean around", "a", [.. curve.Points.Select(p => (Math.Log10(p.LearningRate), p.Smoothed))]),
            ],
            best: curve.Steepest is { } steepest ? Math.Log10(steepest) : null,
            across: new PlotAxis(x => Rate(Math.Pow(10, x)), x => $"rate {Rate(Math.Pow(10, x))}"));
    }

    private static string Rate(double? rate) => rate?.ToString("G3", CultureInfo.InvariantCulture).Replace('E', 'e') ?? Format.NotAvailable;
}
