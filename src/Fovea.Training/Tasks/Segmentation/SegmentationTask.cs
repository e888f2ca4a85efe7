using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>A class for each pixel.</summary>
internal sealed class SegmentationTask : ITask
{
    // A U-Net sees images of any size, so the data's own decides, up to where a step takes long.
    private const int LargestChosen = 256;

    // Few masked images are enough for a U-Net if it sees them often.
    private const int Steps = 2000;

    private const double Rate = 0.1;
    private static readonly TaskMetric s_pixels = new("pixel_accuracy", "pixels");

    public DataTask Data => DataTask.Segment;

    public string Gives => "a class for each pixel";

    public string OtherModels => "take unet-small, fcn_resnet18 or another that fovea list has for masks, or --task classify";

    public bool TakesCrops => true;

    public bool AveragesMirrored => true;

    public TaskMetric TrainMetric => s_pixels;

    public IReadOnlyList<TaskMetric> Metrics { get; } =
        [new("mean_iou", "mean IoU"), new("mean_dice", "mean Dice"), new("pixel_accuracy", "pixels right")];

    public ScorePlot Plot { get; } = new("Overlap",
    [
        ("training pixels right", r => r.Train["pixel_accuracy"]), ("mean IoU", r => r.Validation["mean_iou"]), ("mean Dice", r => r.Validation["mean_dice"]),
    ]);

    public bool RevisitsBest => true;

    public bool PredictsFiles => true;

    public int EvaluationBatch => 8;

    // Losses over masks keep shares, logarithms and one-hot labels for every class and pixel.
    public int LossMaps => 6;

    public string ChooseModel(DatasetSummary data) => "unet-small";

    public Size2 ChooseImageSize(Size2? asked, ModelEntry model, DatasetSummary data)
    {
        int unit = model.SizeUnit;
        Size2 size = asked ?? Math.Clamp(data.UsualSide(LargestChosen) / unit * unit, unit, LargestChosen);
        Size2 fitting = new(Math.Max(unit, size.Height / unit * unit), Math.Max(unit, size.Width / unit * unit));
        return size == fitting ? size : throw new OptionException("image-size",
            $"{model.Key} takes sides that are multiples of {unit}; expected such as {fitting.Flag()}, got {size.Flag()}.");
    }

    public TrainOptions Complete(TrainOptions options, DatasetSummary data) => options with { MaskClasses = [.. data.Classes.Select(c => c.Name)] };

    // As many pixels a step as sixteen images of 128 pixels: a map for each class and level is kept for the backward pass.
    public int LargestBatch(Size2? imageSize)
    {
        Size2 size = imageSize ?? 128;
        return (int)Math.Clamp(16L * 128 * 128 / ((long)size.Height * size.Width), 2, 64);
    }

    public int ChooseEpochs(int images, int batchSize) => Math.Clamp(Steps * batchSize / Math.Max(1, images), 10, 200);

    // Every pixel is an example: a step of few images is not noisy, and the rate need not follow their number.
    public double? ChooseLearningRate(TrainOptions options) => options.Optimizer == OptimizerKind.Sgd ? Rate : null;

    public TransformOptions Augmentation(Size2 imageSize) => TransformOptions.ForSegmentation(imageSize);

    public Loss CreateLoss(TrainOptions options, Module model, DataLoader data) =>
        LossParser.Parse(options.Loss ?? LossParser.ForMasks, options.LabelSmoothing ?? 0, options.ClassWeights ? ClassWeights.Of(data.Dataset) : null);

    public ILabelDrawing CreateDrawing(ModelDescription model) =>
        new MaskDrawing(model.Classes, MaskColorTable.Of(model.MaskColors)?.ColorsOf(model.Classes));

    public void CheckOutputs(Tensor outputs, int images, int classes) => DenseOutput.Check(outputs, images, classes);

    public (double Sum, int Counted) Measure(Module model, Tensor outputs, Batch batch) => DenseOutput.SumOfShares(outputs, batch.Labels.AsSpan<long>());

    public IEvaluationMeter CreateMeter(Module model, DataLoader data, bool isFinal) => new MaskMeter(data.Dataset.Classes, isFinal);

    public EvaluationPlan PlanEvaluation(Module model, DataLoader data, bool isFinal) => data.Pipeline.Options.Windows is { } windows
        ? WindowEvaluation.Of(data, windows, isFinal)
        : new(data, CreateMeter(model, data, isFinal));

    public void Report(ReportContext report, Evaluation evaluation)
    {
        var result = (SegmentationResult)evaluation;
        MaskReport.Write(report.Folder, report.Page, result);
        MaskReport.WriteSamples(report, result);
    }

    public IOutputReader CreateReader(Module model, ModelDescription description, PredictOptions options)
    {
        var masks = new MaskReader(description.Classes, MaskColorTable.Of(options.MaskColors ?? description.MaskColors)?.ColorsOf(description.Classes));
        return description.SeesWindows ? new WindowedMaskReader(masks, description.Classes.Count) : masks;
    }
}
