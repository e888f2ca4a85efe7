namespace Fovea.Training.Data;

/// <summary>Each picture once, shuffled or in the order of the data. The last batch takes what is left.</summary>
/// <param name="count">Pictures in the data.</param>
/// <param name="options">The size of a batch, and what becomes of the last.</param>
internal class EachOnce(int count, DataLoaderOptions options) : BatchOrder
{
    protected DataLoaderOptions Options { get; } = options;

    public override int Batches
    {
        get
        {
            (int full, int rest) = Math.DivRem(count, Options.BatchSize);
            bool hasOwnLast = rest > 0 && (full == 0 || (!Options.DropLast && rest >= Options.SmallestLast));
            return full + (hasOwnLast ? 1 : 0);
        }
    }

    public override int Images => Options.DropLast ? (int)Math.Min(count, (long)Batches * Options.BatchSize) : count;

    public override int[] Draw(Generator random)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        if (Options.Shuffle)
        {
            random.Shuffle<int>(order);
        }

        return order;
    }

    // The last takes fewer pictures than the others, or, where too few for a batch of their own joined it, more.
    public override Range Of(int number)
    {
        int start = number * Options.BatchSize;
        return start..(number == Batches - 1 ? Images : start + Options.BatchSize);
    }
}
