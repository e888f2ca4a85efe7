using System.Globalization;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Writes what a finished run shows: tables as CSV, plots as SVG, sample images, and the one page that holds all of it.</summary>
internal static class RunReport
{
    private static readonly string[] s_colors = ["a", "b", "c"];

    /// <summary>Writes all of it into the run folder. Where the task or a section looks at the best weights, the model holds them.</summary>
    public static void Write(RunFolder run, TrainingInputs inputs, TrainOptions options, TrainResult result)
    {
        var page = new ReportPage(inputs.Description.Title);
        page.Head(inputs.Description.Title, Path.GetFileName(run.FullPath), Subtitle(inputs, result));
        page.Tiles(Tiles(inputs, result));
        Curves(run, page, result);
        if (result.Evaluation is { } evaluation)
        {
            var context = new ReportContext(run, page, inputs.Model, Evaluated(inputs.Validation!, evaluation));
            result.Task.Report(context, evaluation);
            foreach (IReportSection section in inputs.Sections)
            {
                inputs.Model.Eval();
                section.Write(context, inputs.Description, evaluation);
            }
        }

        page.Details("Options", options.ToJson());
        page.Details("Command", File.Exists(run.File("command.txt")) ? File.ReadAllText(run.File("command.txt")).Trim() : "started from code");
        page.Details("Environment", EnvironmentInfo.ToJson().Replace(",\"", ",\n \"", StringComparison.Ordinal));
        run.WriteText("report.html", page.ToString());
    }

    /// <summary>Writes what an evaluation shows into a folder.</summary>
    public static void WriteEvaluation(RunFolder folder, ITask task, TrainedModel trained, DataLoader data, Evaluation result)
    {
        var page = new ReportPage(trained.Description.Title);
        string speed = result.ImagesPerSecond.ToString(result.ImagesPerSecond < 20 ? "0.0" : "0", CultureInfo.InvariantCulture);
        page.Head(trained.Description.Title, data.Dataset.Source, string.Create(
            CultureInfo.InvariantCulture, $"{speed} images/s · {DateTime.Now:yyyy-MM-dd HH:mm} · Fovea {EnvironmentInfo.ShortVersion}"));
        page.Tiles(Tiles(result));
        task.Report(new ReportContext(folder, page, trained.Model, Evaluated(data, result)), result);
        folder.WriteText("report.html", page.ToString());
    }

    private static DataLoader Evaluated(DataLoader data, Evaluation evaluation) =>
        evaluation.Unreadable.Count == 0 ? data : new DataLoader(evaluation.Evaluated(data.Dataset), data.Pipeline, data.Options);

    private static void Curves(RunFolder run, ReportPage page, TrainResult result)
    {
        IReadOnlyList<EpochMetrics> rows = result.History;
        double? best = result.BestEpoch > 0 ? result.BestEpoch : null;
        ScorePlot score = result.Task.Plot;
        (string Title, Svg Drawing)[] plots =
        [
            ("Loss", LinePlot.Draw("Loss by epoch", [Line("training", "a", m => m.TrainLoss), Line("validation", "b", m => m.ValLoss)], best: best)),
            (score.Title, LinePlot.Draw($"{score.Title} by epoch", [.. score.Lines.Zip(s_colors, (l, color) => Line(l.Name, color, l.Value))], result.Task.Score.IsShare, best)),
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

    private static IEnumerable<(string Value, string Name)> Tiles(Evaluation evaluation) => evaluation.Headline.Select(l => (l.Value, l.Name));

    private static IEnumerable<(string Value, string Name)> Tiles(TrainingInputs inputs, TrainResult result) =>
    [
        .. result.Evaluation is null ? [] : Tiles(result.Evaluation),
        (result.BestEpoch.ToString(CultureInfo.InvariantCulture), "best epoch"),
        (Format.Count(inputs.Model.Parameters().Sum(p => (long)p.Elements)), "parameters"),
        (result.ImagesPerSecond.ToString("0", CultureInfo.InvariantCulture), "images per second"),
        (Format.Time(result.Seconds), "time"),
        .. result.Memory is { } memory ? [(Format.Bytes(memory.Total), "memory, as estimated")] : Array.Empty<(string, string)>(),
    ];
}
