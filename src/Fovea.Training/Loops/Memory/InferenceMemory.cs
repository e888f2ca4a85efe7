namespace Fovea.Training;

/// <summary>How many images at once a model can be asked about within what memory there is: the answers do not depend on it.</summary>
internal static class InferenceMemory
{
    // As of TrainingMemory: packed weights beside the model's own, and a quarter for blocks that are larger than what lies in them.
    private const double Blocks = 1.25;
    private const double Packed = 0.5;

    /// <summary>The batch that was asked for, or the largest that fits.</summary>
    /// <param name="model">In evaluation mode.</param>
    /// <param name="description">What it is.</param>
    /// <param name="batchSize">Images at a time that were asked for.</param>
    /// <param name="free">Bytes that the process may take.</param>
    /// <exception cref="MemoryException">Not even one image fits.</exception>
    public static int Fit(Module model, ModelDescription description, int batchSize, long free)
    {
        Size2 size = description.ImageSize;
        if (ActivationTrace.Of(model, description.Mean.Count, description.ImageSize) is not { } trace)
        {
            return batchSize;
        }

        double packed = Packed * model.Parameters().Sum(p => p.Spec.Bytes);
        double each = (Blocks * trace.Forward(1)) + ((long)size.Height * size.Width * (sizeof(float) * description.Mean.Count));
        long fitting = Math.Min((long)Math.Max(0, (free - packed) / each), int.MaxValue / Math.Max(1, trace.LargestValue));
        return fitting > 0
            ? (int)Math.Min(batchSize, fitting)
            : throw new MemoryException(
                $"memory: {description.Title} on one image of {size.Pixels()} pixels takes about {Format.Bytes((long)(packed + each))}, and {Format.Bytes(free)} are free. "
                + "Take a smaller --image-size or model, or end other processes.");
    }
}
