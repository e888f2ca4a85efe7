using System.Globalization;
using System.Text;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>What an evaluation of a classifier shows: tables, the confusion of classes, the calibration, and images that say something.</summary>
internal static class ClassificationReport
{
    private const int Samples = 16;

    /// <summary>Writes the tables and the plots.</summary>
    public static void Write(RunFolder run, ReportPage page, EvaluationResult validation)
    {
        run.WriteText("confusion.csv", validation.Confusion.ToCsv());
        run.WriteText("predictions.csv", Predictions(validation));
        Svg reliability = ReliabilityPlot.Draw(validation.Calibration);
        run.WriteText(Path.Combine("plots", "calibration.svg"), reliability.File());
        page.ClassTable(validation.Confusion);
        if (validation.Confusion.Classes.Count <= ConfusionPlot.MostClasses)
        {
            Svg confusion = ConfusionPlot.Draw(validation.Confusion);
            run.WriteText(Path.Combine("plots", "confusion.svg"), confusion.File());
            page.Card("Confusion", "Rows are the actual classes, columns what the model took them for.", confusion);
        }
        else
        {
            page.Section("Confusion", ReportPage.NoMatrix(validation.Confusion), page.Confusions(validation.Confusion, "images", ReportPage.PairsOfMany));
        }

        page.Pairs(
            ("Calibration", $"Expected calibration error {validation.CalibrationError:P2}. On the dashed line, confidence and accuracy agree.", reliability.Inline()),
            ("Most often confused", null, page.Confusions(validation.Confusion, "images")));
    }

    /// <summary>Writes the surest mistakes, and right answers from all over the set.</summary>
    public static void WriteSamples(ReportContext report, EvaluationResult validation)
    {
        IReadOnlyList<SampleImage> mistakes = SampleImages.Mistakes(validation, report.Data.Dataset, Samples);
        IReadOnlyList<SampleImage> successes = SampleImages.Successes(validation, report.Data.Dataset, Samples);
        Gallery(report.Page, "Surest mistakes", mistakes, validation.Confusion.Classes);
        Gallery(report.Page, "Right answers", successes, validation.Confusion.Classes);
        foreach ((string kind, IReadOnlyList<SampleImage> samples) in new[] { ("mistake", mistakes), ("right", successes) })
        {
            for (int i = 0; i < samples.Count; i++)
            {
                report.WriteSample(string.Create(CultureInfo.InvariantCulture, $"{kind}-{i + 1:D2}.png"), samples[i].Png);
            }
        }
    }

    private static void Gallery(ReportPage page, string title, IReadOnlyList<SampleImage> samples, IReadOnlyList<string> classes)
    {
        if (samples.Count == 0)
        {
            return;
        }

        var figures = new StringBuilder("<div class=\"samples\">");
        foreach ((ImagePrediction p, byte[] png) in samples.Select(s => (s.Prediction, s.Png)))
        {
            bool isRight = p.Label == p.Predicted;
            string actual = isRight ? string.Empty : $"<br><span class=\"soft\">is {Svg.Escape(classes[p.Label])}</span>";
            figures.Append(
                CultureInfo.InvariantCulture,
                $"<figure><img alt=\"{Svg.Escape(p.Name)}\" title=\"{Svg.Escape(p.Name)}\" src=\"data:image/png;base64,{Convert.ToBase64String(png)}\">" +
                $"<figcaption><b class=\"{(isRight ? "good" : "bad")}\">{Svg.Escape(classes[p.Predicted])}</b> {p.Confidence:P0}{actual}</figcaption></figure>");
        }

        page.Section(title, null, figures.Append("</div>").ToString());
    }

    private static string Predictions(EvaluationResult validation)
    {
        IReadOnlyList<string> classes = validation.Confusion.Classes;
        var csv = new StringBuilder("image,label,predicted,correct,confidence,label_probability\n");
        foreach (ImagePrediction p in validation.Predictions)
        {
            csv.Append(CultureInfo.InvariantCulture,
                $"{Csv.Quote(p.Name)},{Csv.Quote(classes[p.Label])},{Csv.Quote(classes[p.Predicted])},{(p.Label == p.Predicted ? 1 : 0)},{p.Confidence:0.######},{p.LabelProbability:0.######}\n");
        }

        return csv.ToString();
    }
}
