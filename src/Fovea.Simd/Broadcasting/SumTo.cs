using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Functions;
using Fovea.Simd.Memory;
using Fovea.Simd.Reductions;

namespace Fovea.Simd.Broadcasting;

// The way back of a broadcast: sums over what was repeated.
public static unsafe partial class Broadcast
{
    /// <summary>
    /// The backward of broadcasting: sums <paramref name="dy"/> over the axes along which the operand was repeated.
    /// </summary>
    /// <param name="shape">Shape of dy.</param>
    /// <param name="dy">The gradient of the result, contiguous.</param>
    /// <param name="stridesX">The operand's strides within that shape: 0 where it was repeated, contiguous otherwise.</param>
    /// <param name="dx">The operand's gradient, contiguous, overwritten.</param>
    /// <exception cref="ArgumentException">The strides and lengths do not fit together.</exception>
    public static void SumTo<T>(ReadOnlySpan<int> shape, ReadOnlySpan<T> dy, ReadOnlySpan<int> stridesX, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<int> lengths = stackalloc int[Axes.MaxRank];
        Span<bool> kept = stackalloc bool[Axes.MaxRank];
        int rank = Groups("sumTo", shape, dy.Length, stridesX, dx.Length, lengths, kept);
        if (dx.IsEmpty)
        {
            return;
        }

        fixed (T* dyAt = dy, dxAt = dx)
        {
            Steps(lengths, kept, rank, new Plain<T>(dyAt), dyAt, dxAt);
        }
    }

    /// <summary>
    /// <see cref="SumTo"/> of the product <c>dy · other</c>, the gradient of a broadcast factor. Where <paramref name="other"/> has the
    /// whole shape the product is summed as it is made and never stored.
    /// </summary>
    /// <param name="shape">Shape of dy.</param>
    /// <param name="dy">The gradient of the result, contiguous.</param>
    /// <param name="other">The other factor.</param>
    /// <param name="stridesOther">Its strides within that shape.</param>
    /// <param name="stridesX">The operand's strides within that shape: 0 where it was repeated, contiguous otherwise.</param>
    /// <param name="dx">The operand's gradient, contiguous, overwritten.</param>
    /// <exception cref="ArgumentException">The strides and lengths do not fit together.</exception>
    public static void SumProductTo<T>(
        ReadOnlySpan<int> shape,
        ReadOnlySpan<T> dy,
        ReadOnlySpan<T> other,
        ReadOnlySpan<int> stridesOther,
        ReadOnlySpan<int> stridesX,
        Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Span<int> lengths = stackalloc int[Axes.MaxRank];
        Span<bool> kept = stackalloc bool[Axes.MaxRank];
        int rank = Groups("sumProductTo", shape, dy.Length, stridesX, dx.Length, lengths, kept);
        if (dx.IsEmpty)
        {
            return;
        }

        Span<int> whole = stackalloc int[shape.Length];
        Strides(shape, shape, whole);
        bool reduces = kept[..rank].Contains(false);
        if (reduces && other.Length == dy.Length && SameWhereLong(shape, whole, stridesOther))
        {
            fixed (T* dyAt = dy, otherAt = other, dxAt = dx)
            {
                Steps(lengths, kept, rank, new Products<T>(dyAt, otherAt), dyAt, dxAt);
            }

            return;
        }

        if (!reduces)
        {
            Run(shape, dy, whole, other, stridesOther, dx, default(Multiply));
            return;
        }

        AlignedBlock scratch = BlockPool.Rent((long)dy.Length * sizeof(T));
        Span<T> product = scratch.AsSpan<T>(dy.Length);
        Run(shape, dy, whole, other, stridesOther, product, default(Multiply));
        SumTo(shape, product, stridesX, dx);
        BlockPool.Return(scratch);
    }

    private static bool SameWhereLong(ReadOnlySpan<int> shape, ReadOnlySpan<int> x, ReadOnlySpan<int> y)
    {
        for (int i = 0; i < shape.Length; i++)
        {
            if (shape[i] != 1 && x[i] != y[i])
            {
                return false;
            }
        }

        return true;
    }

    // Neighbouring axes that are all kept, or all summed, become one.
    private static int Groups(
        string kernel, ReadOnlySpan<int> shape, int length, ReadOnlySpan<int> strides, int target, Span<int> lengths, Span<bool> kept)
    {
        if (shape.Length > Axes.MaxRank || strides.Length != shape.Length)
        {
            Guard.Fail(kernel, $"expected at most {Axes.MaxRank} axes and as many strides, got {shape.Length} and {strides.Length}");
        }

        int rank = 0;
        long all = 1;
        long left = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            all *= shape[i];
            if (shape[i] == 1)
            {
                continue;
            }

            bool keep = strides[i] != 0;
            left *= keep ? shape[i] : 1;
            if (rank > 0 && kept[rank - 1] == keep)
            {
                lengths[rank - 1] *= shape[i];
            }
            else
            {
                lengths[rank] = shape[i];
                kept[rank++] = keep;
            }
        }

        Guard.Length(kernel, "dy", all, length);
        Guard.Length(kernel, "dx", left, target);
        return rank;
    }

    // Sums the innermost group first: the tensor shrinks at once, and one tensor is never read twice.
    private static void Steps<TSource, T>(Span<int> lengths, Span<bool> kept, int rank, TSource source, T* from, T* dx)
        where TSource : unmanaged, ISource<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int at = kept[..rank].LastIndexOf(false);
        if (at < 0)
        {
            int count = Product(lengths[..rank]);
            Map.Run(new ReadOnlySpan<T>(from, count), new Span<T>(dx, count), default(Identity));
            return;
        }

        int outer = Product(lengths[..at]);
        int axis = lengths[at];
        int inner = Product(lengths[(at + 1)..rank]);
        if (!kept[..at].Contains(false))
        {
            Reduction.Dispatch(outer, axis, inner, source, dx, 1);
            return;
        }

        AlignedBlock scratch = BlockPool.Rent((long)outer * inner * sizeof(T));
        fixed (T* next = scratch.AsSpan<T>(outer * inner))
        {
            Reduction.Dispatch(outer, axis, inner, source, next, 1);
            lengths[at] = 1;
            kept[at] = true;
            Steps(lengths, kept, rank, new Plain<T>(next), next, dx);
        }

        BlockPool.Return(scratch);
    }

    private static int Product(ReadOnlySpan<int> lengths)
    {
        int product = 1;
        foreach (int length in lengths)
        {
            product *= length;
        }

        return product;
    }
}
