namespace Fovea.Contract.Tests.Ops;

internal static partial class References
{
    private static IEnumerable<(Type Op, Func<Op, RefTensor[], RefTensor[]> Run)> Attentions =>
    [
        OfAll<ScaledDotProductAttentionOp>((op, x) => Attention(op.Rules, x)),
    ];

    private static RefTensor[] Attention(AttentionAttributes a, RefTensor[] x)
    {
        RefTensor[] qkv = a.Packed ? [Third(x[0], 0), Third(x[0], 1), Third(x[0], 2)] : x[..3];
        RefTensor q = ToHeads(qkv[0], a), k = ToHeads(qkv[1], a), v = ToHeads(qkv[2], a);
        RefTensor? mask = a.HasMask ? x[a.Packed ? 1 : 3] : null;
        RefTensor? keyMask = a.HasKeyMask ? x[^1] : null;
        int[] full = [q.Shape[0], q.Shape[1], q.Shape[2], k.Shape[2]];

        // Booleans have become 0 and 1: those of a float mask are told apart by the sample, which has it after three operands of its type.
        bool isBias = mask is not null && mask.Values.Any(m => m is not (0 or 1));
        RefTensor logits = RefTensor.Build(full, at =>
        {
            (int b, int h, int i, int j) = (at[0], at[1], at[2], at[3]);
            double logit = Enumerable.Range(0, q.Shape[3]).Sum(f => q[b, h, i, f] * k[b, h, j, f]) * (a.Scale ?? 1 / Math.Sqrt(q.Shape[3]));
            double entry = mask is null ? 1 : At(mask, at);
            bool allowed = (isBias || entry != 0) && (keyMask is null || keyMask[b, j] != 0) && (!a.Causal || j <= i);
            return allowed ? logit + (isBias ? entry : 0) : double.NegativeInfinity;
        });
        RefTensor y = new([q.Shape[0], q.Shape[1], q.Shape[2], v.Shape[3]]);
        RefTensor statistics = new([2, q.Shape[0], q.Shape[1], q.Shape[2]]);
        foreach (int[] at in RefTensor.Indices([full[0], full[1], full[2]]))
        {
            (int b, int h, int i) = (at[0], at[1], at[2]);
            double[] row = [.. Enumerable.Range(0, full[3]).Select(j => logits[b, h, i, j])];
            double max = row.DefaultIfEmpty(double.NegativeInfinity).Max();
            max = double.IsNegativeInfinity(max) ? 0 : max;
            double sum = row.Sum(l => Math.Exp(l - max));
            statistics[0, b, h, i] = max;
            statistics[1, b, h, i] = sum == 0 ? 0 : 1 / sum;
            for (int j = 0; j < full[3]; j++)
            {
                double weight = Math.Exp(row[j] - max) * statistics[1, b, h, i] * Kept(a, (((((b * full[1]) + h) * full[2]) + i) * full[3]) + j);
                for (int f = 0; f < v.Shape[3]; f++)
                {
                    y[b, h, i, f] += weight * v[b, h, j, f];
                }
            }
        }

        return [FromHeads(y, a, qkv[0].Shape), statistics];
    }

    private static double Kept(AttentionAttributes a, int place)
    {
        ulong z = a.Seed + ((ulong)place * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return z >> 32 < (ulong)(a.Dropout * 4294967296.0) ? 0 : 1 / (1 - a.Dropout);
    }

    private static RefTensor Third(RefTensor x, int third) =>
        RefTensor.Build([x.Shape[0], x.Shape[1], x.Shape[2] / 3], at => x[at[0], at[1], at[2] + (third * x.Shape[2] / 3)]);

    /// <summary>[batch, heads, positions, features], whatever the layout.</summary>
    private static RefTensor ToHeads(RefTensor x, AttentionAttributes a)
    {
        int[] s = x.Shape;
        if (a.Layout == AttentionLayout.Heads)
        {
            int heads = s.Length >= 4 ? s[^3] : 1;
            return new RefTensor([RefTensor.Product(s.AsSpan(0, Math.Max(0, s.Length - (s.Length >= 4 ? 3 : 2)))), heads, s[^2], s[^1]], x.Values);
        }

        if (a.Layout == AttentionLayout.Tokens)
        {
            int d = s[2] / a.Heads;
            return RefTensor.Build([s[0], a.Heads, s[1], d], at => x[at[0], at[2], (at[1] * d) + at[3]]);
        }

        var flat = new RefTensor([s[0], s[1], RefTensor.Product(s.AsSpan(2))], x.Values);
        int depth = s[1] / a.Heads;
        return RefTensor.Build([s[0], a.Heads, flat.Shape[2], depth], at => flat[at[0], (at[1] * depth) + at[3], at[2]]);
    }

    private static RefTensor FromHeads(RefTensor y, AttentionAttributes a, int[] query)
    {
        (int heads, int d) = (y.Shape[1], y.Shape[3]);
        switch (a.Layout)
        {
            case AttentionLayout.Heads:
                return new RefTensor([.. query[..^1], d], y.Values);
            case AttentionLayout.Tokens:
                return RefTensor.Build([y.Shape[0], y.Shape[2], heads * d], at => y[at[0], at[2] / d, at[1], at[2] % d]);
            default:
                RefTensor flat = RefTensor.Build([y.Shape[0], heads * d, y.Shape[2]], at => y[at[0], at[1] / d, at[2], at[1] % d]);
                return new RefTensor([query[0], heads * d, .. query[2..]], flat.Values);
        }
    }
}
