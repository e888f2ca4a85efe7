namespace Fovea.Training.Data;

/// <summary>What the workers of one epoch share and only read: the order, and where each picture's randomness comes from.</summary>
internal sealed class EpochPlan
{
    private readonly int[] _order;
    private readonly int[] _times;
    private readonly Generator _random;

    public EpochPlan(DataLoader loader, int epoch, Generator augmentation)
    {
        Loader = loader;
        Epoch = epoch;
        _order = loader.Order(epoch);
        _random = augmentation.Fork((ulong)epoch);
        int[] times = new int[loader.Dataset.Count];
        _times = Array.ConvertAll(_order, index => times[index]++);
    }

    public DataLoader Loader { get; }

    public int Epoch { get; }

    /// <summary>The indices of a batch's pictures.</summary>
    public int[] Indices(int number) => _order[Loader.Plan.Of(number)];

    /// <summary>A picture as it goes into a batch: as it is, or in a mosaic with three others.</summary>
    /// <param name="index">Its place in the data; afterwards that of the one which was read in its place.</param>
    /// <param name="random">The generator of its augmentation.</param>
    /// <param name="found">Takes the damaged pictures that were met.</param>
    public ImageSample Sample(ref int index, Generator random, ICollection<DamagedPicture> found)
    {
        ImageSample own = Loader.StandIns.Get(ref index, found);
        double share = Loader.Pipeline.Options.Mosaic;
        if (share == 0 || random.NextDouble() >= share)
        {
            return own;
        }

        BoxSample[] four = [BoxSample.Of(own), .. Enumerable.Range(1, Mosaic.Pictures - 1).Select(_ => BoxSample.Of(Drawn()))];
        return Mosaic.Of(four, Loader.Pipeline, random);

        ImageSample Drawn()
        {
            int drawn = random.Next(Loader.Dataset.Count);
            return Loader.StandIns.Get(ref drawn, found);
        }
    }

    /// <summary>
    /// The generator of a picture's augmentation in this epoch. It depends on the picture and on how often it came before in the epoch, not on its place in
    /// the order.
    /// </summary>
    /// <param name="number">The batch.</param>
    /// <param name="position">The place in the batch.</param>
    public Generator RandomOf(int number, int position)
    {
        int place = Loader.Plan.Of(number).Start.Value + position;
        Generator own = _random.Fork((ulong)_order[place]);
        return _times[place] == 0 ? own : own.Fork((ulong)_times[place]);
    }
}
