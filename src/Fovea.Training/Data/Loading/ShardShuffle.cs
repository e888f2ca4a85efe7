namespace Fovea.Training.Data;

/// <summary>
/// Each picture once, in an order in which files of many are read nearly from front to back: the files in an order of their own each epoch, and the row of
/// their pictures shuffled within a buffer, as if so many were held ready and one of them, drawn by chance, were taken each time and the next put in its
/// place. A buffer of the whole set gives the uniform shuffle. A function of the generator alone, it takes 4 bytes a picture.
/// </summary>
internal sealed class ShardShuffle(IImageDataset dataset, IStoredInParts parts, DataLoaderOptions options) : EachOnce(dataset.Count, options)
{
    private readonly int[] _starts = [.. Enumerable.Range(0, dataset.Count).Where(i => i == 0 || parts.PartOf(i) != parts.PartOf(i - 1)), dataset.Count];

    public override int[] Draw(Generator random)
    {
        int[] shards = [.. Enumerable.Range(0, _starts.Length - 1)];
        random.Shuffle<int>(shards);
        int[] order = new int[_starts[^1]];
        int filled = 0;
        foreach (int shard in shards)
        {
            for (int i = _starts[shard]; i < _starts[shard + 1]; i++)
            {
                order[filled++] = i;
            }
        }

        for (int i = 0; i < order.Length; i++)
        {
            int j = i + random.Next(Math.Min(Options.ShuffleBuffer, order.Length - i));
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
