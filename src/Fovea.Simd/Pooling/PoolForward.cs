using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Pooling;

/// <summary>What a window's numbers are put together with.</summary>
internal interface IPoolKind
{
    static abstract bool Divides { get; }

    static abstract T Start<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    static abstract V Join<V, T>(V a, V b)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>The maximum; padding is −∞.</summary>
internal readonly struct LargestOf : IPoolKind
{
    public static bool Divides => false;

    public static T Start<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V, T>(V a, V b)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.Max(a, b);
}

/// <summary>The mean; padding is 0.</summary>
internal readonly struct MeanOf : IPoolKind
{
    public static bool Divides => true;

    public static T Start<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V, T>(V a, V b)
        where V : struct, IVector<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => a + b;
}

/// <summary>
/// Pooling without places, in two steps for each output row: down the window's rows, straight from the input, then across its columns
/// in one staged row.
/// </summary>
internal readonly unsafe struct PoolForward<T, TKind>(PoolShape shape, T* x, T* y, bool countIncludePad) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TKind : struct, IPoolKind
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        var stage = new PoolStage<T>(shape);
        long numbers = stage.RowLength + shape.Width + shape.OutWidth;
        AlignedBlock block = BlockPool.Rent((numbers * sizeof(T)) + ((long)shape.KernelWidth * sizeof(nint)));
        fixed (byte* memory = block.AsSpan<byte>((int)block.Bytes))
        {
            nint* across = (nint*)memory;
            T* staged = (T*)(across + shape.KernelWidth);
            T* column = staged + stage.RowLength;
            T* counts = column + shape.Width;
            stage.Offsets(across);
            PoolCount.Columns(shape, countIncludePad, counts);
            for (int plane = from; plane < to; plane++)
            {
                T* x0 = x + ((nint)plane * shape.Height * shape.Width);
                T* y0 = y + ((nint)plane * shape.OutHeight * shape.OutWidth);
                for (int row = 0; row < shape.OutHeight; row++, y0 += shape.OutWidth)
                {
                    Down<V>(x0, stage.FirstRow(row), column);
                    stage.Fill<V>(column, staged, TKind.Start<T>());
                    T rows = TKind.Divides ? T.CreateTruncating(PoolCount.OfRow(shape, row, countIncludePad)) : T.One;
                    Across<V>(staged, across, rows, counts, y0);
                }
            }
        }

        BlockPool.Return(block);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Down<V>(T* x0, int first, T* column)
        where V : struct, IVector<V, T>
    {
        int step = shape.DilationHeight;
        int skipped = first >= 0 ? 0 : (-first + step - 1) / step;
        int last = Math.Min(shape.Height, first + (shape.KernelHeight * step));
        first += skipped * step;
        for (int w = 0; w < shape.Width; w += V.Width)
        {
            int n = shape.Width - w;
            V all = V.Broadcast(TKind.Start<T>());
            for (int h = first; h < last; h += step)
            {
                all = TKind.Join<V, T>(all, V.LoadPartial(x0 + ((nint)h * shape.Width) + w, n));
            }

            all.StorePartial(column + w, n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Across<V>(T* staged, nint* across, T rows, T* counts, T* y0)
        where V : struct, IVector<V, T>
    {
        V divisor = V.Broadcast(rows);
        for (int j = 0; j < shape.OutWidth; j += V.Width)
        {
            int n = shape.OutWidth - j;
            V all = V.Load(staged + across[0] + j);
            for (int c = 1; c < shape.KernelWidth; c++)
            {
                all = TKind.Join<V, T>(all, V.Load(staged + across[c] + j));
            }

            (TKind.Divides ? all / (divisor * V.LoadPartial(counts + j, n)) : all).StorePartial(y0 + j, n);
        }
    }
}
