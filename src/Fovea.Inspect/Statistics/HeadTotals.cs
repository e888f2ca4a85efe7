using Fovea.Attention;

namespace Fovea.Inspect;

/// <summary>Adds up the rows of one head, picture by picture.</summary>
internal sealed class HeadTotals
{
    private readonly string _site;
    private readonly int _head;
    private readonly (RelationGrid Queries, RelationGrid Keys) _grids;
    private readonly int[] _rows;
    private readonly (double Y, double X)?[] _queryPlaces;
    private readonly (double Y, double X)?[] _keyPlaces;
    private readonly double[] _means;
    private readonly double[] _squares;
    private double _entropy;
    private double _distance;
    private double _uniform;
    private double _self;
    private double _prefix;
    private int _placed;
    private int _pictures;

    public HeadTotals(string site, int head, RelationMap relation, (int Height, int Width) picture, int mostRows)
    {
        (_site, _head, _grids) = (site, head, (relation.Queries, relation.Keys));

        // Evenly spaced over all queries, the first one, a class token if there is one, among them.
        int count = Math.Min(mostRows, relation.Queries.Count);
        _rows = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * relation.Queries.Count / count))];
        _queryPlaces = Places(relation.Queries, picture);
        _keyPlaces = Places(relation.Keys, picture);
        _means = new double[count * relation.Keys.Count];
        _squares = new double[_means.Length];
    }

    /// <summary>Takes the rows of a picture.</summary>
    public void Add(RelationMap relation, int sample)
    {
        if (relation.Queries.Count != _grids.Queries.Count || relation.Keys.Count != _grids.Keys.Count)
        {
            throw new ShapeException(_site, $"{_grids.Queries.Count} queries and {_grids.Keys.Count} keys, as in the pictures before",
                $"{relation.Queries.Count} and {relation.Keys.Count}", "take pictures of one size");
        }

        _pictures++;
        for (int r = 0; r < _rows.Length; r++)
        {
            float[] row = relation.Row(sample, _head, _rows[r]);
            double sum = row.Sum(static v => (double)MathF.Abs(v));
            for (int k = 0; k < row.Length; k++)
            {
                // Relations without a softmax are judged by their size; a row of zeros stays one.
                double share = sum > 0 ? MathF.Abs(row[k]) / sum : 0;
                int at = r * row.Length + k;
                double before = share - _means[at];
                _means[at] += before / _pictures;
                _squares[at] += before * (share - _means[at]);
                _entropy -= share > 0 ? share * Math.Log2(share) : 0;
                _prefix += k < _grids.Keys.Prefix ? share : 0;
                _self += k == _rows[r] ? share : 0;
            }

            AddDistance(row, _queryPlaces[_rows[r]]);
        }
    }

    public HeadStatistics Conclude()
    {
        int rows = _rows.Length * _pictures, keys = _grids.Keys.Count;
        bool alike = _grids.Queries.Count == keys;
        return new HeadStatistics(
            _site, _head, _grids.Queries.Count, keys, rows, _entropy / rows, _placed > 0 ? _distance / _placed : double.NaN,
            _placed > 0 ? _uniform / _placed : double.NaN, alike ? _self / rows : double.NaN, _prefix / rows,
            Math.Sqrt(_squares.Average() / _pictures) * keys);
    }

    private static (double Y, double X)?[] Places(RelationGrid grid, (int Height, int Width) picture)
    {
        var places = new (double, double)?[grid.Count];
        if (grid.Axes is [var height, var width])
        {
            for (int i = 0; i < height * width; i++)
            {
                (int y, int x) = Math.DivRem(i, width);
                places[grid.Prefix + i] = ((y + 0.5) * picture.Height / height, (x + 0.5) * picture.Width / width);
            }
        }

        return places;
    }

    // Over the keys that have a place alone: what a class token gets is no distance.
    private void AddDistance(float[] row, (double Y, double X)? from)
    {
        if (from is not { } here)
        {
            return;
        }

        double weighed = 0, weights = 0, all = 0;
        int count = 0;
        for (int k = 0; k < row.Length; k++)
        {
            if (_keyPlaces[k] is { } there)
            {
                double distance = Math.Sqrt((there.Y - here.Y) * (there.Y - here.Y) + (there.X - here.X) * (there.X - here.X));
                weighed += MathF.Abs(row[k]) * distance;
                weights += MathF.Abs(row[k]);
                all += distance;
                count++;
            }
        }

        if (weights > 0)
        {
            _distance += weighed / weights;
            _uniform += all / count;
            _placed++;
        }
    }
}
