using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Drivers;

/// <summary>Writes one number everywhere.</summary>
public static unsafe class Fill
{
    /// <summary><c>y[i] = value</c> for every i.</summary>
    public static void Run<T>(Span<T> y, T value)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        fixed (T* at = y)
        {
            var body = new Body<T>(at, y.Length, value);
            ParallelPool.For(ref body, VectorLoop.Pieces(y.Length), 4);
        }
    }

    private readonly struct Body<T>(T* y, int length, T value) : IRangeBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int from, int to)
        {
            nint start = (nint)from * VectorLoop.PieceLength;
            nint end = Math.Min((nint)to * VectorLoop.PieceLength, length);
            new Span<T>(y + start, (int)(end - start)).Fill(value);
        }
    }
}
