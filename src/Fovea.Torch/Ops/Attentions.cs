using Fovea.Simd.Attention;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;
using TorchTensor = TorchSharp.torch.Tensor;

namespace Fovea.Torch.Ops;

/// <summary>
/// Scaled dot-product attention by libtorch's own, which makes no relation of all positions either. It knows operands with an axis of heads, the
/// scale 1/√D, and one mask; the other forms are brought to these. The statistics are left out.
/// </summary>
internal static class Attentions
{
    private const int QueryKeyValue = 3;

    public static IEnumerable<(string Op, Func<OpNode, TorchCall> Bind)> All => [("scaled_dot_product_attention", Attention)];

    private static TorchCall Attention(OpNode node)
    {
        var layout = (AttentionLayout)node.Integer("layout");
        (long heads, bool packed) = (node.Integer("heads"), node.Flag("packed"));
        (bool causal, bool hasMask, bool hasKeyMask) = (node.Flag("causal"), node.Flag("has_mask"), node.Flag("has_key_mask"));
        (double dropout, ulong seed) = (node.Number("dropout"), node.Seed("seed"));
        long[] made = TorchValues.Lengths(node.Made.Shape);
        int operands = packed ? 1 : QueryKeyValue;
        Scalar? factor = null;
        return x =>
        {
            TorchTensor[] parts = packed ? torch.split(x[0], [x[0].shape[2] / QueryKeyValue, x[0].shape[2] / QueryKeyValue, x[0].shape[2] / QueryKeyValue], 2) : x[..QueryKeyValue];
            (TorchTensor q, TorchTensor k, TorchTensor v) = (Heads(parts[0]), Heads(parts[1]), Heads(parts[2]));
            if (k.shape[2] == 0)
            {
                // Nothing to attend to; the product keeps the operands on the tape.
                return [Joined(q.matmul(k.transpose(-2, -1)).matmul(v))];
            }

            // libtorch scales by 1/√D alone.
            factor ??= ((node.NumberOrNull("scale") ?? (1 / Math.Sqrt(q.shape[3]))) * Math.Sqrt(q.shape[3])).ToScalar();
            q = node.NumberOrNull("scale") is null ? q : q.mul(factor);
            TorchTensor? mask = Mask(x, q, k);
            TorchTensor y = dropout > 0
                ? Dropped(q, k, v, mask, causal, dropout, seed)
                : F.scaled_dot_product_attention(q, k, v, mask, 0, causal && mask is null);
            return [Joined(y)];
        };

        // [batch, heads, positions, features].
        TorchTensor Heads(TorchTensor t)
        {
            long[] s = t.shape;
            return layout switch
            {
                AttentionLayout.Heads => s.Length == 4 ? t : t.reshape(s.Length > 4 ? [s[..^3].Aggregate(1L, (a, b) => a * b), .. s[^3..]] : s.Length == 3 ? [s[0], 1, s[1], s[2]] : [1, 1, s[0], s[1]]),
                AttentionLayout.Tokens => t.reshape(s[0], s[1], heads, s[2] / heads).transpose(1, 2),
                _ => t.reshape(s[0], heads, s[1] / heads, s[2..].Aggregate(1L, (a, b) => a * b)).transpose(2, 3),
            };
        }

        TorchTensor Joined(TorchTensor y) => layout switch
        {
            AttentionLayout.Heads => y.reshape(made),
            AttentionLayout.Tokens => y.transpose(1, 2).reshape(made),
            _ => y.transpose(2, 3).reshape(made),
        };

        // One mask of what was given; what causality forbids is in it where there is another.
        TorchTensor? Mask(TorchTensor[] x, TorchTensor q, TorchTensor k)
        {
            TorchTensor? mask = hasMask ? x[operands].reshape([.. Enumerable.Repeat(1L, 4 - (int)x[operands].dim()), .. x[operands].shape]) : null;
            if (hasKeyMask)
            {
                TorchTensor keys = x[operands + (hasMask ? 1 : 0)];
                mask = Both(mask, keys.reshape(keys.shape[0], 1, 1, keys.shape[1]));
            }

            return causal && mask is not null ? Both(mask, Before(q, k)) : mask;
        }
    }

    private static TorchTensor Both(TorchTensor? mask, TorchTensor allowed) => mask is null ? allowed
        : mask.dtype == torch.ScalarType.Bool ? mask.logical_and(allowed)
        : torch.where(allowed, mask, torch.full([], double.NegativeInfinity.ToScalar(), mask.dtype, mask.device));

    // Which positions come before each, itself among them.
    private static TorchTensor Before(TorchTensor q, TorchTensor k) => torch.ones([q.shape[2], k.shape[2]], torch.ScalarType.Bool, q.device).tril();

    /// <summary>Attention with weights that are dropped, by simpler calls: the places are those of our engine.</summary>
    private static TorchTensor Dropped(TorchTensor q, TorchTensor k, TorchTensor v, TorchTensor? mask, bool causal, double probability, ulong seed)
    {
        TorchTensor logits = q.mul((1 / Math.Sqrt(q.shape[3])).ToScalar()).matmul(k.transpose(-2, -1));
        mask = causal && mask is null ? Before(q, k) : mask;
        if (mask is not null)
        {
            logits = mask.dtype == torch.ScalarType.Bool ? logits.masked_fill(mask.logical_not(), double.NegativeInfinity.ToScalar()) : logits.add(mask);
        }

        TorchTensor nothing = logits.detach().amax([-1], keepdim: true).eq(double.NegativeInfinity.ToScalar());
        TorchTensor weights = logits.masked_fill(nothing, 0.0.ToScalar()).softmax(-1).masked_fill(nothing, 0.0.ToScalar());
        return weights.mul(Kept(weights, probability, seed)).matmul(v);
    }

    private static TorchTensor Kept(TorchTensor weights, double probability, ulong seed)
    {
        Shape shape = new([.. weights.shape.Select(n => (int)n)]);
        using Tensor kept = Tensor.Empty(shape, weights.dtype == torch.ScalarType.Float64 ? DType.Float64 : DType.Float32);
        if (kept.DType == DType.Float32)
        {
            AttentionNoise.Fill(kept.AsSpan<float>(), shape[0] * shape[1], shape[2], shape[3], probability, seed);
        }
        else
        {
            AttentionNoise.Fill(kept.AsSpan<double>(), shape[0] * shape[1], shape[2], shape[3], probability, seed);
        }

        using TorchTensor written = TorchValues.Write(kept);
        return written.to(weights.dtype, weights.device);
    }
}
