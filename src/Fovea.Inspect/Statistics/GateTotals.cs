namespace Fovea.Inspect;

/// <summary>Adds up the weights of a gate, picture by picture: a few numbers for each unit and class, however many pictures come.</summary>
internal sealed class GateTotals(string site, int units, bool byClass)
{
    private const double Open = 0.99, Shut = 0.01;
    private const int MostTop = 5;

    private readonly double[] _means = new double[units];
    private readonly double[] _squares = new double[units];
    private readonly float[] _least = [.. Enumerable.Repeat(float.PositiveInfinity, units)];
    private readonly float[] _most = [.. Enumerable.Repeat(float.NegativeInfinity, units)];
    private readonly SortedDictionary<int, (int Count, double[] Sums)> _classes = [];
    private int _pictures;

    /// <summary>Refuses a gate of another number of units than that of the pictures before.</summary>
    /// <exception cref="ShapeException">It has.</exception>
    public void Check(int found)
    {
        if (found != units)
        {
            throw new ShapeException(site, $"weights of {units} units, as in the pictures before", $"of {found}", "take pictures of one size");
        }
    }

    /// <summary>Takes the weights of a picture.</summary>
    /// <param name="weights">For each unit its weights in the picture, as many for each: one, or one for each position.</param>
    /// <param name="label">The picture's class, or null.</param>
    public void Add(ReadOnlySpan<float> weights, int? label)
    {
        _pictures++;
        int each = weights.Length / units;
        double[]? sums = label is { } known && byClass ? SumsOf(known) : null;
        for (int u = 0; u < units; u++)
        {
            double sum = 0;
            foreach (float weight in weights.Slice(u * each, each))
            {
                sum += weight;
                _least[u] = MathF.Min(_least[u], weight);
                _most[u] = MathF.Max(_most[u], weight);
            }

            // Welford's update: no difference of large sums.
            double value = sum / each, before = value - _means[u];
            _means[u] += before / _pictures;
            _squares[u] += before * (value - _means[u]);
            if (sums is not null)
            {
                sums[u] += value;
            }
        }
    }

    public GateStatistics Conclude()
    {
        double mean = _means.Average();
        ClassGate[] classes = [.. _classes.Select(c => Of(c.Key, c.Value.Count, c.Value.Sums))];
        return new GateStatistics(
            site, units, _pictures, mean, _least.Min(), _most.Max(), _least.Count(static w => w > Open), _most.Count(static w => w < Shut),
            Math.Sqrt(_squares.Average() / _pictures), Math.Sqrt(_means.Average(m => (m - mean) * (m - mean))), [.. _means], classes, Shares(classes));
    }

    private double[] SumsOf(int label)
    {
        (int count, double[] sums) = _classes.GetValueOrDefault(label, (0, new double[units]));
        _classes[label] = (count + 1, sums);
        return sums;
    }

    private ClassGate Of(int label, int count, double[] sums)
    {
        double[] means = Array.ConvertAll(sums, s => s / count);
        int[] top = [.. Enumerable.Range(0, units).OrderByDescending(u => means[u] - _means[u]).Take(MostTop)];
        return new ClassGate(label, count, means, top);
    }

    private double[] Shares(ClassGate[] classes) => classes.Length == 0
        ? []
        : [.. Enumerable.Range(0, units).Select(u => _squares[u] > 0
            ? Math.Clamp(classes.Sum(c => c.Pictures * (c.Means[u] - _means[u]) * (c.Means[u] - _means[u])) / _squares[u], 0, 1)
            : 0)];
}
