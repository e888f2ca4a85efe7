using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// What is learnt from labels: how a model for it is chosen and trained, what is measured, reported and predicted. The loops know no task; a further
/// one is an implementation of this and a line in <see cref="TaskCatalog"/>.
/// </summary>
public interface ITask
{
    /// <summary>The labels that it learns from, and its word in options and weights.</summary>
    DataTask Data { get; }

    /// <summary>What its models give, as messages say it: <c>a class for each image</c>.</summary>
    string Gives { get; }

    /// <summary>What a training epoch measures beside its loss.</summary>
    TaskMetric TrainMetric { get; }

    /// <summary>What a validation measures beside its loss; the first decides which epoch is the best.</summary>
    IReadOnlyList<TaskMetric> Metrics { get; }

    /// <summary>What the best epoch is chosen by.</summary>
    TaskMetric Score => Metrics[0];

    /// <summary>The plot of how good the model was in each epoch.</summary>
    ScorePlot Plot => new(Score.Title, [("training", r => r.Train[TrainMetric.Name]), ("validation", r => r.Validation[Score.Name])]);

    /// <summary>Whether a model of the catalogue can learn it; by default those that were made for it.</summary>
    /// <param name="model">The model.</param>
    bool Takes(ModelEntry model) => model.Task == Data.Name;

    /// <summary>What to say to who asked for a model that cannot learn it.</summary>
    string OtherModels => "take another model";

    /// <summary>Key of the model where none was asked for.</summary>
    /// <param name="data">What a check found in the training set.</param>
    string ChooseModel(DatasetSummary data);

    /// <summary>Height and width of what the model sees, in pixels; by default the model's own.</summary>
    /// <param name="asked">What was asked for; null for nothing.</param>
    /// <param name="model">The model.</param>
    /// <param name="data">What a check found in the training set.</param>
    /// <exception cref="OptionException">The model does not take what was asked for.</exception>
    Size2 ChooseImageSize(Size2? asked, ModelEntry model, DatasetSummary data) => asked ?? model.ImageSize;

    /// <summary>Fills further options that were left open.</summary>
    /// <param name="options">The options.</param>
    /// <param name="data">What a check found in the training set.</param>
    TrainOptions Complete(TrainOptions options, DatasetSummary data) => options;

    /// <summary>Whether it learns from pictures that are mixed, with labels in shares (mixup, CutMix); default false.</summary>
    bool TakesMixedLabels => false;

    /// <summary>Whether its labels can follow policies of random image operations, which shear and turn (default true).</summary>
    bool TakesPolicies => true;

    /// <summary>Whether its labels follow images that are put together of several, or shown larger or smaller than they fit; default false.</summary>
    bool TakesMosaics => false;

    /// <summary>The most images of a step where the batch was left open.</summary>
    /// <param name="imageSize">Height and width of what the model sees; null when they are not known.</param>
    int LargestBatch(Size2? imageSize) => 128;

    /// <summary>
    /// Pictures of each class in a training batch where that was left open; null (default) for tasks whose batches are drawn from all pictures
    /// alike.
    /// </summary>
    int? Instances => null;

    /// <summary>Epochs where they were left open.</summary>
    /// <param name="images">Training images.</param>
    /// <param name="batchSize">Images per step.</param>
    int ChooseEpochs(int images, int batchSize) => images <= 20_000 ? 30 : 100;

    /// <summary>The update rule where it was left open; default SGD.</summary>
    OptimizerKind UsualOptimizer => OptimizerKind.Sgd;

    /// <summary>The largest norm of all gradients together where it was left open; default 0: they are not clipped.</summary>
    double UsualClip => 0;

    /// <summary>The learning rate where it was left open; null (default) for the general rule.</summary>
    /// <param name="options">The options, with their update rule.</param>
    double? ChooseLearningRate(TrainOptions options) => null;

    /// <summary>What is done to training images, before the options that were given.</summary>
    /// <param name="imageSize">Height and width of what the model sees, in pixels.</param>
    TransformOptions Augmentation(Size2 imageSize) => TransformOptions.ForTraining(imageSize);

