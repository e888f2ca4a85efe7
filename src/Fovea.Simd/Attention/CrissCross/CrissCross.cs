using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Reductions;

namespace Fovea.Simd.Attention;

/// <summary>
/// Criss-cross attention: each position attends to its row and its column with one softmax over both,
/// <c>a_p = Σ_j e^(q_p·k_j − m_p) v_j / Σ_j e^(q_p·k_j − m_p)</c> with j over the W positions of the row and the other H − 1 of the column,
/// and <c>y = x + γ·a</c>.
/// </summary>
/// <remarks>
/// The logits are those of small products, one for each row and one for each column: [W, D]·[D, W] and [H, D]·[D, H]. Rows come first,
/// with a softmax of their own; columns follow, block by block, and each position's two halves are merged by their maxima and sums. No
/// more logits are in memory than those of one block of columns for each thread; the backward pass computes them again.
/// </remarks>
public static unsafe class CrissCross
{
    /// <summary>The forward pass.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="q">[N, D, H, W].</param>
    /// <param name="k">As q.</param>
    /// <param name="v">[N, C, H, W].</param>
    /// <param name="x">What the result is added to, as v.</param>
    /// <param name="gamma">γ.</param>
    /// <param name="y">As v; must not overlap the inputs.</param>
    /// <param name="attended">a, as v, for the backward pass; or empty.</param>
    /// <param name="statistics">[2, N, H, W]: m_p, and one over the sum of the exponentials.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Forward<T>(
        in CrissCrossShape shape, ReadOnlySpan<T> q, ReadOnlySpan<T> k, ReadOnlySpan<T> v, ReadOnlySpan<T> x, T gamma,
        Span<T> y, Span<T> attended, Span<T> statistics)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "crissCross";
        Check(Name, shape, q, k, v, statistics);
        Guard.Length(Name, "x", shape.Values, x.Length);
        Guard.Length(Name, "y", shape.Values, y.Length);
        Guard.LengthOrEmpty(Name, "attended", shape.Values, attended.Length);
        if (statistics.IsEmpty)
        {
            return;
        }

        fixed (T* qAt = q, kAt = k, vAt = v, xAt = x, yAt = y, aAt = attended, sAt = statistics)
        {
            var job = new CrissCrossForward<T>(shape, qAt, kAt, vAt, xAt, gamma, yAt, aAt, sAt);
            var rows = new CrissCrossForward<T>.Rows(job);
            VectorLoop.For<CrissCrossForward<T>.Rows, T>(ref rows, shape.Batch * shape.Height, VectorLoop.Grain(shape.RowWork));
            var columns = new CrissCrossForward<T>.Columns(job);
            VectorLoop.For<CrissCrossForward<T>.Columns, T>(ref columns, shape.Batch * shape.Blocks, VectorLoop.Grain(shape.BlockWork));
        }
    }

    /// <summary>The backward pass of queries, keys, values and γ; the gradient of x is dy itself.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="q">[N, D, H, W].</param>
    /// <param name="k">As q.</param>
    /// <param name="v">[N, C, H, W].</param>
    /// <param name="gamma">γ.</param>
    /// <param name="attended">a, from the forward pass.</param>
    /// <param name="statistics">From the forward pass.</param>
    /// <param name="dy">The gradient of y.</param>
    /// <param name="dq">As q, or empty when it is not wanted.</param>
    /// <param name="dk">As k, or empty.</param>
    /// <param name="dv">As v, or empty.</param>
    /// <returns>The gradient of γ.</returns>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static T Backward<T>(
        in CrissCrossShape shape, ReadOnlySpan<T> q, ReadOnlySpan<T> k, ReadOnlySpan<T> v, T gamma, ReadOnlySpan<T> attended,
        ReadOnlySpan<T> statistics, ReadOnlySpan<T> dy, Span<T> dq, Span<T> dk, Span<T> dv)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "crissCrossBackward";
        Check(Name, shape, q, k, v, statistics);
        Guard.Length(Name, "attended", shape.Values, attended.Length);
        Guard.Length(Name, "dy", shape.Values, dy.Length);
        Guard.LengthOrEmpty(Name, "dq", shape.Keys, dq.Length);
        Guard.LengthOrEmpty(Name, "dk", shape.Keys, dk.Length);
        Guard.LengthOrEmpty(Name, "dv", shape.Values, dv.Length);
        if (statistics.IsEmpty || shape.Channels == 0)
        {
            dq.Clear();
            dk.Clear();
            return T.Zero;
        }

        // Σ_j P·dP of a position is its Σ_c dy·a (times γ): no pass over the logits is needed for it.
        int positions = shape.Batch * shape.Positions;
        using var scratch = new Scratch<T>(positions + 1);
        var dots = new Span<T>(scratch.At, positions);
        Reduction.SumOfProducts(shape.Batch, shape.Channels, shape.Positions, dy, attended, dots);
        var total = new Span<T>(scratch.At + positions, 1);
        Reduction.Sum(1, positions, 1, dots, total);
        if (dq.IsEmpty && dk.IsEmpty && dv.IsEmpty)
        {
            return total[0];
        }

        fixed (T* qAt = q, kAt = k, vAt = v, sAt = statistics, dyAt = dy, dqAt = dq, dkAt = dk, dvAt = dv)
        {
            var job = new CrissCrossBackward<T>(shape, qAt, kAt, vAt, gamma, sAt, scratch.At, dyAt, dqAt, dkAt, dvAt);
            var rows = new CrissCrossBackward<T>.Rows(job);
            VectorLoop.For<CrissCrossBackward<T>.Rows, T>(ref rows, shape.Batch * shape.Height, VectorLoop.Grain(2 * shape.RowWork));
            var columns = new CrissCrossBackward<T>.Columns(job);
            VectorLoop.For<CrissCrossBackward<T>.Columns, T>(ref columns, shape.Batch * shape.Blocks, VectorLoop.Grain(2 * shape.BlockWork));
        }

        return total[0];
    }

    private static void Check<T>(string name, in CrissCrossShape shape, ReadOnlySpan<T> q, ReadOnlySpan<T> k, ReadOnlySpan<T> v, ReadOnlySpan<T> statistics)
        where T : unmanaged
    {
        if (shape.Batch < 0 || shape.Depth < 0 || shape.Channels < 0 || shape.Height < 0 || shape.Width < 0)
        {
            Guard.Fail(name, $"expected sizes of at least 0, got {shape}");
        }

        Guard.Length(name, "q [N, D, H, W]", shape.Keys, q.Length);
        Guard.Length(name, "k", shape.Keys, k.Length);
        Guard.Length(name, "v [N, C, H, W]", shape.Values, v.Length);
        Guard.Length(name, "statistics [2, N, H, W]", shape.Statistics, statistics.Length);
    }
}
