namespace Fovea.Training.Data;

/// <summary>
/// How a <see cref="DataLoader"/> makes batches. Only <see cref="BatchSize"/>, <see cref="Shuffle"/>, <see cref="ShuffleBuffer"/>,
/// <see cref="DropLast"/>, <see cref="SmallestLast"/>, <see cref="Instances"/>, <see cref="Damaged"/> and <see cref="Seed"/> decide what is in them.
/// </summary>
public sealed record DataLoaderOptions
{
    internal const int UsualShuffleBuffer = 10_000;

    /// <summary>Pictures in a batch (at least 1, default 128).</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Whether each epoch has an order of its own, drawn from the seed (default), or all have the data's.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>
    /// Of data in shards, how many pictures the order is shuffled among at a time (at least 1, default 10,000): the more, the more evenly shuffled, the fewer, the
    /// nearer what is read at a time lies together. Other data are shuffled whole.
    /// </summary>
    public int ShuffleBuffer { get; init; } = UsualShuffleBuffer;

    /// <summary>Whether a last batch that is not full is left out (default false). A set smaller than one batch is never left out.</summary>
    public bool DropLast { get; init; }

    /// <summary>
    /// The fewest pictures that a last batch of its own may hold (at least 1, the default); fewer join the batch before it. Training takes 2:
    /// batch norm over maps of one pixel knows no variance of a single picture.
    /// </summary>
    public int SmallestLast { get; init; } = 1;

    /// <summary>
    /// Pictures of each class in a batch (at least 1), of <c>BatchSize / Instances</c> classes but two at least, drawn anew each epoch; the options about order and
    /// last batches then say nothing. A class with fewer pictures gives some of them more than once. Null (default): each picture once.
    /// </summary>
    public int? Instances { get; init; }

    /// <summary>What is done about a picture that turns out to be damaged; by default its batch is an error. What was found is in <see cref="Batch.Damaged"/>.</summary>
    public DamagedPictures Damaged { get; init; }

    /// <summary>The seed of the order and of every augmentation (default 0).</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// Threads that make batches ahead of the consumer, 0 to 256. 0, the default: the consumer makes each when it asks for it, on as many
    /// threads as the arithmetic has. A training step keeps every processor busy, and readers beside it would hold up its threads for
    /// longer than their own work takes; they pay where pictures come slowly, from a network for one.
    /// </summary>
    public int Workers { get; init; }

    /// <summary>The most batches that lie ready or are being made at once where there are workers (at least 1, default 4).</summary>
    public int Prefetch { get; init; } = 4;

    internal void Validate()
    {
        Require(BatchSize >= 1, nameof(BatchSize), BatchSize, "at least 1");
        Require(SmallestLast >= 1, nameof(SmallestLast), SmallestLast, "at least 1");
        Require(ShuffleBuffer >= 1, nameof(ShuffleBuffer), ShuffleBuffer, "at least 1");
        Require(Instances is null or >= 1, nameof(Instances), Instances ?? 0, "at least 1");
        Require(Workers is >= 0 and <= 256, nameof(Workers), Workers, "0 to 256");
        Require(Prefetch >= 1, nameof(Prefetch), Prefetch, "at least 1");
    }

    private static void Require(bool holds, string option, int value, string range)
    {
        if (!holds)
        {
            throw new OptionException("loader", $"{option} must be {range}, got {value}.");
        }
    }
}
