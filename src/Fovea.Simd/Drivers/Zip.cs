using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Drivers;

/// <summary>Applies a function of two numbers to two tensors of the same shape.</summary>
public static unsafe class Zip
{
    /// <summary><c>z[i] = op(x[i], y[i])</c> for every i.</summary>
    /// <param name="x">Operand 1.</param>
    /// <param name="y">Operand 2.</param>
    /// <param name="z">Numbers to write, as many; may be one of the operands itself, but not overlap one with an offset.</param>
    /// <param name="op">The function.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Run<TOp, T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z, TOp op)
        where TOp : unmanaged, IBinary
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("zip", "y", x.Length, y.Length);
        Guard.Length("zip", "z", x.Length, z.Length);
        fixed (T* xAt = x, yAt = y, zAt = z)
        {
            var body = new Body<TOp, T>(xAt, yAt, zAt, x.Length, op);
            VectorLoop.For<Body<TOp, T>, T>(ref body, VectorLoop.Pieces(x.Length));
        }
    }

    private readonly struct Body<TOp, T>(T* x, T* y, T* z, int length, TOp op) : IVectorBody<T>
        where TOp : unmanaged, IBinary
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            nint i = (nint)from * VectorLoop.PieceLength;
            nint end = Math.Min((nint)to * VectorLoop.PieceLength, length);
            TOp f = op;
            T* xAt = x, yAt = y, zAt = z;
            for (; i <= end - V.Width; i += V.Width)
            {
                f.Apply<V, T>(V.Load(xAt + i), V.Load(yAt + i)).Store(zAt + i);
            }

            if (i < end)
            {
                Tail<V>(i, (int)(end - i));
            }
        }

        // A method of its own: twice a long formula in one method is more than the JIT inlines.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private void Tail<V>(nint i, int rest)
            where V : struct, IVector<V, T>
        {
            TOp f = op;
            f.Apply<V, T>(V.LoadPartial(x + i, rest), V.LoadPartial(y + i, rest)).StorePartial(z + i, rest);
        }
    }
}