    /// <summary>Makes what is minimised.</summary>
    /// <param name="options">The options; <see cref="TrainOptions.Loss"/> where it was asked for.</param>
    /// <param name="model">The model that is trained.</param>
    /// <param name="data">What it is trained on.</param>
    /// <exception cref="OptionException">The loss that was asked for is none, or none for this task.</exception>
    Loss CreateLoss(TrainOptions options, Module model, DataLoader data);

    /// <summary>Makes what shows the labels of a batch to who looks before a run; by default nothing of them is shown.</summary>
    /// <param name="model">What the model is.</param>
    ILabelDrawing CreateDrawing(ModelDescription model) => PlainDrawing.Instance;

    /// <summary>How many maps of the size of the outputs the loss keeps for the backward pass; default 0.</summary>
    int LossMaps => 0;

    /// <summary>Checks what a model gives before anything is made of it; by default nothing is.</summary>
    /// <param name="outputs">What it gave.</param>
    /// <param name="images">Images of the batch.</param>
    /// <param name="classes">Classes of the data.</param>
    /// <exception cref="ShapeException">It is not of the task's shape.</exception>
    void CheckOutputs(Tensor outputs, int images, int classes)
    {
    }

    /// <summary>Measures <see cref="TrainMetric"/> on a training batch.</summary>
    /// <param name="model">The model.</param>
    /// <param name="outputs">What the model gave.</param>
    /// <param name="batch">The batch.</param>
    /// <returns>The sum over its images, and how many of them count.</returns>
    (double Sum, int Counted) Measure(Module model, Tensor outputs, Batch batch);

    /// <summary>Makes what adds up an evaluation.</summary>
    /// <param name="model">The model that is evaluated.</param>
    /// <param name="data">What it is evaluated on.</param>
    /// <param name="isFinal">Whether to measure all there is, rather than what an epoch's validation needs.</param>
    IEvaluationMeter CreateMeter(Module model, DataLoader data, bool isFinal);

    /// <summary>What an evaluation goes over and what adds it up; by default the images as they are, and <see cref="CreateMeter"/>.</summary>
    /// <param name="model">The model that is evaluated.</param>
    /// <param name="data">The images, in their order.</param>
    /// <param name="isFinal">Whether to measure all there is, rather than what an epoch's validation needs.</param>
    EvaluationPlan PlanEvaluation(Module model, DataLoader data, bool isFinal) => new(data, CreateMeter(model, data, isFinal));

    /// <summary>Whether an evaluation has a loss (default true); else there is none to be shown beside its metrics.</summary>
    bool EvaluatesLoss => true;

    /// <summary>Whether its models can learn from squares of the images at their own resolution; default false.</summary>
    bool TakesCrops => false;

    /// <summary>
    /// Whether its outputs are logits of classes along the second axis, whose probabilities can be averaged with those of the mirrored image; default false. What
    /// it says of pixels is mirrored back.
    /// </summary>
    bool AveragesMirrored => false;

    /// <summary>Whether they can be averaged over parts of an image as well; default false.</summary>
    bool AveragesCrops => false;

    /// <summary>Images of an evaluation at a time where that was left open.</summary>
    int EvaluationBatch => 128;

    /// <summary>
    /// Whether the best weights are looked at once more when a run ends: measured as a final evaluation is, and asked for samples; default false: the
    /// best epoch's validation says all.
    /// </summary>
    bool RevisitsBest => false;

    /// <summary>Whether the outputs are few enough to be written to a file of logits; default false.</summary>
    bool HasLogits => false;

    /// <summary>Adds an evaluation to a report, and writes its tables, plots and sample images beside it.</summary>
    /// <param name="report">The report.</param>
    /// <param name="evaluation">What the task's meter came to.</param>
    void Report(ReportContext report, Evaluation evaluation);

    /// <summary>Makes what turns outputs into predictions.</summary>
    /// <param name="model">The model.</param>
    /// <param name="description">What it is.</param>
    /// <param name="options">What to predict.</param>
    /// <exception cref="OptionException">An option does not fit.</exception>
    IOutputReader CreateReader(Module model, ModelDescription description, PredictOptions options);

    /// <summary>Whether predictions can be made beside a gallery, in which what is near is looked for; default false.</summary>
    bool TakesGallery => false;

    /// <summary>Whether predictions are files, which are written wherever they are asked for; default false.</summary>
    bool PredictsFiles => false;
}
