using System.Diagnostics;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Drivers;

/// <summary>What the machine can do at best right now, measured: the ceiling that profiles hold kernels against.</summary>
public static unsafe class MachinePeak
{
    private const int Repeats = 7;
    private const int Rounds = 200_000;
    private const long LeastCopy = 64 << 20;
    private const long MostCopy = 256 << 20;

    /// <summary>Floating-point operations a second of fused multiply-adds in registers, float32, all threads: the best of a few runs.</summary>
    public static double FlopsPerSecond()
    {
        double best = 0;
        int threads = ParallelPool.Threads;
        float* sinks = stackalloc float[256];
        for (int i = 0; i < Repeats; i++)
        {
            // More pieces than threads, so that one thread that was put to sleep does not hold the others up for its whole share.
            int pieces = 4 * threads;
            var body = new FmaBody(sinks);
            long start = Stopwatch.GetTimestamp();
            VectorLoop.For<FmaBody, float>(ref body, pieces);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            best = Math.Max(best, 2.0 * FmaBody.Chains * Rounds * (VectorInfo.Bits / 32.0) * pieces / seconds);
        }

        return best;
    }

    /// <summary>Bytes a second, read and written together, of a copy far larger than the caches, all threads: the best of a few runs.</summary>
    public static double BytesPerSecond() => BytesPerSecond((int)Math.Clamp(4 * CacheSizes.Told, LeastCopy, MostCopy));

    /// <summary>Bytes a second, read and written together, of a copy of a given size, all threads: the best of a few runs.</summary>
    /// <param name="copyBytes">Bytes of the source, at least 1 MiB, rounded down to whole MiB.</param>
    public static double BytesPerSecond(int copyBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(copyBytes, CopyBody.Piece);
        int pieces = copyBytes / CopyBody.Piece;
        int bytes = pieces * CopyBody.Piece;
        using var from = new AlignedBlock(bytes);
        using var to = new AlignedBlock(bytes);
        from.AsSpan<byte>(bytes).Fill(1);
        to.AsSpan<byte>(bytes).Clear();
        double best = 0;
        fixed (byte* source = from.AsSpan<byte>(bytes), target = to.AsSpan<byte>(bytes))
        {
            for (int i = 0; i < Repeats; i++)
            {
                var body = new CopyBody(source, target);
                long start = Stopwatch.GetTimestamp();
                ParallelPool.For(ref body, pieces);
                best = Math.Max(best, 2.0 * bytes / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }

        return best;
    }

    // Twelve chains hide the latency of two units and fit the sixteen registers of AVX2.
    private readonly struct FmaBody(float* sinks) : IVectorBody<float>
    {
        public const int Chains = 12;

        public void Run<V>(int from, int to)
            where V : struct, IVector<V, float>
        {
            for (int piece = from; piece < to; piece++)
            {
                V a = V.Broadcast(0.999f), b = V.Broadcast(0.001f);
                V c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
                for (int i = 0; i < Rounds; i++)
                {
                    c0 = V.MultiplyAdd(a, c0, b);
                    c1 = V.MultiplyAdd(a, c1, b);
                    c2 = V.MultiplyAdd(a, c2, b);
                    c3 = V.MultiplyAdd(a, c3, b);
                    c4 = V.MultiplyAdd(a, c4, b);
                    c5 = V.MultiplyAdd(a, c5, b);
                    c6 = V.MultiplyAdd(a, c6, b);
                    c7 = V.MultiplyAdd(a, c7, b);
                    c8 = V.MultiplyAdd(a, c8, b);
                    c9 = V.MultiplyAdd(a, c9, b);
                    c10 = V.MultiplyAdd(a, c10, b);
                    c11 = V.MultiplyAdd(a, c11, b);
                }

                // The sum is kept so that the work is not optimised away.
                sinks[piece & 255] = V.Sum(c0 + c1 + c2 + c3 + (c4 + c5 + c6 + c7) + (c8 + c9 + c10 + c11));
            }
        }
    }

    private readonly struct CopyBody(byte* source, byte* target) : IRangeBody
    {
        public const int Piece = 1 << 20;

        public void Run(int from, int to) =>
            Buffer.MemoryCopy(source + (long)from * Piece, target + (long)from * Piece, (long)(to - from) * Piece, (long)(to - from) * Piece);
    }
}
