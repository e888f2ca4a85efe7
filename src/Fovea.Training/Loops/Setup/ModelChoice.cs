using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Fills what a user left open about model and images, from the data: the smallest network that is known to do well on images of their usual
/// size. Clutter is there to show attention at work.
/// </summary>
internal static class ModelChoice
{
    private const int ClutterEpochs = 8;
    private const int ClutterBatch = 64;
    private const double ClutterRate = 0.1;
    private const int ClutterMaskEpochs = 6;

    /// <summary>The options with a model, an image size, a task and a folder.</summary>
    /// <exception cref="OptionException">An option does not go with the model or the task.</exception>
    public static TrainOptions Complete(TrainOptions options, ModelEntry? entry, DatasetSummary data) =>
        data.Task == DataTask.Segment ? ForMasks(options, entry, data) : ForClasses(options, entry, data);

    /// <summary>Refuses a model that was made for another task than the data's.</summary>
    public static void CheckTask(ModelEntry? entry, IImageDataset data)
    {
        if (entry is not null && entry.IsSegmentation != (data.Task == DataTask.Segment))
        {
            throw new OptionException("model", data.Task == DataTask.Segment
                ? $"{entry.Key} gives a class for each image, and {data.Source} has masks; take unet or unet-small, or --task classify."
                : $"{entry.Key} gives a class for each pixel, and {data.Source} has a class for each image; take another model, or --task segment.");
        }
    }

    private static TrainOptions ForClasses(TrainOptions options, ModelEntry? entry, DatasetSummary data)
    {
        bool isClutter = DatasetFactory.IsClutter(options.Data);
        SizeCount usual = data.Sizes.Count == 0 ? new SizeCount(224, 224, 0) : data.Sizes.MaxBy(s => s.Count);
        int side = Math.Min(usual.Width, usual.Height);
        string? attention = options.Attention ?? (isClutter && entry is null ? "cbam" : null);
        entry ??= ModelCatalog.Find(side <= 40 ? "resnet20-cifar" : side <= Recipe.SmallImage ? "resnet8" : "resnet18");
        return options with
        {
            Task = DataTask.Classify,
            Output = options.Output ?? Path.Combine("runs", "classify"),
            Model = entry.Key,
            Attention = attention == ModelRequest.NoAttention ? null : attention,
            ImageSize = options.ImageSize ?? entry.ImageSize,
            Epochs = options.Epochs ?? (isClutter ? ClutterEpochs : null),
            BatchSize = options.BatchSize ?? (isClutter ? ClutterBatch : null),

            // The rate that is known for the batch; another batch or optimiser goes by the general rule.
            LearningRate = options.LearningRate
                ?? (isClutter && options is { BatchSize: null, Optimizer: OptimizerKind.Sgd, Schedule: ScheduleKind.OneCycle } ? ClutterRate : null),
        };
    }

    // A U-Net sees images of any size, so the data's own decides, up to where a step takes long.
    private static TrainOptions ForMasks(TrainOptions options, ModelEntry? entry, DatasetSummary data)
    {
        const int largest = 256;
        if (options.Mixup + options.CutMix > 0)
        {
            throw new OptionException("mixup", "mixes the labels of whole images; with masks leave --mixup and --cutmix out.");
        }

        bool isClutter = DatasetFactory.IsClutter(options.Data);
        SizeCount usual = data.Sizes.Count == 0 ? new SizeCount(largest, largest, 0) : data.Sizes.MaxBy(s => s.Count);
        string? attention = options.Attention ?? (isClutter && entry is null ? "attention_gate" : null);
        entry ??= ModelCatalog.Find("unet-small");
        int side = Math.Min(usual.Width, usual.Height), unit = entry.SizeUnit;
        int size = options.ImageSize ?? Math.Clamp(side / unit * unit, unit, largest);
        return size % unit != 0
            ? throw new OptionException("image-size", $"{entry.Key} takes sides that are multiples of {unit}; expected such as {Math.Max(unit, size / unit * unit)}, got {size}.")
            : options with
            {
                Task = DataTask.Segment,
                MaskClasses = [.. data.Classes.Select(c => c.Name)],
                Output = options.Output ?? Path.Combine("runs", "segment"),
                Model = entry.Key,
                Attention = attention == ModelRequest.NoAttention ? null : attention,
                ImageSize = size,
                Epochs = options.Epochs ?? (isClutter ? ClutterMaskEpochs : null),
            };
    }
}
