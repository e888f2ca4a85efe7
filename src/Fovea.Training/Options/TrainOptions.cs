using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Everything that decides a training run, one property for each flag of <c>train</c>. The record is what <c>config.json</c> of the
/// run folder holds and what <c>--config</c> reads. A null means "chosen from the data and the other options"
/// (see <see cref="Recipe"/>); the chosen value is written to the run folder.
/// </summary>
public sealed partial record TrainOptions
{
    /// <summary><c>--model</c>: key of the model catalogue; null lets the data choose.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// <c>--attention</c>: key of the attention catalogue, put into the model's attention slot; "none" for none; null lets the data choose:
    /// CBAM for Clutter, else none.
    /// </summary>
    public string? Attention { get; init; }

    /// <summary><c>--attention-option k=v</c>: options of the mechanism by name.</summary>
    public IReadOnlyDictionary<string, string> AttentionOptions { get; init; } = new Dictionary<string, string>();

    /// <summary><c>--attention-at</c>: "blocks", "stages", "neck", or names of places in the model; null for the default, "blocks".</summary>
    public string? AttentionAt { get; init; }

    /// <summary>
    /// <c>--data</c>: a folder per class, folders of images and masks, an archive of either, CIFAR or MNIST files; null for the embedded Clutter
    /// data.
    /// </summary>
    public string? Data { get; init; }

    /// <summary><c>--val</c>: the validation images; null takes <c>val</c> or <c>test</c> beside the training images, or splits them.</summary>
    public string? Validation { get; init; }

    /// <summary>
    /// <c>--val-fraction</c>: the part of each class that is held out for validation when the data have no such part, above 0 and below 1;
    /// null for a tenth.
    /// </summary>
    public double? ValFraction { get; init; }

    /// <summary><c>--folds</c>: in how many parts of the same mixture of classes the data are divided for cross-validation, 2 to 1,000; null for none.</summary>
    public int? Folds { get; init; }

    /// <summary><c>--fold</c>: which of the folds is held out for validation, 1 to their number; default 1.</summary>
    public int Fold { get; init; } = 1;

    /// <summary><c>--fold all</c>: train as many models as there are folds, each without one of them (<see cref="CrossValidation"/>); default false.</summary>
    public bool AllFolds { get; init; }

    /// <summary><c>--task</c>: what the labels are; null takes what the model is made for, else what the data are.</summary>
    public DataTask? Task { get; init; }

    /// <summary><c>--classes</c>: names of the classes in masks, from value 0 on; null takes classes.txt beside the data, or numbers.</summary>
    public IReadOnlyList<string>? MaskClasses { get; init; }

    /// <summary><c>--ignore-value</c>: the value in masks that does not count, 0 to 255; null for 255 where that is no class.</summary>
    public int? IgnoreValue { get; init; }

    /// <summary>
    /// <c>--mask-colors</c>: which class each colour in masks stands for, as the lines of a <see cref="MaskColorTable"/>; null or none for masks of
    /// numbers.
    /// </summary>
    public IReadOnlyList<string>? MaskColors { get; init; }

    /// <summary>
    /// <c>--loss</c>: <c>ce</c>, <c>focal</c>, <c>bce</c>, <c>dice</c>, <c>jaccard</c>, <c>tversky</c>, <c>lovasz</c>, for retrieval
    /// <c>triplet</c> or <c>triplet(margin)</c>, or a sum such as <c>0.5*focal(2)+dice</c>; null for <c>ce</c>, with masks <c>ce+dice</c>, for retrieval
    /// <c>ce+triplet</c>.
    /// </summary>
    public string? Loss { get; init; }

    /// <summary><c>--epochs</c>: passes over the training images, at least 1.</summary>
    public int? Epochs { get; init; }

    /// <summary><c>--batch-size</c>: images per step, at least 1.</summary>
    public int? BatchSize { get; init; }

    /// <summary>
    /// <c>--instances</c>: for retrieval, pictures of each identity in a batch, at least 2; null for 4. A batch is of <c>BatchSize / Instances</c> identities,
    /// two at least.
    /// </summary>
    public int? Instances { get; init; }

