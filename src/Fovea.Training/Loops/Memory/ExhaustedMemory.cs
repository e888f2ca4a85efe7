namespace Fovea.Training;

/// <summary>What to say when the system has no memory left in the middle of the work.</summary>
internal static class ExhaustedMemory
{
    public static MemoryException Error(TrainingInputs inputs, OutOfMemoryException cause) => new(
        $"training: the system has no memory left for a batch of {inputs.Train.Options.BatchSize} images of {inputs.Description.ImageSize.Pixels()} pixels. "
        + "Take a smaller --batch-size or --image-size, or end other processes; what was saved can be resumed.", cause);
}
