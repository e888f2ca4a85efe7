namespace Fovea.Training.Data;

/// <summary>Which pictures the batches of an epoch are made of. How many there are is the same in every epoch.</summary>
internal abstract class BatchOrder
{
    /// <summary>Batches in an epoch.</summary>
    public abstract int Batches { get; }

    /// <summary>Pictures in an epoch, those that come again counted again.</summary>
    public abstract int Images { get; }

    /// <summary>The indices of an epoch's pictures, in the order of its batches; those of the first <see cref="Images"/> are read.</summary>
    /// <param name="random">The epoch's generator.</param>
    public abstract int[] Draw(Generator random);

    /// <summary>The places in that order of the pictures of a batch.</summary>
    /// <param name="number">0 to <see cref="Batches"/> − 1.</param>
    public abstract Range Of(int number);

    /// <summary>The order that options ask for.</summary>
    /// <exception cref="DataException">The data have no classes to take pictures of.</exception>
    public static BatchOrder Of(IImageDataset dataset, DataLoaderOptions options) =>
        options.Instances is not { } instances ? Once(dataset, options)
        : dataset.Task.HasClassEach ? new ClassGroups(dataset, Math.Max(2, options.BatchSize / instances), instances)
        : throw new DataException($"{dataset.Source}: batches of several pictures of a class need pictures with a class each, got pictures with {dataset.Task.Labels}.");

    private static EachOnce Once(IImageDataset dataset, DataLoaderOptions options) => options.Shuffle && dataset is IStoredInParts parts && IStoredInParts.Holds(dataset)
        ? new ShardShuffle(dataset, parts, options)
        : new EachOnce(dataset.Count, options);
}