    /// <summary><c>--shuffle-buffer</c>: of data in shards, among how many images the order is shuffled at a time, at least 1; default 10,000. Other data are shuffled whole.</summary>
    public int ShuffleBuffer { get; init; } = DataLoaderOptions.UsualShuffleBuffer;

    /// <summary>
    /// <c>--drop-last</c>: leave the last batch of an epoch out when it is not full; default false: it is smaller, and a single image joins the
    /// batch before it. The images left out differ from epoch to epoch. A set smaller than one batch is never left out.
    /// </summary>
    public bool DropLast { get; init; }

    /// <summary><c>--image-size</c>: height and width of what the model sees, in pixels; a number stands for a square.</summary>
    public Size2? ImageSize { get; init; }

    /// <summary>
    /// <c>--crop</c>: height and width of the parts of the images, at their own resolution, that a segmentation model learns from and sees images through
    /// later, in pixels, a number for a square; null brings whole images to <see cref="ImageSize"/>.
    /// </summary>
    public Size2? Crop { get; init; }

    /// <summary><c>--crop-balanced</c>: lay the squares around pixels of classes that are drawn evenly; default false.</summary>
    public bool CropBalanced { get; init; }

    /// <summary><c>--lr</c>: the highest learning rate of the schedule, above 0.</summary>
    public double? LearningRate { get; init; }

    /// <summary><c>--optimizer</c>: the update rule; null for the task's, mostly SGD.</summary>
    public OptimizerKind? Optimizer { get; init; }

    /// <summary><c>--momentum</c>: SGD's momentum or Adam's β₁, in [0, 1); default 0.9.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary><c>--nesterov</c>: look ahead along SGD's momentum; default true.</summary>
    public bool Nesterov { get; init; } = true;

    /// <summary><c>--schedule</c>: how the learning rate moves over the run.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.OneCycle;

    /// <summary><c>--warmup-epochs</c>: epochs of linear warm-up; under <see cref="ScheduleKind.OneCycle"/>, the length of its rise.</summary>
    public double? WarmupEpochs { get; init; }

    /// <summary><c>--weight-decay</c>: pull of the weights towards 0, at least 0.</summary>
    public double? WeightDecay { get; init; }

    /// <summary><c>--decay-all</c>: apply weight decay to biases and norms as well, as PyTorch's optimisers do; default true.</summary>
    public bool DecayAll { get; init; } = true;

    /// <summary><c>--clip-grad</c>: the largest norm of all gradients together, 0 does not clip; null for the task's, mostly 0.</summary>
    public double? ClipGradient { get; init; }

    /// <summary><c>--accumulate</c>: batches whose gradients are averaged for one step; default 1.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary><c>--ema</c>: decay of the running average of the weights, in [0, 1); 0 (the default) keeps none.</summary>
    public double Ema { get; init; }

    /// <summary><c>--mixup</c>: the α of mixup's Beta(α, α); 0 (the default) is off.</summary>
    public double Mixup { get; init; }

    /// <summary><c>--cutmix</c>: the α of CutMix's Beta(α, α); 0 (the default) is off.</summary>
    public double CutMix { get; init; }

    /// <summary><c>--label-smoothing</c>: probability spread over all classes, in [0, 1); null for 0, for retrieval 0.1.</summary>
    public double? LabelSmoothing { get; init; }

    /// <summary><c>--auto-augment</c>: name of an augmentation policy; null lets the data choose, "none" is off.</summary>
    public string? AutoAugment { get; init; }

    /// <summary><c>--flip</c>: probability that an image is mirrored left to right, in [0, 1]; null for the task's, mostly 0.5.</summary>
    public double? Flip { get; init; }

    /// <summary><c>--vertical-flip</c>: probability that an image is mirrored top to bottom, in [0, 1]; null for the task's, mostly 0.</summary>
    public double? VerticalFlip { get; init; }

    /// <summary><c>--padding</c>: over how many pixels of a border images of at most 64 are shifted; null for 4.</summary>
    public int? Padding { get; init; }

