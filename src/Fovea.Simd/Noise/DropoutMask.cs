using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Noise;

/// <summary>Random zeros whose places are a function of a seed, so that the same mask can be applied again without being stored.</summary>
public static unsafe class DropoutMask
{
    /// <summary><c>y[i] = 0</c> with the probability p, and <c>x[i] / (1 − p)</c> otherwise.</summary>
    /// <remarks>
    /// Places 2i and 2i + 1 use the two halves of one 64-bit hash (the finaliser of SplitMix64; Steele, Lea and Flood 2014) of the seed and
    /// i: p is met to 2⁻³², and the mask does not depend on threads or widths.
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
        fixed (T* xAt = x, yAt = y)
        {
            T scale = probability < 1 ? T.CreateTruncating(1 / (1 - probability)) : T.Zero;
            var body = new Body<T>(xAt, yAt, x.Length, (ulong)(probability * 4294967296.0), scale, seed);
            WorkerTeam.For(ref body, LaneLoop.Pieces(x.Length));
        }
    }

    private readonly struct Body<T>(T* x, T* y, int length, ulong threshold, T scale, ulong seed) : IRangeBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int from, int to)
        {
            // Pieces have an even length, so that no pair is cut.
            int end = (int)Math.Min((long)to * LaneLoop.PieceLength, length);
            for (int i = from * LaneLoop.PieceLength; i < end; i += 2)
            {
                ulong bits = Hash(seed + ((ulong)i * 0x9E3779B97F4A7C15));
                y[i] = (uint)bits >= threshold ? x[i] * scale : T.Zero;
                if (i + 1 < end)
                {
                    y[i + 1] = (bits >> 32) >= threshold ? x[i + 1] * scale : T.Zero;
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static ulong Hash(ulong z)
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
