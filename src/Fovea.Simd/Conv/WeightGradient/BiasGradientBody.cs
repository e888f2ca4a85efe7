using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>The gradient of the bias: piece i is one channel. Planes are added up in lanes, and the planes' sums in double.</summary>
internal unsafe struct BiasGradientBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Grain = 1 << 16;

    private ConvShape _shape;
    private T* _dy;
    private T* _db;

    public static void Run(in ConvShape s, T* dy, T* db)
    {
        var body = new BiasGradientBody<V, T> { _shape = s, _dy = dy, _db = db };
        long work = Math.Max(1, (long)s.Batch * s.OutHeight * s.OutWidth);
        ParallelPool.For(ref body, s.OutChannels, (int)Math.Clamp(Grain / work, 1, int.MaxValue));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        int positions = _shape.OutHeight * _shape.OutWidth;
        for (int o = from; o < to; o++)
        {
            double sum = 0;
            for (int n = 0; n < _shape.Batch; n++)
            {
                sum += Plane(_dy + ((nint)n * _shape.OutChannels + o) * positions, positions);
            }

            _db[o] = T.CreateTruncating(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Plane(T* at, int count)
    {
        V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
        int j = 0;
        for (; j <= count - (4 * V.Width); j += 4 * V.Width)
        {
            a += V.Load(at + j);
            b += V.Load(at + j + V.Width);
            c += V.Load(at + j + (2 * V.Width));
            d += V.Load(at + j + (3 * V.Width));
        }

        for (; j < count; j += V.Width)
        {
            a += V.LoadPartial(at + j, Math.Min(V.Width, count - j));
        }

        return double.CreateTruncating(V.Sum(a + b + (c + d)));
    }
}
