using Fovea.Simd.Drivers;

namespace Fovea.Training.Data;

/// <summary>
/// Makes batches of a data set, between the training steps on all threads or ahead of them on threads of its own. What is in a batch is a function of the options' seed,
/// the epoch and the batch's number alone: not of the number of workers, not of time, not of what was read before. To resume, read the
/// same epoch from the first batch that was not trained on.
/// </summary>
/// <example>
/// <code>
/// var loader = new DataLoader(data.Train, new SamplePipeline(transform), new DataLoaderOptions { BatchSize = 128, Seed = 7 });
/// foreach (Batch batch in loader.Read(epoch, firstBatch))
/// {
///     using (batch)
///     {
///         Step(batch.Images, batch.Labels);
///     }
/// }
/// </code>
/// </example>
public sealed class DataLoader
{
    private readonly Generator _order;
    private readonly Generator _augmentation;

    /// <summary>Describes the batches; nothing runs before <see cref="Read"/>.</summary>
    /// <param name="dataset">The pictures, at least one.</param>
    /// <param name="pipeline">What is done to each.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="OptionException">An option is out of its range.</exception>
    /// <exception cref="DataException">The data set is empty, or has no classes where <see cref="DataLoaderOptions.Instances"/> asks for some.</exception>
    public DataLoader(IImageDataset dataset, SamplePipeline pipeline, DataLoaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(pipeline);
        Options = options ?? new DataLoaderOptions();
        Options.Validate();
        if (dataset.Count == 0)
        {
            throw new DataException($"{dataset.Source}: there are no pictures to make batches of.");
        }

        Dataset = dataset;
        Pipeline = pipeline;
        Plan = BatchOrder.Of(dataset, Options);
        StandIns = new StandIns(dataset, Options.Damaged == DamagedPictures.Replace);
        var root = new Generator(Options.Seed);
        _order = root.Fork("order");
        _augmentation = root.Fork("augmentation");
    }

    /// <summary>The pictures.</summary>
    public IImageDataset Dataset { get; }

    /// <summary>What is done to each picture.</summary>
    public SamplePipeline Pipeline { get; }

    /// <summary>The options.</summary>
    public DataLoaderOptions Options { get; }

    /// <summary>Batches in an epoch.</summary>
    public int BatchesPerEpoch => Plan.Batches;

    /// <summary>
    /// Pictures in an epoch: fewer than the data set's when <see cref="DataLoaderOptions.DropLast"/> leaves some out, others when
    /// <see cref="DataLoaderOptions.Instances"/> takes some again.
    /// </summary>
    public int ImagesPerEpoch => Plan.Images;

    internal BatchOrder Plan { get; }

    internal StandIns StandIns { get; }

    /// <summary>The indices of an epoch's pictures, in the order of its batches.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    public int[] Order(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        return Plan.Draw(_order.Fork((ulong)epoch));
    }

    /// <summary>The names of the pictures of a batch.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="number">The batch, 0 to <see cref="BatchesPerEpoch"/> − 1.</param>
    internal IEnumerable<string> Names(int epoch, int number) => Order(epoch)[Plan.Of(number)].Select(Dataset.Name);

    /// <summary>The batches of an epoch, in order. Leaving the loop ends the workers; each batch is the caller's to dispose.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="firstBatch">The number of the first batch to make, 0 to <see cref="BatchesPerEpoch"/>.</param>
    /// <param name="cancellation">Ends the wait for a batch.</param>
    /// <exception cref="DataException">
    /// A picture cannot be read, and <see cref="DataLoaderOptions.Damaged"/> does not say what to do; thrown when its batch's turn comes, after all before it.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IEnumerable<Batch> Read(int epoch, int firstBatch = 0, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstBatch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstBatch, BatchesPerEpoch);
        return ReadBatches(epoch, [.. Enumerable.Range(firstBatch, BatchesPerEpoch - firstBatch)], cancellation);
    }

    /// <summary>Some batches of an epoch: those of one process of several, for one.</summary>
    /// <param name="epoch">The epoch, counted from 0.</param>
    /// <param name="numbers">The numbers of the batches, each 0 to <see cref="BatchesPerEpoch"/> − 1, in the order in which they are wanted.</param>
    /// <param name="cancellation">Ends the wait for a batch.</param>
    /// <exception cref="DataException">
    /// A picture cannot be read, and <see cref="DataLoaderOptions.Damaged"/> does not say what to do; thrown when its batch's turn comes, after all before it.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IEnumerable<Batch> ReadBatches(int epoch, IReadOnlyList<int> numbers, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentNullException.ThrowIfNull(numbers);
        foreach (int number in numbers)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(number, nameof(numbers));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, BatchesPerEpoch, nameof(numbers));
        }

        return Options.Workers == 0 ? ReadInline(epoch, numbers, cancellation) : ReadAhead(epoch, numbers, cancellation);
    }

    private IEnumerable<Batch> ReadInline(int epoch, IReadOnlyList<int> numbers, CancellationToken cancellation)
    {
        var plan = new EpochPlan(this, epoch, _augmentation);
        foreach (int number in numbers)
        {
            cancellation.ThrowIfCancellationRequested();
            var work = new PendingBatch(plan, number);
            work.RunAll(ParallelPool.Threads);
            yield return work.Finish();
        }
    }

    private IEnumerable<Batch> ReadAhead(int epoch, IReadOnlyList<int> numbers, CancellationToken cancellation)
    {
        var plan = new EpochPlan(this, epoch, _augmentation);
        using var crew = new LoaderWorkers(plan, numbers, Options.Workers, Options.Prefetch);
        for (int i = 0; i < numbers.Count; i++)
        {
            yield return crew.Next(cancellation);
        }
    }
}
