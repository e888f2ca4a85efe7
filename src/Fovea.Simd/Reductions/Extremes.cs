using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Reductions;

/// <summary>
/// Maxima over the middle axis of [outer, axis, inner], with or without the place of the first one. Minima are the maxima of −x,
/// negated back, which is exact. NaN wins over every number.
/// </summary>
internal static unsafe class Extremes
{
    public static void Run<T>(int outer, int axis, int inner, T* x, T* y, int* index, bool smallest)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int limit = Strips.Balance(outer, inner);
        var body = new Body<T>(axis, inner, limit, x, y, index, smallest ? T.NegativeZero : T.Zero);
        int strips = inner == 1 ? 1 : Strips.Count(inner, limit);
        VectorLoop.For<Body<T>, T>(ref body, outer * strips, VectorLoop.Grain((long)axis * Math.Min(inner, limit)));
    }

    // The sign is exclusive-ored into what is read and into what is written.
    private readonly struct Body<T>(int axis, int inner, int limit, T* x, T* y, int* index, T sign) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            if (inner == 1)
            {
                Rows<V>(from, to);
                return;
            }

            int strips = Strips.Count(inner, limit);
            int width = Strips.Length(inner, limit);
            for (int piece = from; piece < to; piece++)
            {
                (int o, int strip) = Math.DivRem(piece, strips);
                int column = strip * width;
                int columns = Math.Min(width, inner - column);
                nint at = ((nint)o * axis * inner) + column;
                nint out0 = ((nint)o * inner) + column;
                if (index is null)
                {
                    Columns<V>(x + at, columns, y + out0);
                }
                else
                {
                    IndexedColumns<V>(x + at, columns, y + out0, index + out0);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Rows<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            V flip = V.Broadcast(sign);
            for (int r = from; r < to; r++)
            {
                T* row = x + ((nint)r * axis);
                V m0 = V.Broadcast(row[0]) ^ flip, m1 = m0;
                int i = 0;
                for (; i <= axis - (2 * V.Width); i += 2 * V.Width)
                {
                    m0 = V.Max(m0, V.Load(row + i) ^ flip);
                    m1 = V.Max(m1, V.Load(row + i + V.Width) ^ flip);
                }

                for (; i <= axis - V.Width; i += V.Width)
                {
                    m0 = V.Max(m0, V.Load(row + i) ^ flip);
                }

                // A ragged end is read one by one into the same register: lanes past the end must not count.
                for (; i < axis; i++)
                {
                    m1 = V.Max(m1, V.Broadcast(row[i]) ^ flip);
                }

                V best = V.Broadcast(V.MaxAcross(V.Max(m0, m1))) ^ flip;
                T value = V.MaxAcross(best);
                y[r] = value;
                if (index is not null)
                {
                    index[r] = First<V>(row, axis, value);
                }
            }
        }

        // The row was just read and is in the cache: a second look costs less than carrying places along in the first.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static int First<V>(T* row, int length, T value)
            where V : struct, IVector<V, T>
        {
            V sought = V.Broadcast(value);
            V all = V.Equal(V.Zero, V.Zero);
            bool nan = T.IsNaN(value);
            for (int i = 0; i < length; i += V.Width)
            {
                V next = V.LoadPartial(row + i, length - i);
                uint found = V.SetLanes(nan ? V.Equal(next, next) ^ all : V.Equal(next, sought));
                if (found != 0 && i + BitOperations.TrailingZeroCount(found) < length)
                {
                    return i + BitOperations.TrailingZeroCount(found);
                }
            }

            return 0;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Columns<V>(T* at, int columns, T* to)
            where V : struct, IVector<V, T>
        {
            V flip = V.Broadcast(sign);
            for (int i = 0; i < columns; i += V.Width)
            {
                int n = Math.Min(V.Width, columns - i);
                (V.LoadPartial(at + i, n) ^ flip).StorePartial(to + i, n);
            }

            for (int a = 1; a < axis; a++)
            {
                T* row = at + ((nint)a * inner);
                int i = 0;
                for (; i <= columns - V.Width; i += V.Width)
                {
                    Prefetch.Line(row + inner + i);
                    V.Max(V.Load(to + i), V.Load(row + i) ^ flip).Store(to + i);
                }

                if (i < columns)
                {
                    int n = columns - i;
                    V.Max(V.LoadPartial(to + i, n), V.LoadPartial(row + i, n) ^ flip).StorePartial(to + i, n);
                }
            }

            for (int i = 0; i < columns; i += V.Width)
            {
                int n = Math.Min(V.Width, columns - i);
                (V.LoadPartial(to + i, n) ^ flip).StorePartial(to + i, n);
            }
        }

        // Places are carried as numbers in lanes of T, exact up to 2²⁴ rows for float; Reduction checks that.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        [SkipLocalsInit]
        private void IndexedColumns<V>(T* at, int columns, T* to, int* places)
            where V : struct, IVector<V, T>
        {
            V flip = V.Broadcast(sign);
            T* found = stackalloc T[Strips.Limit];
            for (int i = 0; i < columns; i += V.Width)
            {
                int n = Math.Min(V.Width, columns - i);
                (V.LoadPartial(at + i, n) ^ flip).StorePartial(to + i, n);
                V.Zero.StorePartial(found + i, n);
            }

            for (int a = 1; a < axis; a++)
            {
                T* row = at + ((nint)a * inner);
                V place = V.Broadcast(T.CreateTruncating(a));
                for (int i = 0; i < columns; i += V.Width)
                {
                    int n = Math.Min(V.Width, columns - i);
                    Prefetch.Line(row + inner + i);
                    V best = V.LoadPartial(to + i, n);
                    V next = V.LoadPartial(row + i, n) ^ flip;

                    // The best so far stays if it is at least the next, or NaN; a NaN that comes next is neither.
                    V stays = V.GreaterThanOrEqual(best, next) | (V.Equal(best, best) ^ V.Equal(V.Zero, V.Zero));
                    V.Select(stays, best, next).StorePartial(to + i, n);
                    V.Select(stays, V.LoadPartial(found + i, n), place).StorePartial(found + i, n);
                }
            }

            for (int i = 0; i < columns; i += V.Width)
            {
                int n = Math.Min(V.Width, columns - i);
                V.LoadPartial(found + i, n).StoreIntegers(places + i, n);
                (V.LoadPartial(to + i, n) ^ flip).StorePartial(to + i, n);
            }
        }
    }
}
