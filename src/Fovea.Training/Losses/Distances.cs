namespace Fovea.Training;

/// <summary>The distances between the rows of a tensor, [N, D] with N small: those within a batch.</summary>
internal sealed class Distances
{
    private readonly double[] _squares;
    private readonly int _count;

    /// <summary>Computes them; nothing is recorded for gradients.</summary>
    /// <param name="rows">float32 or float64, [N, D].</param>
    public Distances(Tensor rows)
    {
        (_count, int length) = (rows.Shape[0], rows.Shape[1]);
        double[] values = rows.DType == DType.Float32 ? Array.ConvertAll(rows.ToArray<float>(), static v => (double)v) : rows.ToArray<double>();
        _squares = new double[_count * _count];
        for (int a = 0; a < _count; a++)
        {
            ReadOnlySpan<double> one = values.AsSpan(a * length, length);
            for (int b = 0; b < a; b++)
            {
                ReadOnlySpan<double> other = values.AsSpan(b * length, length);
                double sum = 0;
                for (int i = 0; i < one.Length; i++)
                {
                    double difference = one[i] - other[i];
                    sum += difference * difference;
                }

                _squares[(a * _count) + b] = _squares[(b * _count) + a] = sum;
            }
        }
    }

    /// <summary>The square of the Euclidean distance of two rows.</summary>
    public double Square(int a, int b) => _squares[(a * _count) + b];

    /// <summary>The row nearest to another, the first of those that are equally near; −1 when there is no other.</summary>
    public int Nearest(int row) => Enumerable.Range(0, _count).Where(other => other != row).DefaultIfEmpty(-1).MinBy(other => other < 0 ? 0 : Square(row, other));
}
