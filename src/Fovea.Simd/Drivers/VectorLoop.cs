using System.Numerics;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Drivers;

/// <summary>Runs a body on the widest registers of the machine, over the pool of threads.</summary>
public static class VectorLoop
{
    /// <summary>
    /// Numbers in one piece of an element-wise loop: 64 KB of float, a few microseconds of work, a multiple of every width, so that
    /// pieces of an aligned tensor are aligned too.
    /// </summary>
    public const int PieceLength = 16384;

    /// <summary>How many pieces cover <paramref name="length"/> numbers.</summary>
    public static int Pieces(int length) => (int)(((long)length + PieceLength - 1) / PieceLength);

    /// <summary>How many items that cost <paramref name="work"/> numbers each make one handful for a thread, at least 1.</summary>
    public static int Grain(long work) => (int)Math.Max(1, PieceLength / Math.Max(1, work));

    /// <summary>Runs <paramref name="body"/> over 0 … <paramref name="count"/> − 1; see <see cref="ParallelPool.For"/>.</summary>
    /// <param name="body">The loop.</param>
    /// <param name="count">Number of pieces.</param>
    /// <param name="grain">Pieces handed out at a time, at least 1.</param>
    public static void For<TBody, T>(ref TBody body, int count, int grain = 1)
        where TBody : unmanaged, IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var widest = new OnWidestVector<TBody, T>(body);
        ParallelPool.For(ref widest, count, grain);
    }

    // VectorInfo.Bits is a constant to the JIT: three of the four bodies are never compiled.
    private struct OnWidestVector<TBody, T>(TBody body) : IRangeBody
        where TBody : unmanaged, IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private TBody _body = body;

        public void Run(int from, int to)
        {
            if (VectorInfo.Bits == 512)
            {
                _body.Run<Vec512<T>>(from, to);
            }
            else if (VectorInfo.Bits == 256)
            {
                _body.Run<Vec256<T>>(from, to);
            }
            else if (VectorInfo.Bits == 128)
            {
                _body.Run<Vec128<T>>(from, to);
            }
            else
            {
                _body.Run<VecScalar<T>>(from, to);
            }
        }
    }
}
