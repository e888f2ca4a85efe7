using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gates;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Reductions;

/// <summary>
/// Sums of rows. A row is cut into chunks of a fixed length, a chunk into blocks; a block is summed in four registers whose lanes see
/// at most 64 numbers each, and everything above is added in double. So the error stays near one rounding whatever the length, and
/// the order depends on the shape and the register width only.
/// </summary>
internal static unsafe class RowSums
{
    private const int ChunkLength = 1 << 16;
    private const int NumbersPerLane = 64;

    public static void Run<TSource, T>(int rows, int length, TSource source, T* y, double factor)
        where TSource : unmanaged, ISource<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int chunks = Math.Max(1, (int)(((long)length + ChunkLength - 1) / ChunkLength));
        if (chunks == 1)
        {
            var whole = new Body<TSource, T>(source, length, 1, y, null, factor);
            VectorLoop.For<Body<TSource, T>, T>(ref whole, rows, PlanePartition.Grain(rows, length));
            return;
        }

        AlignedBlock scratch = BlockPool.Rent((long)rows * chunks * sizeof(double));
        fixed (double* partial = scratch.AsSpan<double>(rows * chunks))
        {
            var body = new Body<TSource, T>(source, length, chunks, y, partial, factor);
            VectorLoop.For<Body<TSource, T>, T>(ref body, rows * chunks);
            for (int r = 0; r < rows; r++)
            {
                double sum = 0;
                for (int c = 0; c < chunks; c++)
                {
                    sum += partial[(r * chunks) + c];
                }

                y[r] = T.CreateTruncating(sum * factor);
            }
        }

        BlockPool.Return(scratch);
    }

    /// <summary>One sum over everything, kept in double.</summary>
    public static double Total<TSource, T>(int length, TSource source)
        where TSource : unmanaged, ISource<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int chunks = (int)(((long)length + ChunkLength - 1) / ChunkLength);
        double* partial = stackalloc double[Math.Min(chunks, 1024)];
        double sum = 0;
        for (int first = 0; first < chunks; first += 1024)
        {
            int count = Math.Min(1024, chunks - first);
            var body = new TotalBody<TSource, T>(source, length, first, partial);
            VectorLoop.For<TotalBody<TSource, T>, T>(ref body, count);
            for (int c = 0; c < count; c++)
            {
                sum += partial[c];
            }
        }

        return sum;
    }

    /// <summary>The sum of the <paramref name="length"/> numbers from <paramref name="at"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static double Sum<V, TSource, T>(TSource source, nint at, nint length)
        where V : struct, IVector<V, T>
        where TSource : unmanaged, ISource<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double total = 0;
        nint end = at + length;
        while (at < end)
        {
            nint stop = Math.Min(end, at + (NumbersPerLane * 4 * V.Width));
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero;
            for (; at <= stop - (4 * V.Width); at += 4 * V.Width)
            {
                s0 += source.At<V>(at);
                s1 += source.At<V>(at + V.Width);
                s2 += source.At<V>(at + (2 * V.Width));
                s3 += source.At<V>(at + (3 * V.Width));
            }

            for (; at <= stop - V.Width; at += V.Width)
            {
                s0 += source.At<V>(at);
            }

            if (at < stop)
            {
                s1 += source.AtPartial<V>(at, (int)(stop - at));
                at = stop;
            }

            total += double.CreateTruncating(V.Sum(s0 + s1 + (s2 + s3)));
        }

        return total;
    }

    private readonly struct Body<TSource, T>(TSource source, int length, int chunks, T* y, double* partial, double factor) : IVectorBody<T>
        where TSource : unmanaged, ISource<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int piece = from; piece < to; piece++)
            {
                if (chunks == 1)
                {
                    y[piece] = T.CreateTruncating(Sum<V, TSource, T>(source, (nint)piece * length, length) * factor);
                    continue;
                }

                (int row, int chunk) = Math.DivRem(piece, chunks);
                nint start = (nint)chunk * ChunkLength;
                nint count = Math.Min(ChunkLength, length - start);
                partial[piece] = Sum<V, TSource, T>(source, ((nint)row * length) + start, count);
            }
        }
    }

    private readonly struct TotalBody<TSource, T>(TSource source, int length, int first, double* partial) : IVectorBody<T>
        where TSource : unmanaged, ISource<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int chunk = from; chunk < to; chunk++)
            {
                nint start = (nint)(first + chunk) * ChunkLength;
                partial[chunk] = Sum<V, TSource, T>(source, start, Math.Min(ChunkLength, length - start));
            }
        }
    }
}