    /// <summary><c>--padding-mode</c>: what fills that border; null for black (<see cref="BorderMode.Constant"/>).</summary>
    public BorderMode? PaddingMode { get; init; }

    /// <summary><c>--scale-jitter</c>: how much larger or smaller than they fit images with boxes are shown; null for their own size.</summary>
    public ScaleJitter? ScaleJitter { get; init; }

    /// <summary><c>--mosaic</c>: probability that an image with boxes is put together of four, in [0, 1]; default 0.</summary>
    public double Mosaic { get; init; }

    /// <summary><c>--random-erasing</c>: probability that a rectangle of an image is erased, in [0, 1]; default 0.</summary>
    public double RandomErasing { get; init; }

    /// <summary><c>--drop-path</c>: rate of stochastic depth for models that have it, in [0, 1); default 0.</summary>
    public double DropPath { get; init; }

    /// <summary>
    /// <c>--freeze</c>: parts that are not trained: dotted names, or patterns with <c>*</c>, <c>?</c> and <c>[12]</c>; all below a part is frozen with it,
    /// and "backbone" is all but the head. <c>NAME@N</c> is frozen for the first N epochs and trained then; of several, the longest counts.
    /// </summary>
    public IReadOnlyList<string> Freeze { get; init; } = [];

    /// <summary><c>--backbone-lr-scale</c>: what the learning rate of all but the head is multiplied by, above 0; default 1.</summary>
    public double BackboneLrScale { get; init; } = 1;

    /// <summary>
    /// <c>--layer-decay</c>: what the learning rate is multiplied by once more with each layer from the head towards the input, above 0 and up to 1;
    /// default 1: all layers have one rate.
    /// </summary>
    public double LayerDecay { get; init; } = 1;

    /// <summary><c>--class-weights</c>: weigh the loss of a class by the inverse of how often it occurs; default false.</summary>
    public bool ClassWeights { get; init; }

    /// <summary><c>--weights</c>: weights to start from: a file (<c>.safetensors</c>, <c>.pth</c>, <c>.ckpt</c>), or another source (<see cref="Io.WeightsSources"/>).</summary>
    public string? Weights { get; init; }

    /// <summary><c>--from</c>: the library that the weights are of, where their names leave a choice; null finds it.</summary>
    public string? WeightsSource { get; init; }

    /// <summary><c>--strict</c>: refuse weights that do not match the model name by name and shape by shape; default false.</summary>
    public bool Strict { get; init; }

    /// <summary><c>--mean</c>, <c>--std</c>, <c>--interpolation</c>, <c>--crop-pct</c>, <c>--crop-mode</c>, <c>--orientation</c>, <c>--levels</c>: what is done to the images; what is not said is taken from the weights.</summary>
    public Preprocessing Preprocessing { get; init; } = Preprocessing.Unsaid;

    /// <summary><c>--channels</c>: channels of the images that the model sees, 1 or 3; null takes what the weights say, or 3.</summary>
    public int? Channels { get; init; }

    /// <summary>
    /// <c>--resume</c>: a run folder or a checkpoint to continue. The run's own <c>config.json</c> decides everything but what is given of
    /// <see cref="Epochs"/>, <see cref="Patience"/>, <see cref="Workers"/>, <see cref="Threads"/>, <see cref="MemoryLimit"/>,
    /// <see cref="CheckpointSeconds"/>, <see cref="Data"/> and <see cref="Validation"/> (for data that were moved), and
    /// <see cref="TimeLimit"/>, which holds for one process.
    /// </summary>
    public string? Resume { get; init; }

    /// <summary>
    /// <c>--allow-changed-data</c>: resume although images were added, removed or changed since; default false. What was trained on never
    /// becomes validation; added images without a part of their own are trained on.
    /// </summary>
    public bool AllowChangedData { get; init; }

    /// <summary><c>--workers</c>: threads that decode and augment ahead of the training step; null or 0: all threads do, between steps.</summary>
    public int? Workers { get; init; }

    /// <summary><c>--threads</c>: threads of the arithmetic; null takes every processor. The result does not depend on it.</summary>
    public int? Threads { get; init; }

