using Fovea.Training.Data;

namespace Fovea.Training;

// What values the options may have, and what follows from those left open.
public sealed partial record TrainOptions
{
    /// <summary>Checks every number against its range.</summary>
    /// <exception cref="OptionException">One is outside; the message names the flag.</exception>
    public void Validate()
    {
        Require(Epochs is null or >= 1, "epochs", Epochs, "at least 1");
        Require(BatchSize is null or >= 1, "batch-size", BatchSize, "at least 1");
        Require(Instances is null or >= 2, "instances", Instances, "at least 2");
        Require(ShuffleBuffer >= 1, "shuffle-buffer", ShuffleBuffer, "at least 1");
        Require(ImageSize is null or { Height: >= 1, Width: >= 1 }, "image-size", ImageSize, "at least 1");
        Require(Crop is null or { Height: >= 1, Width: >= 1 }, "crop", Crop, "at least 1");
        Require(Crop is null || ImageSize is null || ImageSize == Crop, "image-size", ImageSize, $"nothing beside --crop {Crop?.Flag()}, which is the size that the model sees");
        Require(Crop is not null || !CropBalanced, "crop-balanced", "no --crop", "--crop N beside it");
        Require(Channels is null or 1 or 3, "channels", Channels, "1 or 3");
        Require(LearningRate is null or (> 0 and < double.PositiveInfinity), "lr", LearningRate, "above 0");
        Require(Momentum is >= 0 and < 1, "momentum", Momentum, "0 to below 1");
        Require(WarmupEpochs is null or (>= 0 and < double.PositiveInfinity), "warmup-epochs", WarmupEpochs, "at least 0");
        Require(WeightDecay is null or (>= 0 and < double.PositiveInfinity), "weight-decay", WeightDecay, "at least 0");
        Require(ClipGradient is null or >= 0, "clip-grad", ClipGradient, "at least 0");
        Require(Accumulate >= 1, "accumulate", Accumulate, "at least 1");
        Require(Ema is >= 0 and < 1, "ema", Ema, "0 to below 1");
        Require(Mixup is >= 0 and < double.PositiveInfinity, "mixup", Mixup, "at least 0");
        Require(CutMix is >= 0 and < double.PositiveInfinity, "cutmix", CutMix, "at least 0");
        Require(LabelSmoothing is null or (>= 0 and < 1), "label-smoothing", LabelSmoothing, "0 to below 1");
        Require(Flip is null or (>= 0 and <= 1), "flip", Flip, "0 to 1");
        Require(Padding is null or (>= 0 and <= TransformOptions.LargestPadded), "padding", Padding, $"0 to {TransformOptions.LargestPadded}");
        Require(VerticalFlip is null or (>= 0 and <= 1), "vertical-flip", VerticalFlip, "0 to 1");
        Require(ScaleJitter is null or { IsSound: true }, "scale-jitter", ScaleJitter, "two factors above 0 and up to 100, the smaller first");
        Require(Mosaic is >= 0 and <= 1, "mosaic", Mosaic, "0 to 1");
        Require(RandomErasing is >= 0 and <= 1, "random-erasing", RandomErasing, "0 to 1");
        Require(DropPath is >= 0 and < 1, "drop-path", DropPath, "0 to below 1");
        Require(BackboneLrScale is > 0 and < double.PositiveInfinity, "backbone-lr-scale", BackboneLrScale, "above 0");
        Require(LayerDecay is > 0 and <= 1, "layer-decay", LayerDecay, "above 0 to 1");
        Require(IgnoreValue is null or (>= 0 and <= 255), "ignore-value", IgnoreValue, "0 to 255");
        Require(MaskClasses is null or { Count: >= 1 and <= 255 }, "classes", MaskClasses?.Count, "1 to 255 names");
        RequireTexts(MaskClasses, "classes");
        RequireTexts(MaskColors, "mask-colors");
        RequireTexts(Freeze, "freeze");
        LossParser.Parts(Loss ?? LossParser.ForClasses);
        if (Mixup + CutMix > 0 && !LossParser.TakesShares(Loss ?? LossParser.ForClasses))
        {
            throw new OptionException("loss", $"with --mixup or --cutmix an image is of several classes at once; expected ce or bce, got {Loss}.");
        }

        Require(Workers is null or (>= 0 and <= 256), "workers", Workers, "0 to 256");
        Require(Threads is null or (>= 1 and <= 256), "threads", Threads, "1 to 256");
        Require(Patience is null or >= 0, "patience", Patience, "at least 0");
        Require(Fraction is > 0 and <= 1, "fraction", Fraction, "above 0 to 1");
        Require(ValEvery >= 1, "val-every", ValEvery, "at least 1");
        Require(SaveEvery >= 0, "save-every", SaveEvery, "at least 0");
        Require(CheckpointSeconds is null or > 0, "checkpoint-seconds", CheckpointSeconds, "above 0");
        Require(MemoryLimit is null or > 0, "memory-limit", MemoryLimit, "above 0 bytes");
        Require(TimeLimit is null || TimeLimit > TimeSpan.Zero, "time-limit", TimeLimit, "above 0");
    }

    /// <summary>The update rule, of a run whose options nobody completed SGD.</summary>
    internal OptimizerKind UpdateRule => Optimizer ?? OptimizerKind.Sgd;

    internal ModelRequest ModelRequest() => new()
    {
        Model = Model,
        Attention = Attention,
        AttentionAt = AttentionAt,
        AttentionOptions = AttentionOptions,
        ImageSize = ImageSize,
        Channels = Channels,
        Source = WeightsSource,
        Strict = Strict,
        Preprocessing = Preprocessing,
    };

    // A configuration's list may hold null.
    private static void RequireTexts(IReadOnlyList<string?>? texts, string flag) =>
        Require(texts is null || !texts.Contains(null), flag, "null among them", "texts");

    private static void Require(bool holds, string flag, object? value, string range)
    {
        if (!holds)
        {
            throw new OptionException(flag, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"expected {range}, got {value}."));
        }
    }
}
