using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Fills the options that a user left open, from the data and from the options that were given.</summary>
public static class Recipe
{
    /// <summary>The options with every null that a number can stand for replaced.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="images">Training images: small sets get more epochs.</param>
    public static TrainOptions Complete(TrainOptions options, int images)
    {
        ArgumentNullException.ThrowIfNull(options);
        ITask task = TaskCatalog.Of(options.Task ?? DataTask.Classify);

        // One picture is no batch: batch norm over maps of one pixel knows no variance of it.
        int fewest = Math.Clamp(images, 1, 2);
        options = options with { Optimizer = options.Optimizer ?? task.UsualOptimizer, ClipGradient = options.ClipGradient ?? task.UsualClip };
        int batchSize = options.BatchSize ?? Math.Clamp(images / 8, fewest, task.LargestBatch(options.ImageSize));
        return options with
        {
            BatchSize = batchSize,
            Instances = options.Instances ?? task.Instances,
            Epochs = options.Epochs ?? task.ChooseEpochs(images, batchSize),
            LearningRate = options.LearningRate ?? task.ChooseLearningRate(options) ?? DefaultLearningRate(options, batchSize * Math.Max(1, options.Accumulate)),
            WeightDecay = options.WeightDecay ?? (options.Optimizer == OptimizerKind.AdamW ? 0.05 : 5e-4),
            WarmupEpochs = options.WarmupEpochs ?? (options.Schedule is ScheduleKind.Cosine or ScheduleKind.Step ? 1 : 0),
        };
    }

    /// <summary>Refuses options that do not go with what is learnt.</summary>
    /// <exception cref="OptionException">One does not.</exception>
    internal static void Check(TrainOptions options, ITask task)
    {
        if (!task.TakesPolicies && AugmentPolicy.Parse(options.AutoAugment) is not null)
        {
            throw new OptionException("auto-augment", $"shears and turns pictures, which {task.Data.Labels} do not follow; leave --auto-augment out.");
        }

        if (options.Mixup + options.CutMix > 0 && !task.TakesMixedLabels)
        {
            throw new OptionException("mixup", $"mixes the labels of whole images; with {task.Data.Labels} leave --mixup and --cutmix out.");
        }

        if (!task.TakesMosaics && (options.Mosaic > 0 || options.ScaleJitter is not null))
        {
            throw new OptionException(options.Mosaic > 0 ? "mosaic" : "scale-jitter",
                $"is for images with boxes, which are shown whole; with {task.Data.Labels} leave --mosaic and --scale-jitter out.");
        }

        if (options.Instances is not null && task.Instances is null)
        {
            throw new OptionException("instances", $"several pictures of an identity in a batch are for retrieval; with {task.Data.Labels} leave --instances out.");
        }

        if (options.Crop is not null && !task.TakesCrops)
        {
            throw new OptionException("crop", $"squares at the images' own resolution are for models that give a class for each pixel; with {task.Data.Labels} leave --crop out.");
        }
    }

    // The linear scaling rule (Goyal et al., 2017) for SGD around the batch of 128 that the rates are known for; Adam's update does not
    // grow with the gradient, so it keeps one rate. A one-cycle peak is higher than a rate that is held, on the small networks for small
    // images that bear it.
    private static double DefaultLearningRate(TrainOptions options, int imagesPerStep) => (options.Optimizer, options.Schedule) switch
    {
        (OptimizerKind.Sgd, ScheduleKind.OneCycle) when options.ImageSize is null or { Height: <= ModelDescription.SmallImage, Width: <= ModelDescription.SmallImage } => 0.4 * imagesPerStep / 128,
        (OptimizerKind.Sgd, _) => 0.1 * imagesPerStep / 128,
        (_, ScheduleKind.OneCycle) => 3e-3,
        _ => 1e-3,
    };
}
