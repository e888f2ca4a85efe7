namespace Fovea.Attention;

/// <summary>
/// Who looks at whom: a relation of queries to keys. It holds what rows and columns are computed from when they are asked for (shares of
/// queries and keys, and two numbers a row), never the relation itself, whose size grows with the square of the positions.
/// </summary>
/// <param name="Name">Which map it is.</param>
public abstract record RelationMap(string Name) : AttentionMap(Name)
{
    /// <summary>Number of samples.</summary>
    public required int Batch { get; init; }

    /// <summary>Number of heads; 1 where there are none.</summary>
    public required int Heads { get; init; }

    /// <summary>What looks.</summary>
    public required RelationGrid Queries { get; init; }

    /// <summary>What is looked at.</summary>
    public required RelationGrid Keys { get; init; }

    /// <summary>How many relations, one after the other, this one is the product of (default 1).</summary>
    public virtual int Hops => 1;

    /// <summary>
    /// What the values became, weighed by the relation: where gradients of the relation begin (<see cref="Tensor.Gradients"/> finds the way to
    /// it). Null where the mechanism does not show it.
    /// </summary>
    public virtual Tensor? Output => null;

    /// <summary>Whether every row adds up to 1 (or to 0, where a query may attend to nothing).</summary>
    public abstract bool IsNormalized { get; }

    /// <summary>How much a query looks at each key: one number for each of <see cref="Keys"/>.</summary>
    /// <param name="batch">The sample, from 0.</param>
    /// <param name="head">The head, from 0.</param>
    /// <param name="query">The query, from 0, counted along the grid's last axis first.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample, head or query.</exception>
    public float[] Row(int batch, int head, int query)
    {
        Check(batch, head, nameof(query), query, Queries.Count);
        return Array.ConvertAll(RowOf(batch, head, query), static v => (float)v);
    }

    /// <summary>How much each query looks at a key: one number for each of <see cref="Queries"/>.</summary>
    /// <param name="batch">The sample, from 0.</param>
    /// <param name="head">The head, from 0.</param>
    /// <param name="key">The key, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample, head or key.</exception>
    public float[] Column(int batch, int head, int key)
    {
        Check(batch, head, nameof(key), key, Keys.Count);
        return Array.ConvertAll(ColumnOf(batch, head, key), static v => (float)v);
    }

    /// <summary>The gradient of a row, from that of <see cref="Output"/>: <c>∂s/∂a_ij = Σ_d ∂s/∂y_id · v_jd</c>.</summary>
    /// <param name="batch">The sample, from 0.</param>
    /// <param name="head">The head, from 0.</param>
    /// <param name="query">The query, from 0.</param>
    /// <param name="gradient">Of the shape of <see cref="Output"/>.</param>
    /// <returns>One number for each of <see cref="Keys"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample, head or query.</exception>
    /// <exception cref="NotSupportedException">The relation has no <see cref="Output"/>.</exception>
    /// <exception cref="ShapeException">The gradient has another shape.</exception>
    public float[] RowGradient(int batch, int head, int query, Tensor gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        Check(batch, head, nameof(query), query, Queries.Count);
        Shape expected = (Output ?? throw new NotSupportedException($"{Name}: the relation does not show what it was multiplied with.")).Shape;
        return gradient.Shape == expected
            ? Array.ConvertAll(RowGradientOf(batch, head, query, gradient), static v => (float)v)
            : throw new ShapeException("RowGradient", expected.ToString(), gradient.Shape.ToString());
    }

    /// <summary>The gradient of a row, of relations that have an <see cref="Output"/>.</summary>
    private protected virtual double[] RowGradientOf(int batch, int head, int query, Tensor gradient) => throw new NotSupportedException(Name);

    /// <summary>One number of the relation.</summary>
    private protected abstract double Entry(int batch, int head, int query, int key);

    /// <summary>A row; override it where it comes cheaper as a whole.</summary>
    private protected virtual double[] RowOf(int batch, int head, int query)
    {
        double[] row = new double[Keys.Count];
        for (int key = 0; key < row.Length; key++)
        {
            row[key] = Entry(batch, head, query, key);
        }

        return row;
    }

    /// <summary>A column; override it where it comes cheaper as a whole.</summary>
    private protected virtual double[] ColumnOf(int batch, int head, int key)
    {
        double[] column = new double[Queries.Count];
        for (int query = 0; query < column.Length; query++)
        {
            column[query] = Entry(batch, head, query, key);
        }

        return column;
    }

    private void Check(int batch, int head, string name, int index, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(batch);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(batch, Batch);
        ArgumentOutOfRangeException.ThrowIfNegative(head);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(head, Heads);
        ArgumentOutOfRangeException.ThrowIfNegative(index, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count, name);
    }
}

/// <summary>How the positions of one side of a relation lie: tokens that stand for no place, then a grid.</summary>
/// <param name="Axes">The lengths of the grid's axes: <c>[H, W]</c> for maps, <c>[L]</c> for a sequence, <c>[C]</c> for channels.</param>
/// <param name="Prefix">Tokens before the grid, such as ViT's class token (default 0).</param>
public sealed record RelationGrid(IReadOnlyList<int> Axes, int Prefix = 0)
{
    /// <summary>Whether its places are channels, which lie nowhere in a picture (default false).</summary>
    public bool IsOfChannels { get; private init; }

    /// <summary>Number of positions, the tokens before the grid included.</summary>
    public int Count { get; } = Prefix + Axes.Aggregate(1, static (product, length) => product * length);

    /// <summary>The grid of a tensor's positions, <c>[N, C, …]</c> without batch and channels.</summary>
    public static RelationGrid OfMaps(Tensor maps)
    {
        ArgumentNullException.ThrowIfNull(maps);
        return new RelationGrid(maps.Shape.Lengths[2..].ToArray());
    }

    /// <summary>A sequence.</summary>
    public static RelationGrid Sequence(int length) => new([length]);

    /// <summary>Channels.</summary>
    public static RelationGrid Channels(int count) => new([count]) { IsOfChannels = true };
}
