using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>A class for each image.</summary>
internal sealed class ClassificationTask : ITask
{
    private static readonly TaskMetric s_top1 = new("top1", "top-1");

    public DataTask Data => DataTask.Classify;

    public string Gives => "a class for each image";

    public string OtherModels => "take another model, or --task segment";

    public TaskMetric TrainMetric => s_top1;

    public IReadOnlyList<TaskMetric> Metrics { get; } =
        [s_top1, new("top5", "top-5"), new("ece", "calibration error") { Tag = "calibration_error", LowerIsBetter = true }];

    public ScorePlot Plot { get; } = new("Accuracy", [("training", r => r.Train["top1"]), ("validation", r => r.Validation["top1"])]);

    public bool TakesMixedLabels => true;

    public bool HasLogits => true;

    public bool AveragesMirrored => true;

    public bool AveragesCrops => true;

    // The smallest network that is known to do well on images of their usual size.
    public string ChooseModel(DatasetSummary data) => data.UsualSide(224) switch
    {
        <= 40 => "resnet20-cifar",
        <= ModelDescription.SmallImage => "resnet8",
        _ => "resnet18",
    };

    public Loss CreateLoss(TrainOptions options, Module model, DataLoader data) =>
        LossParser.Parse(options.Loss ?? LossParser.ForClasses, options.LabelSmoothing ?? 0, options.ClassWeights ? ClassWeights.Of(data.Dataset) : null);

    public ILabelDrawing CreateDrawing(ModelDescription model) => new ClassDrawing(model.Classes);

    public (double Sum, int Counted) Measure(Module model, Tensor outputs, Batch batch)
    {
        ReadOnlySpan<float> values = outputs.AsSpan<float>();
        ReadOnlySpan<long> labels = batch.Labels.AsSpan<long>();
        int classes = outputs.Shape[1], correct = 0;
        for (int n = 0; n < labels.Length; n++)
        {
            correct += Ranking.Of(values.Slice(n * classes, classes), (int)labels[n]) == 0 ? 1 : 0;
        }

        return (correct, batch.Count);
    }

    public IEvaluationMeter CreateMeter(Module model, DataLoader data, bool isFinal) => new Meter(data.Dataset.Classes);

    public void Report(ReportContext report, Evaluation evaluation)
    {
        var result = (EvaluationResult)evaluation;
        ClassificationReport.Write(report.Folder, report.Page, result);
        ClassificationReport.WriteSamples(report, result);
    }

    public IOutputReader CreateReader(Module model, ModelDescription description, PredictOptions options) => new ClassReader(description.Classes, options.Top);

    private sealed class Meter(IReadOnlyList<string> classes) : IEvaluationMeter
    {
        private readonly ClassificationMeter _meter = new(classes);

        public int Images => _meter.Images;

        public double? Score => _meter.Top1;

        public void Add(Tensor outputs, Batch batch) =>
            _meter.Add(outputs, batch.Labels.AsSpan<long>(), [.. Enumerable.Range(0, batch.Count).Select(batch.Name)]);

        public Evaluation Result(double seconds) => _meter.Result(seconds);
    }
}
