namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> Relations =>
    [
        OfAll<CrissCrossOp>((op, x) => CrissCross(x[0], x[1], x[2], x[3], x[4].Values[0])),
        OfAll<PointwiseOp>((op, x) => Pointwise(op.Rules, x[0], x[1])),
    ];

    // The full matrix of one map at a time: logit, softmax down each target's column, product. Then the statistics of the columns.
    private static RefTensor[] Pointwise(PointwiseRules rules, RefTensor x, RefTensor maps)
    {
        (int h, int w, int n) = (x.Shape[2], x.Shape[3], x.Shape[2] * x.Shape[3]);
        (int halfHeight, int halfWidth) = (rules.Mask.Height / 2, rules.Mask.Width / 2);
        var result = new RefTensor(x.Shape);
        var statistics = new RefTensor(3, x.Shape[0], h, w);
        foreach (int[] at in RefTensor.Indices([x.Shape[0], n]))
        {
            (int map, int target) = (at[0], at[1]);
            (double Logit, bool Inside)[] column = [.. Enumerable.Range(0, n).Select(source =>
            {
                (int owner, int other) = rules.Distribute ? (source, target) : (target, source);
                (int dy, int dx) = (other / w - owner / w + halfHeight, other % w - owner % w + halfWidth);
                return dy >= 0 && dx >= 0 && dy < rules.Mask.Height && dx < rules.Mask.Width
                    ? (maps[map, (dy * rules.Mask.Width) + dx, owner / w, owner % w], true)
                    : (rules.Masked && rules.Softmax ? double.NegativeInfinity : 0, false);
            })];
            double max = rules.Softmax ? column.Max(c => c.Logit) : 0;
            double sum = rules.Softmax ? column.Sum(c => Math.Exp(c.Logit - max)) : 1;
            double[] weights = [.. column.Select(c => rules.Softmax ? Math.Exp(c.Logit - max) / sum : c.Logit)];
            statistics[0, map, target / w, target % w] = max;
            statistics[1, map, target / w, target % w] = 1 / sum;
            statistics[2, map, target / w, target % w] =
                rules.Softmax ? column.Index().Where(c => !c.Item.Inside).Select(c => weights[c.Index]).FirstOrDefault() : 0;
            for (int c = 0; c < x.Shape[1]; c++)
            {
                result[map, c, target / w, target % w] = rules.Scale * weights.Index().Sum(s => s.Item * x[map, c, s.Index / w, s.Index % w]);
            }
        }

        return [result, statistics];
    }

    // Position by position: the weights of the cross, then their sum over the values.
    private static RefTensor[] CrissCross(RefTensor q, RefTensor k, RefTensor v, RefTensor x, double gamma)
    {
        (int h, int w) = (q.Shape[2], q.Shape[3]);
        var result = new RefTensor(v.Shape);
        var statistics = new RefTensor(2, q.Shape[0], h, w);
        foreach (int[] at in RefTensor.Indices([q.Shape[0], h, w]))
        {
            (int n, int row, int column) = (at[0], at[1], at[2]);
            var cross = Enumerable.Range(0, w).Select(j => (Row: row, Column: j))
                .Concat(Enumerable.Range(0, h).Where(i => i != row).Select(i => (Row: i, Column: column))).ToArray();
            double[] logits = [.. cross.Select(p => Enumerable.Range(0, q.Shape[1]).Sum(d => q[n, d, row, column] * k[n, d, p.Row, p.Column]))];
            double[] weights = [.. logits.Select(l => Math.Exp(l - logits.Max()))];
            double sum = weights.Sum();
            statistics[0, n, row, column] = logits.Max();
            statistics[1, n, row, column] = 1 / sum;
            for (int c = 0; c < v.Shape[1]; c++)
            {
                double attended = cross.Index().Sum(p => weights[p.Index] * v[n, c, p.Item.Row, p.Item.Column]) / sum;
                result[n, c, row, column] = x[n, c, row, column] + (gamma * attended);
            }
        }

        return [result, statistics];
    }
}
