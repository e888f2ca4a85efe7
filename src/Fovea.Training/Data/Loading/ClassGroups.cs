namespace Fovea.Training.Data;

/// <summary>
/// Batches of P classes with K pictures of each (Hermans et al., "In Defense of the Triplet Loss for Person Re-Identification", 2017), so that a batch
/// holds both pictures that belong together and pictures that do not. The pictures of a class are dealt into groups of K in a new order each epoch, the last
/// filled up with others of it; a class with fewer than K gives some of its pictures more than once. No batch has a class twice; what
/// is left of large classes when all others are used up waits for another epoch. Data of fewer than P classes make batches of all of them.
/// </summary>
internal sealed class ClassGroups : BatchOrder
{
    private readonly int[][] _classes;
    private readonly int _classesPerBatch;
    private readonly int _instances;

    /// <summary>Counts the pictures of each class.</summary>
    /// <param name="dataset">The data.</param>
    /// <param name="classes">P, at least 1.</param>
    /// <param name="instances">K, at least 1.</param>
    public ClassGroups(IImageDataset dataset, int classes, int instances)
    {
        _classes = [.. Enumerable.Range(0, dataset.Count).GroupBy(dataset.Label).OrderBy(g => g.Key).Select(g => g.ToArray())];
        (_classesPerBatch, _instances) = (Math.Min(classes, _classes.Length), instances);

        Batches = MostBatches();
    }

    public override int Batches { get; }

    public override int Images => Batches * Size;

    private int Size => _classesPerBatch * _instances;

    public override int[] Draw(Generator random)
    {
        int[][] classes = [.. _classes];
        random.Shuffle<int[]>(classes);

        // The groups of a class stand in a row, no more than there are batches: dealt to the batches in turn, no batch gets two of them.
        int[] order = new int[Images];
        int dealt = 0;
        foreach (int[] members in classes)
        {
            int[] own = [.. members];
            random.Shuffle<int>(own);
            int groups = Math.Min(Groups(own), Batches);
            for (int group = 0; group < groups && dealt < Batches * _classesPerBatch; group++, dealt++)
            {
                int start = ((dealt % Batches) * Size) + (dealt / Batches * _instances);
                for (int i = 0; i < _instances; i++)
                {
                    order[start + i] = own[((group * _instances) + i) % own.Length];
                }
            }
        }

        return order;
    }

    public override Range Of(int number) => (number * Size)..((number + 1) * Size);

    // A batch takes one group of each of its classes, so of one class no more groups can be used than there are batches. One batch can always be filled.
    private int MostBatches()
    {
        int fits = 1, above = (_classes.Sum(Groups) / _classesPerBatch) + 1;
        while (above - fits > 1)
        {
            int tried = fits + ((above - fits) / 2);
            bool isFilled = _classes.Sum(c => (long)Math.Min(Groups(c), tried)) >= (long)_classesPerBatch * tried;
            (fits, above) = isFilled ? (tried, above) : (fits, tried);
        }

        return fits;
    }

    private int Groups(int[] members) => (members.Length + _instances - 1) / _instances;
}
