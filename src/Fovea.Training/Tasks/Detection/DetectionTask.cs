using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>A class and a box for each object.</summary>
internal sealed class DetectionTask : ITask
{
    private const int LargestChosen = 512;
    private const int SizeUnit = 32;
    private const int Steps = 4000;
    private const double AdamRate = 1e-3;
    private const double SgdRate = 0.01;
    private static readonly TaskMetric s_found = new("recall50", "objects found");

    public DataTask Data => DataTask.Detect;

    public string Gives => "a class and a box for each object";

    public string OtherModels => "take fcos_resnet18_fpn or another that fovea list names";

    public TaskMetric TrainMetric => s_found;

    public IReadOnlyList<TaskMetric> Metrics { get; } =
        [new("ap", "AP"), new("ap50", "AP at IoU 0.5"), new("ap75", "AP at IoU 0.75"), new("ar100", "AR of 100")];

    public ScorePlot Plot { get; } = new("Precision",
    [
        ("training objects found", r => r.Train["recall50"]), ("AP", r => r.Validation["ap"]), ("AP at IoU 0.5", r => r.Validation["ap50"]),
    ]);

    public bool RevisitsBest => true;

    public bool PredictsFiles => true;

    public bool TakesPolicies => false;

    public bool TakesMosaics => true;

    public int EvaluationBatch => 8;

    public string ChooseModel(DatasetSummary data) => "fcos_resnet18_fpn";

    public OptimizerKind UsualOptimizer => OptimizerKind.AdamW;

    // Few objects make up the loss of a step, and one that is far from its anchor weighs much in it.
    public double UsualClip => 10;

    // Pyramids take pictures of any size: the data's own, up to where a step takes long.
    public Size2 ChooseImageSize(Size2? asked, ModelEntry model, DatasetSummary data)
    {
        Size2 usual = data.UsualSize(model.ImageSize);
        double scale = Math.Min(1, (double)LargestChosen / Math.Max(usual.Height, usual.Width));
        return asked ?? new Size2(Chosen(usual.Height * scale), Chosen(usual.Width * scale));
    }

    public int LargestBatch(Size2? imageSize) => 8;

    public int ChooseEpochs(int images, int batchSize) => Math.Clamp(Steps * batchSize / Math.Max(1, images), 10, 200);

    public double? ChooseLearningRate(TrainOptions options) => options.Optimizer == OptimizerKind.Sgd ? SgdRate : AdamRate;

    public TransformOptions Augmentation(Size2 imageSize) => TransformOptions.ForDetection(imageSize);

    public Loss CreateLoss(TrainOptions options, Module model, DataLoader data) => options.Loss is { } asked
        ? throw new OptionException("loss", $"detection networks bring the loss that they are defined with; leave --loss out, got {asked}.")
        : options.ClassWeights
            ? throw new OptionException("class-weights", "the focal loss of detection networks weighs by itself; leave --class-weights out.")
            : new DetectorLoss(SchemeOf(model), data.Pipeline.Height, data.Pipeline.Width);

    public ILabelDrawing CreateDrawing(ModelDescription model) => new BoxLabelDrawing(model.Classes);

    public void CheckOutputs(Tensor outputs, int images, int classes)
    {
        if (outputs.Rank != 3 || outputs.Shape[0] != images || outputs.Shape[2] < classes + 4)
        {
            throw new ShapeException("detection", $"outputs [{images}, places, at least {classes + 4}]", outputs.Shape.ToString(),
                "the model must be a detector; fcos_resnet18_fpn is");
        }
    }

    /// <summary>The share of the objects that a detection of their class lies over with an IoU of 0.5 or more, image by image.</summary>
    public (double Sum, int Counted) Measure(Module model, Tensor outputs, Batch batch)
    {
        IReadOnlyList<Detection>[] found = SchemeOf(model).Decode(outputs, batch.Images.Shape[2], batch.Images.Shape[3]);
        (double sum, int counted) = (0, 0);
        LabelledBox[][] there = LabelledBox.Read(batch.Labels, SchemeOf(model).Classes);
        for (int n = 0; n < there.Length; n++)
        {
            LabelledBox[] asked = [.. there[n].Where(b => !b.IsIgnored)];
            if (asked.Length > 0)
            {
                sum += (double)asked.Count(b => found[n].Any(d => d.Class == b.Class && d.Box.IoU(b.Box) >= 0.5f)) / asked.Length;
                counted++;
            }
        }

        return (sum, counted);
    }

    public IEvaluationMeter CreateMeter(Module model, DataLoader data, bool isFinal) =>
        new DetectionMeter(SchemeOf(model), data.Dataset.Classes);

    public void Report(ReportContext report, Evaluation evaluation) => DetectionReport.Write(report, (DetectionResult)evaluation);

    public IOutputReader CreateReader(Module model, ModelDescription description, PredictOptions options) =>
        new DetectionReader(SchemeOf(model), description.EvaluationPipeline(), description.Classes);

    private static int Chosen(double side) => Math.Max(SizeUnit, (int)Math.Round(side / SizeUnit) * SizeUnit);

    /// <summary>What a detector's outputs mean.</summary>
    /// <exception cref="OptionException">The model is none.</exception>
    public static DetectionScheme SchemeOf(Module model) => model is IDetector detector ? detector.Scheme
        : throw new OptionException("model", $"expected a network that finds objects, such as fcos_resnet18_fpn, got {model.GetType().Name}.");
}
