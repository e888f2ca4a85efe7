using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Builds what a trainer takes from options without open ends.</summary>
internal static class InputsBuilder
{
    // A single picture is no batch for batch norm, so the last of an epoch joins the batch before.
    private const int SmallestLast = 2;

    /// <summary>What the model is.</summary>
    public static ModelDescription Describe(TrainOptions options, IReadOnlyList<string> classes)
    {
        var description = new ModelDescription
        {
            Model = options.Model!,
            Attention = options.Attention,
            AttentionOptions = options.AttentionOptions,
            Classes = classes,
            Task = options.Task ?? DataTask.Classify,
            IgnoreValue = options.IgnoreValue,
            MaskColors = options.MaskColors is { Count: > 0 } colors ? colors : null,
            ImageSize = options.ImageSize!.Value,
            SeesWindows = options.Crop is not null,
        };
        description = description.WithChannels(options.Channels ?? description.Mean.Count);
        description = options.Preprocessing.ApplyTo(description);
        return options.AttentionAt is null ? description : description with { AttentionAt = options.AttentionAt };
    }

    /// <summary>The loaders of both parts beside the model.</summary>
    /// <exception cref="OptionException">Options do not go together.</exception>
    public static TrainingInputs Gather(Module model, ModelDescription description, DatasetPair data, TrainOptions options)
    {
        AugmentPolicy? policy = AugmentPolicy.Parse(options.AutoAugment);
        if (description.Levels is { KeepsAll: true } levels && (policy is not null || options.Mosaic > 0))
        {
            throw new OptionException("levels",
                $"{levels} keeps every stored value, and {(policy is null ? "--mosaic" : "--auto-augment")} works on 8 bits; leave it out, or give {levels with { KeepsAll = false }}.");
        }

        Normalization normalization = description.Normalization();
        TransformOptions usual = TaskCatalog.Of(description.Task).Augmentation(description.ImageSize);
        TransformOptions train = usual with
        {
            Crop = options.Crop is null ? usual.Crop : CropMode.OwnResolution,
            KeepProportions = description.CropMode is { } fit ? fit != FrameFit.Squash : usual.KeepProportions,
            BalanceClasses = options.CropBalanced,
            Padding = options.Padding ?? usual.Padding,
            Border = options.PaddingMode ?? usual.Border,
            Flip = options.Flip ?? usual.Flip,
            Scale = options.ScaleJitter ?? usual.Scale,
            Mosaic = options.Mosaic,
            VerticalFlip = options.VerticalFlip ?? usual.VerticalFlip,
            Normalization = normalization,
            Channels = description.Mean.Count,
            Filter = description.Preprocessing.Interpolation!.Value,
            Policy = policy,
            Erasing = options.RandomErasing > 0 ? new RandomErasing { Probability = options.RandomErasing } : null,
        };
        if ((options.Padding is not null || options.PaddingMode is not null) && train.Crop != CropMode.Padded)
        {
            throw new OptionException("padding", $"is of the border that images of at most {TransformOptions.LargestPadded} pixels are shifted over, which images of {description.ImageSize} and "
                + "masks seen by --crop have none of; leave --padding and --padding-mode out.");
        }

        var loader = new DataLoaderOptions { BatchSize = options.BatchSize!.Value, Seed = options.Seed };
        loader = options.Workers is { } workers ? loader with { Workers = workers } : loader;
        return new TrainingInputs
        {
            Model = model,
            Description = description,
            Engine = options.Engine,
            Train = new DataLoader(data.Train, new SamplePipeline(train), loader with
            {
                DropLast = options.DropLast,
                SmallestLast = SmallestLast,
                Instances = options.Instances,
                ShuffleBuffer = options.ShuffleBuffer,
                Damaged = DamagedPictures.Replace,
            }),
            Validation = new DataLoader(data.Val, description.EvaluationPipeline(), loader with { Shuffle = false, Damaged = DamagedPictures.LeaveOut }),
        };
    }
}