    /// <summary>
    /// <c>--memory-limit</c>: bytes that the run may take at most, above 0; null for what the machine, or the container, has. A run that needs
    /// more by its estimate does not begin.
    /// </summary>
    public long? MemoryLimit { get; init; }

    /// <summary><c>--seed</c>: the one seed that everything random is derived from; default 0.</summary>
    public ulong Seed { get; init; }

    /// <summary><c>--patience</c>: epochs without a better validation result before training stops; 0 or null (the default) never stops early.</summary>
    public int? Patience { get; init; }

    /// <summary>
    /// <c>--val-every</c>: the validation images are seen after each epoch of so many, and after the last; default 1. Only such an epoch can be the best,
    /// and only after such a one is <see cref="Patience"/> asked. Without validation images it means nothing.
    /// </summary>
    public int ValEvery { get; init; } = 1;

    /// <summary><c>--time-limit</c>: when to stop at the latest, counted from the start of the process's run; null for no limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary><c>--fraction</c>: share of the training images to use, in (0, 1]; default 1.</summary>
    public double Fraction { get; init; } = 1;

    /// <summary>
    /// <c>--save-every</c>: keep a checkpoint of every so many epochs under its own name; 0 (the default) keeps none. The last one and
    /// the best one are always kept.
    /// </summary>
    public int SaveEvery { get; init; }

    /// <summary><c>--checkpoint-seconds</c>: longest time between two writings of the last checkpoint, in seconds; null for 60.</summary>
    public double? CheckpointSeconds { get; init; }

    /// <summary><c>--output</c>: folder that run folders are made in; null for <c>runs/classify</c>, for masks <c>runs/segment</c>.</summary>
    public string? Output { get; init; }

    /// <summary><c>--name</c>: name of the run folder; null makes one of the model, the attention and the data.</summary>
    public string? Name { get; init; }

    /// <summary><c>--exist-ok</c>: write into a run folder that is there already instead of a new one with a number; default false.</summary>
    public bool ExistOk { get; init; }

    /// <summary>
    /// <c>--device</c>: what computes the model; null (default) for our own engine, on the processor. It is of one process, not of the run, which may go on with another: the
    /// numbers are then the same within rounding, not bit for bit.
    /// </summary>
    [JsonIgnore]
    public IModuleEngine? Engine { get; init; }

    /// <summary>The command line as the user typed it, for <c>command.txt</c> and the resume command; null for library use.</summary>
    [JsonIgnore]
    public string? CommandLine { get; init; }

    // An option that is given twice is not to be settled by which comes last.
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>The options as indented JSON, as <c>config.json</c> holds them.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, OptionsJson.Default.TrainOptions);

    /// <summary>Reads options from JSON; what it leaves out keeps its default.</summary>
    /// <exception cref="DataFormatException">The text is not JSON, names an option twice, or names an unknown option, or a value has the wrong type.</exception>
    public static TrainOptions FromJson(string json)
    {
        try
        {
            // The source generator would set what is left out to null or 0, so the given values are laid over the written defaults.
            JsonObject merged = JsonNode.Parse(new TrainOptions().ToJson())!.AsObject();
            if (JsonNode.Parse(json, documentOptions: s_strict) is not JsonObject given)
            {
                throw new DataFormatException("config: expected a JSON object of options by name.");
            }

            foreach ((string name, JsonNode? value) in given)
            {
                if (!merged.ContainsKey(name))
                {
                    throw new DataFormatException($"config: there is no option \"{name}\"; {Suggestion.Hint(name, [.. merged.Select(m => m.Key)])}");
                }

                if (value is null && merged[name] is not null)
                {
                    throw new DataFormatException($"config: {name}: expected a value, got null; leave it out for its default.");
                }

                merged[name] = value?.DeepClone();
            }

            // An escape that stands for no text is an invalid operation only here.
            return merged.Deserialize(OptionsJson.Default.TrainOptions)!;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new DataFormatException($"config: expected a JSON object of options by name, as config.json has them; {e.Message}", e);
        }
    }
}
