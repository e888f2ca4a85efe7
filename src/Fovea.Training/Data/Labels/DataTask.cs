using System.Text.Json.Serialization;
using Fovea.Models;

namespace Fovea.Training.Data;

/// <summary>
/// What the labels of data are, and so what a model learns from them: the word in options and weights, how labels get into a batch, and how a check
/// counts them. What is learnt from them is an <see cref="ITask"/>.
/// </summary>
[JsonConverter(typeof(DataTaskConverter))]
public abstract class DataTask
{
    /// <summary>A class for each picture.</summary>
    public static DataTask Classify { get; } = new ClassLabels();

    /// <summary>A class for each pixel: a mask for each picture.</summary>
    public static DataTask Segment { get; } = new PixelLabels();

    /// <summary>The objects in each picture: a class and a box for each.</summary>
    public static DataTask Detect { get; } = new BoxLabels();

    /// <summary>Who or what each picture shows, one identity each: pictures of one that was never learnt are to be found among others.</summary>
    public static DataTask Retrieve { get; } = new IdentityLabels();

    // A word is found whatever its capitals, so another's with other capitals is taken.
    private static readonly Registry<DataTask> s_registry = new("task", static t => t.Name, [Classify, Segment, Detect, Retrieve], static name => Find(name) is not null);

    /// <summary>All kinds of labels, those that were registered last.</summary>
    public static IReadOnlyList<DataTask> All => s_registry.All;

    /// <summary>The word for it: one in Pascal case, as options and weights have it.</summary>
    public abstract string Name { get; }

    /// <summary>What pictures come with, as messages say it: <c>a class each</c>, <c>masks</c>.</summary>
    public abstract string Labels { get; }

    /// <summary>What the outputs of a model that learnt from them are, in a word: <c>logits</c> (default), <c>masks</c>.</summary>
    public virtual string Outputs => "logits";

    /// <summary>Whether a picture has one class that is known without decoding it (default); else <see cref="IImageDataset.Label"/> says nothing.</summary>
    public virtual bool HasClassEach => true;

    /// <summary>Whether the labels are of pixels; default false.</summary>
    public virtual bool IsOfPixels => false;

    /// <summary>What a check counts in the labels, in words: <c>pixels</c>, <c>boxes</c>; null (default) where a picture has its one class.</summary>
    public virtual string? Counts => null;

    /// <summary>
    /// Whether what is measured on has classes of its own, which need not be among those that were learnt (default false). Data without a validation
    /// part are then divided by classes.
    /// </summary>
    public virtual bool IsOpenSet => false;

    /// <summary>Whether a model is shown the whole picture, brought into its frame, rather than the middle of it; default false.</summary>
    public virtual bool SeesWholeImage => false;

    /// <summary>The ways in which pictures can be brought into the frame that a model sees, the usual one first.</summary>
    public virtual IReadOnlyList<FrameFit> Fits => SeesWholeImage ? [FrameFit.Squash] : [FrameFit.Center, FrameFit.Squash];

    /// <summary>Finds a kind of labels by its word.</summary>
    /// <param name="name">The word; capitals do not matter.</param>
    /// <returns>Null when there is none by that name.</returns>
    public static DataTask? Find(string? name) => All.FirstOrDefault(t => t.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The kind of labels that a model of the catalogue was made to learn from.</summary>
    /// <exception cref="OptionException">It names none that is known.</exception>
    internal static DataTask Of(ModelEntry model) =>
        Find(model.Task) ?? throw new OptionException("model", $"{model.Key} is for the task \"{model.Task}\"; expected {string.Join(" or ", All)}.");

    /// <summary>Begins the labels of a batch.</summary>
    /// <param name="images">Pictures in the batch.</param>
    /// <param name="height">Height of what the model sees, in pixels.</param>
    /// <param name="width">Width of what the model sees, in pixels.</param>
    public abstract BatchLabels StartBatch(int images, int height, int width);

    /// <summary>What an evaluation needs of a sample beside the batch's labels, such as the mask in its own size; null (default) for nothing.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="pipeline">What was done to its picture.</param>
    public virtual object? Kept(ImageSample sample, SamplePipeline pipeline) => null;

    /// <summary>How many of what it <see cref="Counts"/> each class has in a sample, those that do not count last; null (default) where it counts nothing.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="classes">How many classes there are.</param>
    public virtual int[]? CountIn(ImageSample sample, int classes) => null;

    /// <summary>Why nothing can be learnt from readable data, in a sentence; null (default) when it can.</summary>
    /// <param name="train">What a check found in the training set.</param>
    public virtual string? Problem(DatasetSummary train) => null;

    /// <summary>Data with labels of this kind made of data with others; null (default) where that cannot be.</summary>
    /// <param name="pictures">The data.</param>
    public virtual IImageDataset? From(IImageDataset pictures) => null;

    /// <summary>The word.</summary>
    public sealed override string ToString() => Name;

    /// <summary>The layout of a tree that has labels of this kind and can be taken for nothing else; null for none.</summary>
    internal virtual DataLayout? FindLayout(FileTree tree, DatasetOptions options) => null;

    /// <summary>What is said of a tree in which labels of this kind were asked for and not found; null to take its classes.</summary>
    internal virtual string? Missing(FileTree tree) => null;

    /// <summary>Makes a kind of labels known by its word.</summary>
    /// <exception cref="ArgumentException">The word is taken.</exception>
    internal static void Register(DataTask task) => s_registry.Add(task);
}
