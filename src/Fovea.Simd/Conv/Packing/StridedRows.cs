using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Short copies of rows: whole, or every n-th number.</summary>
internal static unsafe class StridedRows<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// <c>to[j] = row[first + j · stride]</c> for j = 0 … count − 1, zero where that lies outside of the row's
    /// <paramref name="length"/> numbers; all zero where the row is null. Nothing beyond <paramref name="count"/> is written.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Padded(T* row, int length, int first, int stride, T* to, int count)
    {
        int start = first >= 0 ? 0 : (int)Math.Min(count, ((-(long)first) + stride - 1) / stride);
        int end = row is null || first >= length ? start : (int)Math.Clamp(((long)length - first + stride - 1) / stride, start, count);
        Clear(to, start);
        if (end > start)
        {
            Strided(row + first + (nint)start * stride, stride, to + start, end - start);
        }

        Clear(to + end, count - end);
    }

    /// <summary>Writes zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Clear(T* to, nint count)
    {
        nint j = 0;
        for (; j <= count - V.Width; j += V.Width)
        {
            V.Zero.Store(to + j);
        }

        for (; j < count; j++)
        {
            to[j] = T.Zero;
        }
    }

    /// <summary>Copies <paramref name="count"/> numbers, reading and writing nothing beyond them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Exact(T* from, T* to, int count)
    {
        if (count >= V.Width)
        {
            int last = count - V.Width;
            for (int j = 0; j < last; j += V.Width)
            {
                V.Load(from + j).Store(to + j);
            }

            // The last register overlaps the one before.
            V.Load(from + last).Store(to + last);
            return;
        }

        int bytes = count * sizeof(T);
        if (bytes >= 32)
        {
            Vector256<byte> head = Vector256.Load((byte*)from);
            Vector256<byte> tail = Vector256.Load((byte*)from + bytes - 32);
            head.Store((byte*)to);
            tail.Store((byte*)to + bytes - 32);
        }
        else if (bytes >= 16)
        {
            Vector128<byte> head = Vector128.Load((byte*)from);
            Vector128<byte> tail = Vector128.Load((byte*)from + bytes - 16);
            head.Store((byte*)to);
            tail.Store((byte*)to + bytes - 16);
        }
        else
        {
            for (int j = 0; j < count; j++)
            {
                to[j] = from[j];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Strided(T* from, int stride, T* to, int count)
    {
        if (stride == 1)
        {
            Exact(from, to, count);
            return;
        }

        int j = 0;
        if (stride == 2)
        {
            // The last of a row is left out: a register of pairs would reach beyond it.
            for (; j < count - V.Width; j += V.Width)
            {
                EvenOdd<V, T>.Even(from + (2 * j)).Store(to + j);
            }
        }

        for (; j < count; j++)
        {
            to[j] = from[(nint)j * stride];
        }
    }
}
