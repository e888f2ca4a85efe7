using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>Scales every plane by a number of its own and adds another: what a channel gate does, and what its gradient needs.</summary>
public static unsafe class PlaneAffine
{
    /// <summary><c>y[p, i] = x[p, i] · scale[p] + shift[p]</c>, rounded once where the machine has FMA.</summary>
    /// <param name="planes">Number of planes.</param>
    /// <param name="positions">Numbers in a plane.</param>
    /// <param name="x">[planes, positions].</param>
    /// <param name="scale">[planes], or empty for 1.</param>
    /// <param name="shift">[planes], or empty for nothing to add.</param>
    /// <param name="y">[planes, positions], written; may be x itself.</param>
    /// <param name="streaming">Whether y is better written past the caches (where the planes are aligned to registers).</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Run<T>(int planes, int positions, ReadOnlySpan<T> x, ReadOnlySpan<T> scale, ReadOnlySpan<T> shift, Span<T> y, bool streaming = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "planeAffine";
        Guard.Length(Name, "x", (long)planes * positions, x.Length);
        Guard.Length(Name, "y", x.Length, y.Length);
        Guard.LengthOrEmpty(Name, "scale", planes, scale.Length);
        Guard.LengthOrEmpty(Name, "shift", planes, shift.Length);
        fixed (T* xAt = x, scaleAt = scale, shiftAt = shift, yAt = y)
        {
            if (streaming && StreamingStores.Aligned(yAt, positions))
            {
                var past = new Body<T, StreamingStore>(positions, xAt, scaleAt, shiftAt, yAt);
                VectorLoop.For<Body<T, StreamingStore>, T>(ref past, planes, PlanePartition.Grain(planes, positions));
                return;
            }

            var body = new Body<T, CachedStore>(positions, xAt, scaleAt, shiftAt, yAt);
            VectorLoop.For<Body<T, CachedStore>, T>(ref body, planes, PlanePartition.Grain(planes, positions));
        }
    }

    private readonly struct Body<T, TStore>(int positions, T* x, T* scale, T* shift, T* y) : IVectorBody<T>
        where TStore : struct, IStorePolicy
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            if (shift is null)
            {
                Scale<V>(from, to);
            }
            else
            {
                Affine<V>(from, to);
            }

            StreamingStores.Finish();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Scale<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            // From the last plane back: the sweep before went forward, and its end is what the cache still holds.
            for (int plane = to - 1; plane >= from; plane--)
            {
                T* a = x + ((nint)plane * positions);
                T* b = y + ((nint)plane * positions);
                V s = V.Broadcast(scale is null ? T.One : scale[plane]);
                nint i = 0;
                for (; i <= positions - (4 * V.Width); i += 4 * V.Width)
                {
                    V v0 = V.Load(a + i) * s;
                    V v1 = V.Load(a + i + V.Width) * s;
                    V v2 = V.Load(a + i + (2 * V.Width)) * s;
                    V v3 = V.Load(a + i + (3 * V.Width)) * s;
                    TStore.Store<V, T>(v0, b + i);
                    TStore.Store<V, T>(v1, b + i + V.Width);
                    TStore.Store<V, T>(v2, b + i + (2 * V.Width));
                    TStore.Store<V, T>(v3, b + i + (3 * V.Width));
                }

                for (; i < positions; i += V.Width)
                {
                    int n = (int)Math.Min(V.Width, positions - i);
                    (V.LoadPartial(a + i, n) * s).StorePartial(b + i, n);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Affine<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int plane = to - 1; plane >= from; plane--)
            {
                T* a = x + ((nint)plane * positions);
                T* b = y + ((nint)plane * positions);
                V s = V.Broadcast(scale is null ? T.One : scale[plane]);
                V t = V.Broadcast(shift[plane]);
                nint i = 0;
                for (; i <= positions - (4 * V.Width); i += 4 * V.Width)
                {
                    V v0 = V.MultiplyAdd(V.Load(a + i), s, t);
                    V v1 = V.MultiplyAdd(V.Load(a + i + V.Width), s, t);
                    V v2 = V.MultiplyAdd(V.Load(a + i + (2 * V.Width)), s, t);
                    V v3 = V.MultiplyAdd(V.Load(a + i + (3 * V.Width)), s, t);
                    TStore.Store<V, T>(v0, b + i);
                    TStore.Store<V, T>(v1, b + i + V.Width);
                    TStore.Store<V, T>(v2, b + i + (2 * V.Width));
                    TStore.Store<V, T>(v3, b + i + (3 * V.Width));
                }

                for (; i < positions; i += V.Width)
                {
                    int n = (int)Math.Min(V.Width, positions - i);
                    V.MultiplyAdd(V.LoadPartial(a + i, n), s, t).StorePartial(b + i, n);
                }
            }
        }
    }
}
