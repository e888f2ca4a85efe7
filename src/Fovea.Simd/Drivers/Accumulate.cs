using System.Numerics;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Drivers;

/// <summary>The sum of two gradients: the one loop that the tape itself needs.</summary>
public static unsafe class Accumulate
{
    private const int Piece = 32 * 1024;

    /// <summary><c>z = x + y</c>, element by element; z may be x or y.</summary>
    public static void Add<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(z.Length, x.Length);
        fixed (T* px = x, py = y, pz = z)
        {
            var body = new Body<T> { X = px, Y = py, Z = pz, Length = x.Length };
            WorkerTeam.For(ref body, (x.Length + Piece - 1) / Piece);
        }
    }

    private struct Body<T> : IRangeBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public T* X;
        public T* Y;
        public T* Z;
        public int Length;

        public readonly void Run(int from, int to)
        {
            int start = from * Piece;
            int end = Math.Min(Length, to * Piece);
            switch (LaneInfo.Bits)
            {
                case 512:
                    Loop<Lane512<T>>(start, end);
                    break;
                case 256:
                    Loop<Lane256<T>>(start, end);
                    break;
                case 128:
                    Loop<Lane128<T>>(start, end);
                    break;
                default:
                    Loop<LaneScalar<T>>(start, end);
                    break;
            }
        }

        private readonly void Loop<V>(int from, int to)
            where V : struct, ILane<V, T>
        {
            int i = from;
            for (; i <= to - V.Width; i += V.Width)
            {
                (V.Load(X + i) + V.Load(Y + i)).Store(Z + i);
            }

            for (; i < to; i++)
            {
                Z[i] = X[i] + Y[i];
            }
        }
    }
}
