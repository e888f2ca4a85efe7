using Microsoft.Extensions.Logging;

namespace Fovea.Training;

/// <summary>What <see cref="LoggedProgress"/> writes, with names for the numbers.</summary>
internal static partial class TrainingMessages
{
    [LoggerMessage(1, LogLevel.Information, "Started {Model}: {Parameters} parameters, {TrainImages} training and {ValidationImages} validation images, {Epochs} epochs, in {Run}")]
    public static partial void Started(this ILogger logger, string model, long parameters, int trainImages, int validationImages, int epochs, string run);

    [LoggerMessage(2, LogLevel.Information, "Resumed {Model} at epoch {FirstEpoch} of {Epochs}, in {Run}")]
    public static partial void Resumed(this ILogger logger, string model, int firstEpoch, int epochs, string run);

    [LoggerMessage(3, LogLevel.Debug, "Epoch {Epoch}, batch {Batch} of {Batches}: loss {Loss}, learning rate {LearningRate}, {ImagesPerSecond} images/s")]
    public static partial void Batch(this ILogger logger, int epoch, int batch, int batches, double loss, double learningRate, double imagesPerSecond);

    [LoggerMessage(4, LogLevel.Information, "Epoch {Epoch} of {Epochs}: loss {TrainLoss}, validation loss {ValidationLoss}, {Metric} {Score}, best so far: {IsBest}")]
    public static partial void Epoch(this ILogger logger, int epoch, int epochs, double trainLoss, double? validationLoss, string metric, double? score, bool isBest);

    [LoggerMessage(5, LogLevel.Information, "Saved {Path}")]
    public static partial void Checkpoint(this ILogger logger, string path);

    [LoggerMessage(6, LogLevel.Warning, "{Message}")]
    public static partial void Warning(this ILogger logger, string message);

    [LoggerMessage(7, LogLevel.Debug, "Evaluated {Images} of {Total} images")]
    public static partial void Evaluated(this ILogger logger, int images, int total);

    [LoggerMessage(8, LogLevel.Trace, "Checked {Share} of the data")]
    public static partial void Checked(this ILogger logger, double share);

    [LoggerMessage(9, LogLevel.Information, "{Memory}")]
    public static partial void Memory(this ILogger logger, string memory);

    [LoggerMessage(10, LogLevel.Information, "{Event}")]
    public static partial void Other(this ILogger logger, TrainingEvent @event);
}
