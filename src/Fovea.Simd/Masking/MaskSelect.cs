using System.Numerics;
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
            WorkerTeam.For(ref body, LaneLoop.Pieces(mask.Length));
        }
    }

    private readonly struct Body<T>(bool* mask, int length, T* a, nint stepA, T* b, nint stepB, T* y) : IRangeBody
        where T : unmanaged
    {
        public void Run(int from, int to)
        {
            nint end = (nint)Math.Min((long)to * LaneLoop.PieceLength, length);
            for (nint i = (nint)from * LaneLoop.PieceLength; i < end; i++)
            {
                y[i] = mask[i] ? a[i * stepA] : b[i * stepB];
            }
        }
    }
}
