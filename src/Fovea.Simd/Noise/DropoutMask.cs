using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Noise;

/// <summary>Random zeros whose places are a function of a seed, so that the same mask can be applied again without being stored.</summary>
public static unsafe class DropoutMask
{
    /// <summary><c>y[i] = 0</c> with the probability p, and <c>x[i] / (1 − p)</c> otherwise.</summary>
    /// <remarks>
    /// Place i draws <c>h(h(i + low) ^ high)</c> from the two halves of the seed, with h the finaliser of MurmurHash3 (Appleby): p is met
    /// to 2⁻³², and the mask depends neither on threads nor on the width of registers.
    /// </remarks>
    /// <param name="x">Values to read.</param>
    /// <param name="y">Values to write, as many; may be x itself.</param>
    /// <param name="probability">p, from 0 to 1.</param>
    /// <param name="seed">Which mask.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Apply<T>(ReadOnlySpan<T> x, Span<T> y, double probability, ulong seed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("dropout", "y", x.Length, y.Length);
        if (probability >= 1)
        {
            // The threshold 2³² would not fit the draws' 32 bits.
            Fill.Run(y, T.Zero);
            return;
        }

        fixed (T* xAt = x, yAt = y)
        {
            T scale = T.CreateTruncating(1 / (1 - probability));
            var body = new Body<T>(xAt, yAt, x.Length, (uint)(probability * 4294967296.0), scale, (uint)seed, (uint)(seed >> 32));
            ParallelPool.For(ref body, VectorLoop.Pieces(x.Length));
        }
    }

    private readonly struct Body<T>(T* x, T* y, int length, uint threshold, T scale, uint low, uint high) : IRangeBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int from, int to)
        {
            int end = (int)Math.Min((long)to * VectorLoop.PieceLength, length);
            int i = from * VectorLoop.PieceLength;
            if (typeof(T) == typeof(float))
            {
                i = Floats(i, end);
            }

            for (; i < end; i++)
            {
                y[i] = Hash(Hash((uint)i + low) ^ high) >= threshold ? x[i] * scale : T.Zero;
            }
        }

        private int Floats(int i, int end)
        {
            int width = Vector<uint>.Count;
            var place = Vector.CreateSequence((uint)i + low, 1u);
            var step = new Vector<uint>((uint)width);
            var limit = new Vector<uint>(threshold);
            var turn = new Vector<uint>(high);
            var factor = new Vector<float>((float)(object)scale);
            for (; i <= end - width; i += width, place += step)
            {
                Vector<uint> draw = Hash(Hash(place) ^ turn);
                Vector<float> kept = Vector.Load((float*)x + i) * factor;
                Vector<float> keep = Vector.AsVectorSingle(Vector.GreaterThanOrEqual(draw, limit));
                (keep & kept).Store((float*)y + i);
            }

            return i;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static uint Hash(uint h)
        {
            h = (h ^ (h >> 16)) * 0x85EBCA6B;
            h = (h ^ (h >> 13)) * 0xC2B2AE35;
            return h ^ (h >> 16);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector<uint> Hash(Vector<uint> h)
        {
            h = (h ^ (h >> 16)) * new Vector<uint>(0x85EBCA6B);
            h = (h ^ (h >> 13)) * new Vector<uint>(0xC2B2AE35);
            return h ^ (h >> 16);
        }
    }
}
