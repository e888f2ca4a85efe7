using System.Globalization;
using Fovea.Imaging;
using Fovea.Models;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Cli.Tests.Tasks;

/// <summary>Regression of a picture's brightness, through nothing but public members: what a further task has to say, and no more.</summary>
/// <param name="labels">Its labels; null for <see cref="GreyLabels.Instance"/>.</param>
internal sealed class GreyTask(DataTask? labels = null) : ITask
{
    private static readonly TaskMetric s_error = new("mean_error", "mean error") { IsShare = false, LowerIsBetter = true };

    public DataTask Data { get; } = labels ?? GreyLabels.Instance;

    public string Gives => "a brightness for each image";

    public TaskMetric TrainMetric => s_error;

    public IReadOnlyList<TaskMetric> Metrics { get; } = [s_error];

    public bool Takes(ModelEntry model) => model.Task == "Classify";

    public string ChooseModel(DatasetSummary data) => "resnet8";

    public Loss CreateLoss(TrainOptions options, Module model, DataLoader data) => new SquaredError();

    public (double Sum, int Counted) Measure(Module model, Tensor outputs, Batch batch) => (Errors(outputs, batch).Sum(), batch.Count);

    public IEvaluationMeter CreateMeter(Module model, DataLoader data, bool isFinal) => new Meter();

    public void Report(ReportContext report, Evaluation evaluation)
    {
        report.Page.Section("Brightness", null, $"<p>off by {((GreyResult)evaluation).MeanError:0.000}</p>");
        report.Folder.WriteText("predictions.csv", "image,error\n" + string.Concat(((GreyResult)evaluation).Errors.Select(e => FormattableString.Invariant($"{e:0.######}\n"))));
    }

    public IOutputReader CreateReader(Module model, ModelDescription description, PredictOptions options) => new Reader();

    private static IEnumerable<double> Errors(Tensor outputs, Batch batch)
    {
        float[] seen = outputs.AsSpan<float>().ToArray(), truth = batch.Labels.AsSpan<float>().ToArray();
        return seen.Zip(truth, (s, t) => (double)Math.Abs(s - t));
    }

    private sealed class SquaredError : Loss
    {
        public override Tensor Forward(Tensor logits, Tensor targets) => (logits - targets).Square().Mean();
    }

    private sealed class Meter : IEvaluationMeter
    {
        private readonly List<double> _errors = [];

        public int Images => _errors.Count;

        public double? Score => _errors.Count == 0 ? null : _errors.Average();

        public void Add(Tensor outputs, Batch batch) => _errors.AddRange(Errors(outputs, batch));

        public Evaluation Result(double seconds) =>
            new GreyResult(_errors) { Images = Images, Loss = _errors.Average(e => e * e), Seconds = seconds };
    }

    private sealed class Reader : IOutputReader
    {
        public IReadOnlyList<IPrediction> Read(Tensor outputs, IReadOnlyList<Image> images, IReadOnlyList<string> names)
        {
            float[] seen = outputs.AsSpan<float>().ToArray();
            return [.. names.Zip(seen, (name, grey) => new Brightness(name, grey))];
        }
    }

    private sealed record Brightness(string Path, float Grey) : IPrediction
    {
        public string ToText(int top) => Grey.ToString("0.00", CultureInfo.InvariantCulture);

        public string ToJson(string? file) => FormattableString.Invariant($"{{\"path\":\"{System.IO.Path.GetFileName(Path)}\",\"grey\":{Grey:0.0000}}}");
    }
}

/// <summary>What an evaluation of brightness came to.</summary>
/// <param name="Errors">How far off each image's brightness was.</param>
internal sealed record GreyResult(IReadOnlyList<double> Errors) : Evaluation
{
    public double MeanError => Errors.Average();

    public override MetricSet Metrics => new(("mean_error", MeanError));

    public override IEnumerable<(string Name, string Value)> Lines => [("mean error", MeanError.ToString("0.0000", CultureInfo.InvariantCulture))];

    public override string Note => "An error of 1 is black taken for white.";

    public override string ToJson() => FormattableString.Invariant($"{{\"images\":{Images},\"meanError\":{MeanError}}}");
}
