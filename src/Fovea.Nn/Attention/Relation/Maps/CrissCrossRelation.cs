namespace Fovea.Attention;

/// <summary>The softmax of each position over its row and its column: <c>e^(q·k − m) · r</c> on the cross, 0 elsewhere.</summary>
internal sealed record CrissCrossRelation(string Name) : RelationMap(Name)
{
    /// <summary>[N, D, H, W] each.</summary>
    public required (Tensor Queries, Tensor Keys) Operands { get; init; }

    /// <summary>[2, N, H, W].</summary>
    public required Tensor Statistics { get; init; }

    public override bool IsNormalized => true;

    public static CrissCrossRelation Of(string name, Tensor q, Tensor k, Tensor statistics)
    {
        RelationGrid grid = RelationGrid.OfMaps(q);
        return new(name)
        {
            Batch = q.Shape[0],
            Heads = 1,
            Queries = grid,
            Keys = grid,
            Operands = (AttentionRecorder.Share(q), AttentionRecorder.Share(k)),
            Statistics = AttentionRecorder.Share(statistics),
        };
    }

    /// <summary><c>v · A</c>, or <c>A · v</c>: one step of a path, over the crosses of the places where v is not 0.</summary>
    public double[] Step(int batch, double[] v, bool fromQueries)
    {
        double[] result = new double[v.Length];
        for (int at = 0; at < v.Length; at++)
        {
            if (v[at] == 0)
            {
                continue;
            }

            foreach (int other in Cross(at))
            {
                result[other] += v[at] * (fromQueries ? Weight(batch, at, other) : Weight(batch, other, at));
            }
        }

        return result;
    }

    private protected override double Entry(int batch, int head, int query, int key)
    {
        int width = Queries.Axes[1];
        return query / width == key / width || query % width == key % width ? Weight(batch, query, key) : 0;
    }

    private IEnumerable<int> Cross(int at)
    {
        (int height, int width) = (Queries.Axes[0], Queries.Axes[1]);
        (int row, int column) = Math.DivRem(at, width);
        for (int x = 0; x < width; x++)
        {
            yield return (row * width) + x;
        }

        for (int y = 0; y < height; y++)
        {
            if (y != row)
            {
                yield return (y * width) + column;
            }
        }
    }

    private double Weight(int batch, int query, int key)
    {
        (int depth, int count) = (Operands.Queries.Shape[1], Queries.Count);
        int first = batch * depth * count;
        double logit = RelationNumbers.Dot(Operands.Queries, first + query, count, Operands.Keys, first + key, count, depth);
        int row = (batch * count) + query;
        return Math.Exp(logit - RelationNumbers.At(Statistics, row)) * RelationNumbers.At(Statistics, (Statistics.Elements / 2) + row);
    }
}

/// <summary>Criss-cross attention applied several times: how much of each position reaches another over all hops, the product of their relations.</summary>
internal sealed record CrissCrossPath(string Name) : RelationMap(Name)
{
    /// <summary>The relations in the order in which they were applied.</summary>
    public required IReadOnlyList<CrissCrossRelation> Steps { get; init; }

    public override int Hops => Steps.Count;

    public override bool IsNormalized => true;

    public static CrissCrossPath Of(string name, IReadOnlyList<CrissCrossRelation> hops) => new(name)
    {
        Batch = hops[0].Batch,
        Heads = 1,
        Queries = hops[0].Queries,
        Keys = hops[0].Keys,
        Steps = hops,
    };

    // A position of the result looks through the last hop first.
    private protected override double[] RowOf(int batch, int head, int query) =>
        Steps.Reverse().Aggregate(At(query), (v, hop) => hop.Step(batch, v, fromQueries: true));

    private protected override double[] ColumnOf(int batch, int head, int key) =>
        Steps.Aggregate(At(key), (v, hop) => hop.Step(batch, v, fromQueries: false));

    private protected override double Entry(int batch, int head, int query, int key) => RowOf(batch, head, query)[key];

    private double[] At(int place)
    {
        double[] v = new double[Queries.Count];
        v[place] = 1;
        return v;
    }
}
