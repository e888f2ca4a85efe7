
namespace Fovea.Training;

/// <summary>Compares what a run will take with what there is, before its first step.</summary>
internal sealed class MemoryGuard(ModelDescription description, TrainOptions options, PictureBytes pictures)
{
    // Batch norm knows no variance of a single picture.
    private const int SmallestChosen = 2;
    private const int SmallestSide = 32;
    private readonly long _free = FreeMemory.Bytes(options.MemoryLimit);

    /// <summary>The estimate of what will run: the batch that was asked for, or the largest that fits where it was Fovea's own choice.</summary>
    /// <param name="model">The model, which is left in training mode.</param>
    /// <param name="isChosen">Whether the size of the batch was Fovea's own choice.</param>
    /// <returns>Null for a model whose shapes cannot be followed: nothing is known about it.</returns>
    /// <exception cref="MemoryException">It does not fit; the message says what would.</exception>
    public MemoryEstimate? Check(Module model, bool isChosen)
    {
        if (TrainingMemory.Of(model, description, options, pictures) is not { } memory)
        {
            return null;
        }

        int asked = options.BatchSize!.Value;
        int largest = memory.Fits(asked, _free) ? asked : memory.Largest(asked, _free);
        if (largest == asked || (isChosen && largest >= SmallestChosen))
        {
            return memory.At(largest, _free);
        }

        MemoryEstimate estimate = memory.At(isChosen ? Math.Min(asked, SmallestChosen) : asked, _free);
        throw new MemoryException(
            $"{estimate.Text}: training {description.Title} on {estimate.ImageSize.Pixels()} pixels with batches of {estimate.BatchSize} does not fit. "
            + Advice(estimate.BatchSize, isChosen ? 0 : largest));
    }

    private string Advice(int batchSize, int largest)
    {
        string[] fitting =
        [
            .. largest > 0 ? [$"--batch-size {largest}"] : Array.Empty<string>(),
            .. LargestSize(batchSize) is { } side ? [$"--image-size {side.Flag()} with --batch-size {batchSize}"] : Array.Empty<string>(),
        ];
        string more = $"{(options.MemoryLimit is null ? string.Empty : "raise --memory-limit, ")}end other processes or take a smaller model";
        return fitting.Length > 0 ? $"What fits: {string.Join(", or ", fitting)}; else {more}." : $"No smaller batch or image fits; {more}.";
    }

    // Sizes of seven eighths, six eighths and so on: near enough to be of use, and few enough to try.
    private Size2? LargestSize(int batchSize)
    {
        int unit = Math.Max(SmallestSide, description.Entry.SizeUnit);
        for (Size2 side = Next(description.ImageSize, unit); Math.Min(side.Height, side.Width) >= unit; side = Next(side, unit))
        {
            Module model = (description with { ImageSize = side }).Build();
            try
            {
                if (TrainingMemory.Of(model, description with { ImageSize = side }, options, pictures) is { } memory && memory.Fits(batchSize, _free))
                {
                    return side;
                }
            }
            finally
            {
                foreach (Tensor value in StateDict.Of(model).Values)
                {
                    value.Dispose();
                }
            }
        }

        return null;
    }

    private static Size2 Next(Size2 size, int unit) => new(Next(size.Height, unit), Next(size.Width, unit));

    private static int Next(int side, int unit) => Math.Min(side - unit, side * 7 / 8) / unit * unit;
}
