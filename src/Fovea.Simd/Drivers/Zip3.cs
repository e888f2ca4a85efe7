using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Drivers;

/// <summary>Applies a function of three numbers to three tensors of the same shape.</summary>
public static unsafe class Zip3
{
    /// <summary><c>w[i] = op(x[i], y[i], z[i])</c> for every i.</summary>
    /// <param name="x">Operand 1.</param>
    /// <param name="y">Operand 2.</param>
    /// <param name="z">Operand 3.</param>
    /// <param name="w">Numbers to write, as many; may be one of the operands itself, but not overlap one with an offset.</param>
    /// <param name="op">The function.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Run<TOp, T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> z, Span<T> w, TOp op)
        where TOp : unmanaged, ITernary
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("zip3", "y", x.Length, y.Length);
        Guard.Length("zip3", "z", x.Length, z.Length);
        Guard.Length("zip3", "w", x.Length, w.Length);
        fixed (T* xAt = x, yAt = y, zAt = z, wAt = w)
        {
            var body = new Body<TOp, T>(xAt, yAt, zAt, wAt, x.Length, op);
            VectorLoop.For<Body<TOp, T>, T>(ref body, VectorLoop.Pieces(x.Length));
        }
    }

    private readonly struct Body<TOp, T>(T* x, T* y, T* z, T* w, int length, TOp op) : IVectorBody<T>
        where TOp : unmanaged, ITernary
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            nint i = (nint)from * VectorLoop.PieceLength;
            nint end = Math.Min((nint)to * VectorLoop.PieceLength, length);
            TOp f = op;
            T* xAt = x, yAt = y, zAt = z, wAt = w;
            for (; i <= end - V.Width; i += V.Width)
            {
                f.Apply<V, T>(V.Load(xAt + i), V.Load(yAt + i), V.Load(zAt + i)).Store(wAt + i);
            }

            if (i < end)
            {
                int rest = (int)(end - i);
                f.Apply<V, T>(V.LoadPartial(xAt + i, rest), V.LoadPartial(yAt + i, rest), V.LoadPartial(zAt + i, rest)).StorePartial(wAt + i, rest);
            }
        }
    }
}
