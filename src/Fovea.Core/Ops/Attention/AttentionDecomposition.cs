namespace Fovea;

/// <summary>Scaled dot-product attention by simpler ops: the relation is a tensor here.</summary>
internal static class AttentionDecomposition
{
    private const int QueryKeyValue = 3;

    /// <summary>The result, without the statistics.</summary>
    /// <param name="a">What the op is asked for.</param>
    /// <param name="inputs">The op's.</param>
    /// <exception cref="FoveaException">Weights are dropped at random.</exception>
    public static Tensor Of(in AttentionAttributes a, Tensor[] inputs)
    {
        if (a.Dropout > 0)
        {
            throw new FoveaException("scaled_dot_product_attention: weights that are dropped at random have no form in other ops; switch the model to evaluation mode with Eval().");
        }

        Tensor[] operands = a.Packed ? inputs[0].Chunk(QueryKeyValue, 2) : inputs[..QueryKeyValue];
        (Tensor q, Tensor k, Tensor v) = (Heads(a, operands[0]), Heads(a, operands[1]), Heads(a, operands[2]));
        Tensor logits = q.MatMul(k, transposeB: true) * (a.Scale ?? 1 / Math.Sqrt(q.Shape[-1]));
        int next = a.Packed ? 1 : QueryKeyValue;
        bool mayBeEmpty = false;
        if (a.HasMask)
        {
            Tensor mask = inputs[next++];
            logits = mask.DType == DType.Bool ? Allow(logits, mask) : logits + mask;
            mayBeEmpty = true;
        }

        if (a.HasKeyMask)
        {
            // Of every head and query alike.
            logits = Allow(logits, inputs[next].Reshape([inputs[next].Shape[0], .. Enumerable.Repeat(1, logits.Rank - 2), inputs[next].Shape[1]]));
            mayBeEmpty = true;
        }

        if (a.Causal)
        {
            (int queries, int keys) = (logits.Shape[-2], logits.Shape[-1]);
            logits = Allow(logits, Tensor.From([.. Enumerable.Range(0, queries * keys).Select(i => i % keys <= i / keys)], [queries, keys]));
        }

        if (!mayBeEmpty || logits.Shape[-1] == 0)
        {
            return Joined(a, logits.Softmax(-1).MatMul(v), operands[0].Shape);
        }

        // A query that may attend to nothing gives zeros, and a softmax of nothing but −∞ would give no numbers.
        Tensor nothing = Tensor.Zeros(Shape.Scalar, logits.DType);
        Tensor attends = logits.Max(-1, keepDim: true).Greater(double.NegativeInfinity);
        Tensor weights = attends.Where(attends.Where(logits, nothing).Softmax(-1), nothing);
        return Joined(a, weights.MatMul(v), operands[0].Shape);
    }

    private static Tensor Allow(Tensor logits, Tensor mask) => mask.Where(logits, Tensor.Full(Shape.Scalar, double.NegativeInfinity, logits.DType));

    /// <summary>[…, heads, positions, features], or as it is where the heads are an axis already.</summary>
    private static Tensor Heads(in AttentionAttributes a, Tensor x)
    {
        Shape s = x.Shape;
        return a.Layout switch
        {
            AttentionLayout.Heads => x,
            AttentionLayout.Tokens => x.Reshape(s[0], s[1], a.Heads, s[2] / a.Heads).Permute(0, 2, 1, 3),
            _ => x.Reshape(s[0], a.Heads, s[1] / a.Heads, s.Product(2, s.Rank)).Permute(0, 1, 3, 2),
        };
    }

    private static Tensor Joined(in AttentionAttributes a, Tensor y, Shape query)
    {
        switch (a.Layout)
        {
            case AttentionLayout.Heads:
                return y;
            case AttentionLayout.Tokens:
                return y.Permute(0, 2, 1, 3).Reshape(query[0], query[1], y.Shape[1] * y.Shape[3]);
            default:
                return y.Permute(0, 1, 3, 2).Reshape([query[0], y.Shape[1] * y.Shape[3], .. query.Lengths[2..]]);
        }
    }
}
