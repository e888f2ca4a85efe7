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
