using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Attention;

/// <summary>
/// Attention without its matrix: <c>Y = softmax(scale · Q Kᵀ + mask) V</c>, computed tile by tile with a running softmax (Dao et al.
/// 2022), so that memory grows with the number of positions and not with its square.
/// </summary>
/// <remarks>
/// A query that may attend to nothing gets zeros, and sends none back. The same bits come out for every number of threads: forward splits
/// queries; backward splits keys, and adds the shares of dQ in an order that the shape alone decides.
/// </remarks>
public static unsafe class ScaledDotProductAttention
{
    private const string Kernel = "attention";

    /// <summary>The forward pass.</summary>
    /// <param name="shape">Sizes and settings.</param>
    /// <param name="q">The queries, at <paramref name="qAt"/>.</param>
    /// <param name="qAt">Where the queries lie.</param>
    /// <param name="k">The keys.</param>
    /// <param name="kAt">Where the keys lie.</param>
    /// <param name="v">The values.</param>
    /// <param name="vAt">Where the values lie.</param>
    /// <param name="mask">What limits the attention.</param>
    /// <param name="y">Receives the results.</param>
    /// <param name="yAt">Where the results go; it must not lead twice to one place.</param>
    /// <param name="max">[batch, heads, queries]: receives what was subtracted from each row of logits.</param>
    /// <param name="inverseSum">As max: receives <c>1 / Σ e^(logit − max)</c>, 0 for a query with nothing to attend to.</param>
    /// <exception cref="ArgumentException">A span does not fit the shape.</exception>
    public static void Forward<T>(
        in AttentionShape shape,
        ReadOnlySpan<T> q, AttentionPlace qAt, ReadOnlySpan<T> k, AttentionPlace kAt, ReadOnlySpan<T> v, AttentionPlace vAt,
        AttentionMask<T> mask, Span<T> y, AttentionPlace yAt, Span<T> max, Span<T> inverseSum)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        AttentionChecks.Check(shape, mask);
        AttentionChecks.Operands(shape, q, qAt, k, kAt, v, vAt);
        AttentionChecks.Span("y", yAt.Length(shape.Batch, shape.Heads, shape.Queries, shape.ValueDepth), y.Length);
        Guard.Length(Kernel, "max [batch, heads, queries]", (long)shape.Pairs * shape.Queries, max.Length);
        Guard.Length(Kernel, "inverseSum [batch, heads, queries]", max.Length, inverseSum.Length);
        fixed (T* qs = q, ks = k, vs = v, ys = y, maxAt = max, sumAt = inverseSum, bias = mask.Bias)
        {
            fixed (bool* allowed = mask.Allowed, keyAllowed = mask.KeyAllowed)
            {
                var job = new AttentionJob<T>(shape, Tile(shape, mask, allowed, keyAllowed, bias))
                {
                    Q = new(qs, qAt, shape.Heads),
                    K = new(ks, kAt, shape.Heads),
                    V = new(vs, vAt, shape.Heads),
                    Y = new(ys, yAt, shape.Heads),
                    Max = maxAt,
                    InverseSum = sumAt,
                };
                VectorCall.Run<ForwardCall<T>, T>(new(job));
            }
        }
    }

    /// <summary>The backward pass, from what <see cref="Forward"/> read and wrote. Gradients that are not wanted are left empty.</summary>
    /// <param name="shape">Sizes and settings, as forward had them.</param>
    /// <param name="q">The queries.</param>
    /// <param name="qAt">Where the queries and their gradients lie.</param>
    /// <param name="k">The keys.</param>
    /// <param name="kAt">Where the keys and their gradients lie.</param>
    /// <param name="v">The values.</param>
    /// <param name="vAt">Where the values and their gradients lie.</param>
    /// <param name="mask">What limits the attention.</param>
    /// <param name="y">The results of forward.</param>
    /// <param name="yAt">Where the results and their gradients lie.</param>
    /// <param name="max">As forward wrote it.</param>
    /// <param name="inverseSum">As forward wrote it.</param>
    /// <param name="dy">The gradients of the results.</param>
    /// <param name="dq">Receives the gradients of the queries, or is empty.</param>
    /// <param name="dk">Receives the gradients of the keys, or is empty.</param>
    /// <param name="dv">Receives the gradients of the values, or is empty.</param>
    /// <exception cref="ArgumentException">A span does not fit the shape.</exception>
    public static void Backward<T>(
        in AttentionShape shape,
        ReadOnlySpan<T> q, AttentionPlace qAt, ReadOnlySpan<T> k, AttentionPlace kAt, ReadOnlySpan<T> v, AttentionPlace vAt,
        AttentionMask<T> mask, ReadOnlySpan<T> y, AttentionPlace yAt, ReadOnlySpan<T> max, ReadOnlySpan<T> inverseSum,
        ReadOnlySpan<T> dy, Span<T> dq, Span<T> dk, Span<T> dv)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        AttentionChecks.Check(shape, mask);
        AttentionChecks.Operands(shape, q, qAt, k, kAt, v, vAt);
        long results = yAt.Length(shape.Batch, shape.Heads, shape.Queries, shape.ValueDepth);
        AttentionChecks.Span("y", results, y.Length);
        AttentionChecks.Span("dy", results, dy.Length);
        Guard.Length(Kernel, "max [batch, heads, queries]", (long)shape.Pairs * shape.Queries, max.Length);
        Guard.Length(Kernel, "inverseSum [batch, heads, queries]", max.Length, inverseSum.Length);
        Guard.LengthOrEmpty(Kernel, "dq", q.Length, dq.Length);
        Guard.LengthOrEmpty(Kernel, "dk", k.Length, dk.Length);
        Guard.LengthOrEmpty(Kernel, "dv", v.Length, dv.Length);
        fixed (T* qs = q, ks = k, vs = v, ys = y, dys = dy, dqs = dq, dks = dk, dvs = dv, maxAt = max, sumAt = inverseSum, bias = mask.Bias)
        {
            fixed (bool* allowed = mask.Allowed, keyAllowed = mask.KeyAllowed)
            {
                var job = new AttentionJob<T>(shape, Tile(shape, mask, allowed, keyAllowed, bias))
                {
                    Q = new(qs, qAt, shape.Heads),
                    K = new(ks, kAt, shape.Heads),
                    V = new(vs, vAt, shape.Heads),
                    Y = new(ys, yAt, shape.Heads),
                    Dy = new(dys, yAt, shape.Heads),
                    Dq = new(dqs, qAt, shape.Heads),
                    Dk = new(dks, kAt, shape.Heads),
                    Dv = new(dvs, vAt, shape.Heads),
                    Max = maxAt,
                    InverseSum = sumAt,
                };
                VectorCall.Run<BackwardCall<T>, T>(new(job));
            }
        }
    }

    private static MaskTile<T> Tile<T>(in AttentionShape shape, AttentionMask<T> mask, bool* allowed, bool* keyAllowed, T* bias)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new()
        {
            Allowed = allowed,
            AllowedStrides = mask.AllowedStrides,
            KeyAllowed = keyAllowed,
            Bias = bias,
            BiasStrides = mask.BiasStrides,
            Heads = shape.Heads,
            Keys = shape.Keys,
            Causal = shape.Causal,
        };

    private readonly struct ForwardCall<T>(AttentionJob<T> job) : IVectorCall<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>()
            where V : unmanaged, IVector<V, T> => AttentionDriver<V, T>.Forward(job);
    }

    private readonly struct BackwardCall<T>(AttentionJob<T> job) : IVectorCall<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>()
            where V : unmanaged, IVector<V, T> => AttentionDriver<V, T>.Backward(job);
    }
}
