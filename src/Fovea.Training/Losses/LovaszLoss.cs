namespace Fovea.Training;

/// <summary>
/// The Lovász extension of the Jaccard loss (Berman et al., "The Lovász-Softmax loss", 2018): for each class that occurs, the errors
/// <c>|t − p|</c> of the whole batch in falling order, each times how much the Jaccard loss grows when its place becomes wrong.
/// </summary>
/// <remarks>
/// The loss is piecewise linear in the errors: their order is found outside of the tape, the growth is a constant factor, and the gradient
/// is exact wherever no two errors are equal. Equal errors keep the order of their places.
/// </remarks>
public sealed class LovaszLoss : Loss
{
    /// <summary>The label of places that do not count; default −100.</summary>
    public long IgnoreIndex { get; init; } = DefaultIgnoreIndex;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor logits, Tensor targets)
    {
        var dense = new DenseLabels("lovasz", logits, targets, IgnoreIndex);
        Tensor truth = dense.OneHot(logits.DType);
        Tensor mask = dense.Mask(logits.DType);

        // |t − p| without a kink: t is 0 or 1.
        Tensor errors = (truth + (1 - truth * 2) * dense.Probabilities(logits)) * mask;
        return (errors * Growth(dense, errors, truth, mask)).Sum();
    }

    private static Tensor Growth(DenseLabels dense, Tensor errors, Tensor truth, Tensor mask)
    {
        double[] e = Numbers(errors), t = Numbers(truth), m = Numbers(mask);
        double[] growth = new double[e.Length];
        int[] channels = [.. Enumerable.Range(0, dense.Channels).Where(c => dense.Counts[dense.ClassOf(c)] > 0)];
        foreach (int channel in channels)
        {
            int[] places = Falling(dense, channel, e, m);
            double positives = 0;
            foreach (int i in places)
            {
                positives += t[i];
            }

            double found = 0, wrong = 0, before = 0;
            foreach (int i in places)
            {
                found += t[i];
                wrong += 1 - t[i];
                double jaccard = 1 - (positives - found) / (positives + wrong);
                growth[i] = (jaccard - before) / channels.Length;
                before = jaccard;
            }
        }

        return Tensor.From(growth, errors.Shape).To(errors.DType);
    }

    // The places of a channel that count, the largest errors first; among equal ones, the first place first.
    private static int[] Falling(DenseLabels dense, int channel, double[] errors, double[] mask)
    {
        var found = new List<int>(dense.Images * dense.Places);
        for (int n = 0; n < dense.Images; n++)
        {
            int start = (n * dense.Channels + channel) * dense.Places;
            for (int i = start; i < start + dense.Places; i++)
            {
                if (mask[i] > 0)
                {
                    found.Add(i);
                }
            }
        }

        int[] places = [.. found];
        double[] keys = [.. found.Select(i => -errors[i])];
        Array.Sort(keys, places);
        for (int from = 0; from < keys.Length;)
        {
            int to = from + 1;
            while (to < keys.Length && keys[to] == keys[from])
            {
                to++;
            }

            Array.Sort(places, from, to - from);
            from = to;
        }

        return places;
    }

    private static double[] Numbers(Tensor tensor) => tensor.To(DType.Float64).ToArray<double>();
}
