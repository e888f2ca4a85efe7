using System.Globalization;
using System.Text;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Writes what a finished run shows: tables as CSV, plots as SVG, sample images, and the one page that holds all of it.</summary>
internal static class Report
{
    private const int Samples = 16;

    /// <summary>Writes all of it into the run folder. Of a segmentation, the model holds the best weights: it is asked for sample masks.</summary>
    public static void Write(RunFolder run, TrainingInputs inputs, TrainOptions options, TrainResult result)
    {
        var page = new ReportPage(inputs.Description.Title);
        page.Head(inputs.Description.Title, Path.GetFileName(run.FullPath), Subtitle(inputs, result));
        page.Tiles(Tiles(inputs, result));
        Curves(run, page, result, inputs.Train.Dataset.Task);
        if (result.Segmentation is { } segmentation)
        {
            MaskReport.Write(run, page, segmentation);
            MaskReport.WriteSamples(run, page, inputs.Model, inputs.Validation!, segmentation);
        }

        if (result.Validation is { } validation)
        {
            WriteEvaluation(run, page, validation);
            WriteSamples(run, page, inputs.Validation!.Dataset, validation);
        }

        page.Details("Options", options.ToJson());
        page.Details("Command", File.Exists(run.File("command.txt")) ? File.ReadAllText(run.File("command.txt")).Trim() : "started from code");
        page.Details("Environment", EnvironmentInfo.ToJson().Replace(",\"", ",\n \"", StringComparison.Ordinal));
        run.WriteText("report.html", page.ToString());
    }

    /// <summary>Writes what an evaluation shows into a folder.</summary>
    public static void WriteEvaluation(RunFolder folder, ModelDescription description, DataLoader data, EvaluationResult result)
    {
        var page = new ReportPage(description.Title);
        string subtitle = string.Create(
            CultureInfo.InvariantCulture, $"{result.ImagesPerSecond:0} images/s · {DateTime.Now:yyyy-MM-dd HH:mm} · Fovea {EnvironmentInfo.ShortVersion}");
        page.Head(description.Title, data.Dataset.Source, subtitle);
        page.Tiles(Tiles(result));
        WriteEvaluation(folder, page, result);
        WriteSamples(folder, page, data.Dataset, result);
        folder.WriteText("report.html", page.ToString());
    }

    private static void WriteEvaluation(RunFolder run, ReportPage page, EvaluationResult validation)
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

    private static void WriteSamples(RunFolder run, ReportPage page, IImageDataset data, EvaluationResult validation)
    {
        IReadOnlyList<SampleImage> mistakes = SampleImages.Mistakes(validation, data, Samples);
        IReadOnlyList<SampleImage> successes = SampleImages.Successes(validation, data, Samples);
        page.Gallery("Surest mistakes", mistakes, validation.Confusion.Classes);
        page.Gallery("Right answers", successes, validation.Confusion.Classes);
        foreach ((string kind, IReadOnlyList<SampleImage> samples) in new[] { ("mistake", mistakes), ("right", successes) })
        {
            for (int i = 0; i < samples.Count; i++)
            {
                string path = run.File(Path.Combine("samples", string.Create(CultureInfo.InvariantCulture, $"{kind}-{i + 1:D2}.png")));
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                Io.AtomicFile.Write(path, samples[i].Png);
            }
        }
    }

    private static void Curves(RunFolder run, ReportPage page, TrainResult result, DataTask task)
    {
        IReadOnlyList<EpochMetrics> rows = result.History;
        double? best = result.BestEpoch > 0 ? result.BestEpoch : null;
        (string Title, Svg Drawing)[] plots =
        [
            ("Loss", LinePlot.Draw("Loss by epoch", [Line("training", "a", m => m.TrainLoss), Line("validation", "b", m => m.ValLoss)], best: best)),
            task == DataTask.Classify
                ? ("Accuracy", LinePlot.Draw("Accuracy by epoch",
                    [Line("training", "a", m => m.TrainTop1), Line("validation", "b", m => m.ValTop1)], percent: true, best))
                : ("Overlap", LinePlot.Draw("Overlap by epoch",
                    [Line("training pixels right", "a", m => m.TrainTop1), Line("mean IoU", "b", m => m.ValMeanIou), Line("mean Dice", "c", m => m.ValMeanDice)],
                    percent: true, best)),
            ("Learning rate", LinePlot.Draw("Learning rate by epoch", [Line("at the end of the epoch", "a", m => m.LearningRate)])),
            ("Speed", LinePlot.Draw("Images per second by epoch", [Line("training images per second", "a", m => m.ImagesPerSecond)])),
        ];
        foreach ((string title, Svg drawing) in plots)
        {
            run.WriteText(Path.Combine("plots", $"{title.ToLowerInvariant().Replace(' ', '-')}.svg"), drawing.File());
        }

        page.Pairs([.. plots.Select(p => (p.Title, (string?)null, p.Drawing.Inline()))]);

        PlotSeries Line(string name, string color, Func<EpochMetrics, double?> value) => new(
            name, color, [.. rows.Where(r => value(r) is { } v && double.IsFinite(v)).Select(r => ((double)r.Epoch, value(r)!.Value))]);
    }

    private static string Subtitle(TrainingInputs inputs, TrainResult result)
    {
        string outcome = result.Outcome switch
        {
            TrainOutcome.StoppedEarly => "stopped early",
            TrainOutcome.TimeLimit => "stopped by the time limit",
            _ => "completed",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{inputs.Train.Dataset.Source} · {Format.Of(result.Epochs, "epoch")}, {outcome} · {DateTime.Now:yyyy-MM-dd HH:mm} · Fovea {EnvironmentInfo.ShortVersion}");
    }

    private static IEnumerable<(string Value, string Name)> Tiles(EvaluationResult validation)
    {
        yield return (validation.Top1.ToString("P2", CultureInfo.InvariantCulture), $"top-1 ({validation.Top1Correct} of {validation.Images})");
        if (validation.Confusion.Classes.Count > 5)
        {
            yield return (validation.Top5.ToString("P2", CultureInfo.InvariantCulture), "top-5");
        }

        yield return (Format.Number(validation.Loss), "loss");
        yield return (validation.CalibrationError.ToString("P2", CultureInfo.InvariantCulture), "calibration error");
    }

    private static IEnumerable<(string Value, string Name)> Tiles(TrainingInputs inputs, TrainResult result) =>
    [
        .. result.Validation is null ? [] : Tiles(result.Validation),
        .. result.Segmentation is null ? [] : MaskReport.Tiles(result.Segmentation),
        (result.BestEpoch.ToString(CultureInfo.InvariantCulture), "best epoch"),
        (Format.Count(inputs.Model.Parameters().Sum(p => (long)p.Elements)), "parameters"),
        (result.ImagesPerSecond.ToString("0", CultureInfo.InvariantCulture), "images per second"),
        (Format.Time(result.Seconds), "time"),
        .. result.Memory is { } memory ? [(Format.Bytes(memory.Total), "memory, as estimated")] : Array.Empty<(string, string)>(),
    ];

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
