using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;

namespace Fovea.Simd.Masking;

/// <summary>Choices between two tensors by a mask of the same shape.</summary>
public static unsafe class MaskSelect
{
    /// <summary><c>y[i] = mask[i] ? a[i] : b[i]</c>; an operand of one number stands for that number everywhere.</summary>
    /// <param name="mask">The mask.</param>
    /// <param name="a">Taken where the mask is set: as many numbers as the mask, or one.</param>
    /// <param name="b">Taken elsewhere: as many numbers as the mask, or one.</param>
    /// <param name="y">The result, as many numbers as the mask; may be a or b.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Run<T>(ReadOnlySpan<bool> mask, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Guard.Length("mask select", "y", mask.Length, y.Length);
        if (a.Length != 1)
        {
            Guard.Length("mask select", "a", mask.Length, a.Length);
        }

        if (b.Length != 1)
        {
            Guard.Length("mask select", "b", mask.Length, b.Length);
        }

        fixed (T* aAt = a, bAt = b, yAt = y)
        fixed (bool* maskAt = mask)
        {
            var body = new Body<T>(maskAt, mask.Length, aAt, a.Length == 1 ? 0 : 1, bAt, b.Length == 1 ? 0 : 1, yAt);
            ParallelPool.For(ref body, VectorLoop.Pieces(mask.Length));
        }
    }

    private readonly struct Body<T>(bool* mask, int length, T* a, nint stepA, T* b, nint stepB, T* y) : IRangeBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int from, int to)
        {
            nint end = (nint)Math.Min((long)to * VectorLoop.PieceLength, length);
            nint i = (nint)from * VectorLoop.PieceLength;
            if (typeof(T) == typeof(float))
            {
                i = Floats(i, end);
            }

            // Masks are often random: a branch would be guessed wrong every other time.
            for (; i < end; i++)
            {
                y[i] = *(mask[i] ? a + (i * stepA) : b + (i * stepB));
            }
        }

        private nint Floats(nint i, nint end)
        {
            int width = Vector<uint>.Count;
            for (; i <= end - Vector<byte>.Count; i += Vector<byte>.Count)
            {
                Vector.Widen(Vector.Load((byte*)mask + i), out Vector<ushort> low, out Vector<ushort> high);
                Vector.Widen(low, out Vector<uint> first, out Vector<uint> second);
                Vector.Widen(high, out Vector<uint> third, out Vector<uint> fourth);
                Four(i, first);
                Four(i + width, second);
                Four(i + (2 * width), third);
                Four(i + (3 * width), fourth);
            }

            return i;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Four(nint i, Vector<uint> flags)
        {
            Vector<float> whenSet = stepA == 0 ? new Vector<float>(*(float*)a) : Vector.Load((float*)a + i);
            Vector<float> otherwise = stepB == 0 ? new Vector<float>(*(float*)b) : Vector.Load((float*)b + i);
            Vector.ConditionalSelect(Vector.AsVectorSingle(Vector.Equals(flags, Vector<uint>.Zero)), otherwise, whenSet).Store((float*)y + i);
        }
    }
}
