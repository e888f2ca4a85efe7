using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Fills the options that a user left open, from the data and from the options that were given.</summary>
public static class Recipe
{
    /// <summary>Side of the largest images that count as small, in pixels.</summary>
    internal const int SmallImage = 96;

    // Few masked images are enough for a U-Net if it sees them often.
    private const int StepsOfMasks = 2000;

    /// <summary>The options with every null that a number can stand for replaced.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="images">Training images: small sets get more epochs.</param>
    public static TrainOptions Complete(TrainOptions options, int images)
    {
        ArgumentNullException.ThrowIfNull(options);
        bool isDense = options.Task == DataTask.Segment;

        // One picture is no batch: batch norm over maps of one pixel knows no variance of it.
        int fewest = Math.Clamp(images, 1, 2);
        int batchSize = options.BatchSize ?? Math.Clamp(images / 8, fewest, isDense ? MostOfMasks(options.ImageSize) : 128);
        return options with
        {
            BatchSize = batchSize,
            Epochs = options.Epochs ?? (isDense ? Math.Clamp(StepsOfMasks * batchSize / Math.Max(1, images), 10, 200) : images <= 20_000 ? 30 : 100),
            LearningRate = options.LearningRate ?? DefaultLearningRate(options, batchSize * Math.Max(1, options.Accumulate)),
            WeightDecay = options.WeightDecay ?? (options.Optimizer == OptimizerKind.AdamW ? 0.05 : 5e-4),
            WarmupEpochs = options.WarmupEpochs ?? (options.Schedule is ScheduleKind.Cosine or ScheduleKind.Step ? 1 : 0),
        };
    }

    // As many pixels a step as sixteen images of 128 pixels: a map for each class and level is kept for the way back.
    private static int MostOfMasks(int? imageSize) => Math.Clamp(16 * 128 * 128 / (int)Math.Pow(imageSize ?? 128, 2), 2, 64);

    // The linear scaling rule (Goyal et al., 2017) for SGD around the batch of 128 that the rates are known for; Adam's update does not
    // grow with the gradient, so it keeps one rate. A one-cycle peak is higher than a rate that is held, on the small networks for small
    // images that bear it.
    private static double DefaultLearningRate(TrainOptions options, int imagesPerStep) => (options.Optimizer, options.Schedule) switch
    {
        // Every pixel is an example: a step of few images is not noisy, and the rate need not follow their number.
        (OptimizerKind.Sgd, _) when options.Task == DataTask.Segment => 0.1,
        (OptimizerKind.Sgd, ScheduleKind.OneCycle) when options.ImageSize is null or <= SmallImage => 0.4 * imagesPerStep / 128,
        (OptimizerKind.Sgd, _) => 0.1 * imagesPerStep / 128,
        (_, ScheduleKind.OneCycle) => 3e-3,
        _ => 1e-3,
    };
}
