using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Drivers;

/// <summary>Applies a function of one number to a whole tensor.</summary>
public static unsafe class Map
{
    /// <summary><c>y[i] = op(x[i])</c> for every i.</summary>
    /// <param name="x">Numbers to read.</param>
    /// <param name="y">Numbers to write, as many; may be one of the operands itself, but not overlap one with an offset.</param>
    /// <param name="op">The function.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Run<TOp, T>(ReadOnlySpan<T> x, Span<T> y, TOp op)
        where TOp : unmanaged, IUnary
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("map", "y", x.Length, y.Length);
        fixed (T* xAt = x, yAt = y)
        {
            var body = new Body<TOp, T>(xAt, yAt, x.Length, op);
            VectorLoop.For<Body<TOp, T>, T>(ref body, VectorLoop.Pieces(x.Length));
        }
    }

    private readonly struct Body<TOp, T>(T* x, T* y, int length, TOp op) : IVectorBody<T>
        where TOp : unmanaged, IUnary
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            nint i = (nint)from * VectorLoop.PieceLength;
            nint end = Math.Min((nint)to * VectorLoop.PieceLength, length);
            TOp f = op;
            T* xAt = x, yAt = y;
            for (; i <= end - V.Width; i += V.Width)
            {
                f.Apply<V, T>(V.Load(xAt + i)).Store(yAt + i);
            }

            if (i < end)
            {
                int rest = (int)(end - i);
                f.Apply<V, T>(V.LoadPartial(xAt + i, rest)).StorePartial(yAt + i, rest);
            }
        }
    }
}
