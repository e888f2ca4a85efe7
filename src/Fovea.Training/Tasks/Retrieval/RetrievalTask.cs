using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>An embedding for each image, near to those of the same identity.</summary>
internal sealed class RetrievalTask : ITask
{
    // Below, a network of 50 layers has little left to look at.
    private const int SmallImage = 96;
    private const int SizeUnit = 16;
    private const int SmallestSide = 32;
    private const int Steps = 4000;
    private const double AdamRate = 3.5e-4;
    private const double SgdRate = 0.05;
    private const int UsualBatch = 64;
    private const double Smoothing = 0.1;
    private static readonly TaskMetric s_nearest = new("rank1", "rank-1 in the batch");

    public DataTask Data => DataTask.Retrieve;

    public string Gives => "an embedding for each image";

    public string OtherModels => "take rga_resnet50 or another that fovea list names for retrieval";

    public TaskMetric TrainMetric => s_nearest;

    public IReadOnlyList<TaskMetric> Metrics { get; } = [new("map", "mAP"), new("rank1", "rank-1"), new("rank5", "rank-5"), new("rank10", "rank-10")];

    public ScorePlot Plot { get; } = new("Retrieval",
    [
        ("training, rank-1 in the batch", r => r.Train["rank1"]), ("mAP", r => r.Validation["map"]), ("rank-1", r => r.Validation["rank1"]),
    ]);

    public int? Instances => 4;

    // Identities that were not learnt have no logits.
    public bool EvaluatesLoss => false;

    public bool TakesGallery => true;

    public string ChooseModel(DatasetSummary data) => data.UsualSide(SmallImage + 1) <= SmallImage ? "reid_resnet18" : "rga_resnet50";

    public Size2 ChooseImageSize(Size2? asked, ModelEntry model, DatasetSummary data)
    {
        Size2 usual = data.UsualSize(model.ImageSize);
        double scale = Math.Min(1, (double)model.ImageSize / Math.Max(usual.Height, usual.Width));
        return asked ?? new Size2(Chosen(usual.Height * scale), Chosen(usual.Width * scale));
    }

    public int LargestBatch(Size2? imageSize) => UsualBatch;

    public int ChooseEpochs(int images, int batchSize) => Math.Clamp(Steps * batchSize / Math.Max(1, images), 20, 120);

    public double? ChooseLearningRate(TrainOptions options) =>
        options.Optimizer == OptimizerKind.Sgd ? SgdRate * (options.BatchSize ?? UsualBatch) / UsualBatch : AdamRate;

    // Parts of a picture would be no picture of the same: it is moved by a few pixels.
    public TransformOptions Augmentation(Size2 imageSize) => new()
    {
        ImageSize = imageSize,
        Crop = CropMode.Padded,
        KeepProportions = false,
        Padding = Math.Max(2, Math.Min(imageSize.Height, imageSize.Width) / 24),
        Flip = 0.5,
    };

    public Loss CreateLoss(TrainOptions options, Module model, DataLoader data) => new RetrievalLoss(EmbedderOf(model).EmbeddingSize,
        LossParser.Parts(options.Loss ?? LossParser.ForIdentities, options.LabelSmoothing ?? Smoothing, options.ClassWeights ? ClassWeights.Of(data.Dataset) : null));

    public ILabelDrawing CreateDrawing(ModelDescription model) => new ClassDrawing(model.Classes);

    public void CheckOutputs(Tensor outputs, int images, int classes)
    {
        if (outputs.Rank != 2 || outputs.Shape[0] != images)
        {
            throw new ShapeException("retrieval", $"embeddings [{images}, numbers]", outputs.Shape.ToString(), "the model must give embeddings; rga_resnet50 does");
        }
    }

    /// <summary>The share of the images with others of their identity beside them that lie nearest to one of these.</summary>
    public (double Sum, int Counted) Measure(Module model, Tensor outputs, Batch batch)
    {
        long[] labels = batch.Labels.ToArray<long>();
        var distances = new Distances(outputs.Detach().Narrow(1, 0, EmbedderOf(model).EmbeddingSize));
        int[] asked = [.. Enumerable.Range(0, labels.Length).Where(i => labels.Where((l, other) => other != i && l == labels[i]).Any())];
        return (asked.Count(i => labels[distances.Nearest(i)] == labels[i]), asked.Length);
    }

    public IEvaluationMeter CreateMeter(Module model, DataLoader data, bool isFinal) => new RetrievalMeter(data.Dataset.Classes);

    public void Report(ReportContext report, Evaluation evaluation) => RetrievalReport.Write(report, (RetrievalResult)evaluation);

    public IOutputReader CreateReader(Module model, ModelDescription description, PredictOptions options) => new EmbeddingReader(
        options.Gallery.Count == 0 ? null : new PictureGallery(model, description, options), options.Top);

    private static int Chosen(double side) => Math.Max(SmallestSide, (int)side / SizeUnit * SizeUnit);

    private static IEmbedder EmbedderOf(Module model) => model as IEmbedder
        ?? throw new OptionException("model", $"expected a network that gives embeddings, such as rga_resnet50, got {model.GetType().Name}.");
}
