using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Pooling;

/// <summary>How many positions of a window an average divides by.</summary>
internal static unsafe class PoolCount
{
    public static int OfRow(in PoolShape s, int row, bool countIncludePad) =>
        Of(row, s.StrideHeight, s.KernelHeight, s.PadHeight, s.Height, countIncludePad);

    public static void Columns<T>(in PoolShape s, bool countIncludePad, T* counts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int j = 0; j < s.OutWidth; j++)
        {
            counts[j] = T.CreateTruncating(Of(j, s.StrideWidth, s.KernelWidth, s.PadWidth, s.Width, countIncludePad));
        }
    }

    private static int Of(int at, int stride, int kernel, int pad, int length, bool countIncludePad)
    {
        int start = (at * stride) - pad;
        int end = Math.Min(start + kernel, length + pad);
        return countIncludePad ? end - start : Math.Min(end, length) - Math.Max(start, 0);
    }
}

/// <summary>
/// Plane by plane: each row of gradients is spread over the window's columns in the staged layout, where neighbours lie side by side,
/// put in order, and added to the window's rows.
/// </summary>
internal readonly unsafe struct AveragePoolBackward<T>(PoolShape shape, T* dy, T* dx, bool countIncludePad) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        var stage = new PoolStage<T>(shape);
        long numbers = stage.RowLength + shape.Width + shape.OutWidth + stage.PartLength;
        AlignedBlock block = BlockPool.Rent((numbers * sizeof(T)) + ((long)shape.KernelWidth * sizeof(nint)));
        fixed (byte* memory = block.AsSpan<byte>((int)block.Bytes))
        {
            nint* across = (nint*)memory;
            T* staged = (T*)(across + shape.KernelWidth);
            T* share = staged + stage.RowLength;
            T* line = share + stage.PartLength;
            T* counts = line + shape.Width;
            stage.Offsets(across);
            PoolCount.Columns(shape, countIncludePad, counts);
            for (int plane = from; plane < to; plane++)
            {
                T* g = dy + ((nint)plane * shape.OutHeight * shape.OutWidth);
                T* dx0 = dx + ((nint)plane * shape.Height * shape.Width);
                new Span<T>(dx0, shape.Height * shape.Width).Clear();
                for (int row = 0; row < shape.OutHeight; row++, g += shape.OutWidth)
                {
                    new Span<T>(staged, stage.RowLength).Clear();
                    Share<V>(g, T.CreateTruncating(PoolCount.OfRow(shape, row, countIncludePad)), counts, share);
                    for (int c = 0; c < shape.KernelWidth; c++)
                    {
                        T* target = staged + across[c];
                        for (int j = 0; j < shape.OutWidth; j += V.Width)
                        {
                            (V.Load(target + j) + V.Load(share + j)).Store(target + j);
                        }
                    }

                    stage.Collect(staged, line);
                    Add<V>(line, Math.Max(0, stage.FirstRow(row)), Math.Min(shape.Height, stage.FirstRow(row) + shape.KernelHeight), dx0);
                }
            }
        }

        BlockPool.Return(block);
    }

    // A row of gradients over their counts; zeros past its end, which whole registers then add without harm.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Share<V>(T* g, T rows, T* counts, T* share)
        where V : struct, IVector<V, T>
    {
        V divisor = V.Broadcast(rows);
        for (int j = 0; j < shape.OutWidth; j += V.Width)
        {
            int n = Math.Min(V.Width, shape.OutWidth - j);
            ((V.LoadPartial(g + j, n) / (divisor * V.LoadPartial(counts + j, n))) & V.FirstLanes(n)).Store(share + j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add<V>(T* line, int first, int last, T* dx0)
        where V : struct, IVector<V, T>
    {
        for (int h = first; h < last; h++)
        {
            T* to = dx0 + ((nint)h * shape.Width);
            for (int w = 0; w < shape.Width; w += V.Width)
            {
                int n = shape.Width - w;
                (V.LoadPartial(to + w, n) + V.LoadPartial(line + w, n)).StorePartial(to + w, n);
            }
        }
    }
}
