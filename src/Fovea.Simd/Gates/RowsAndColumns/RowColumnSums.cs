using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>The means of every row and every column of planes.</summary>
internal readonly unsafe struct RowColumnSums<T>(int height, int width, T* x, T* means) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        for (int plane = from; plane < to; plane++)
        {
            T* at = x + ((nint)plane * height * width);
            T* rows = means + ((nint)plane * (height + width));
            T* columns = rows + height;
            if (width < V.Width)
            {
                Narrow<V>(at, rows, columns);
            }
            else
            {
                for (int column = 0; column < width; column += 4 * V.Width)
                {
                    Wide<V>(at, column, rows, columns);
                }
            }

            Scale<V>(rows, height, T.One / T.CreateTruncating(width));
            Scale<V>(columns, width, T.One / T.CreateTruncating(height));
        }
    }

    /// <summary>
    /// Four registers of columns, whose sums stay in registers while row after row goes by. What sticks out over the row's end is read
    /// from further left instead, and lanes that were counted already are masked away.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Wide<V>(T* at, int column, T* rows, T* columns)
        where V : struct, IVector<V, T>
    {
        int o0 = Offset<V>(column, out V m0), o1 = Offset<V>(column + V.Width, out V m1);
        int o2 = Offset<V>(column + (2 * V.Width), out V m2), o3 = Offset<V>(column + (3 * V.Width), out V m3);
        V c0 = V.Zero, c1 = V.Zero, c2 = V.Zero, c3 = V.Zero;
        for (int i = 0; i < height; i++, at += width)
        {
            V v0 = V.Load(at + o0) & m0, v1 = V.Load(at + o1) & m1, v2 = V.Load(at + o2) & m2, v3 = V.Load(at + o3) & m3;
            c0 += v0;
            c1 += v1;
            c2 += v2;
            c3 += v3;
            T sum = V.Sum((v0 + v1) + (v2 + v3));
            rows[i] = column == 0 ? sum : rows[i] + sum;
        }

        V.Select(m0, c0, V.Load(columns + o0)).Store(columns + o0);
        V.Select(m1, c1, V.Load(columns + o1)).Store(columns + o1);
        V.Select(m2, c2, V.Load(columns + o2)).Store(columns + o2);
        V.Select(m3, c3, V.Load(columns + o3)).Store(columns + o3);
    }

    /// <summary>From where a register of columns is read, and which of its lanes are those from <paramref name="column"/> on.</summary>
    private int Offset<V>(int column, out V mask)
        where V : struct, IVector<V, T>
    {
        V all = V.Equal(V.Zero, V.Zero);
        int left = Math.Clamp(width - column, 0, V.Width);
        mask = V.FirstLanes(V.Width - left) ^ all;
        return left == V.Width ? column : width - V.Width;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Narrow<V>(T* at, T* rows, T* columns)
        where V : struct, IVector<V, T>
    {
        V sums = V.Zero;
        for (int i = 0; i < height; i++, at += width)
        {
            V v = V.LoadPartial(at, width);
            sums += v;
            rows[i] = V.Sum(v);
        }

        sums.StorePartial(columns, width);
    }

    private static void Scale<V>(T* at, int count, T factor)
        where V : struct, IVector<V, T>
    {
        V by = V.Broadcast(factor);
        for (int i = 0; i < count; i += V.Width)
        {
            int n = Math.Min(V.Width, count - i);
            (V.LoadPartial(at + i, n) * by).StorePartial(at + i, n);
        }
    }
}
