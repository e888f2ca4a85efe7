using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Norm;

/// <summary>Statistics and output of one channel after the other.</summary>
internal unsafe struct BatchNormForward<T> : ILaneBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public int N;
    public int C;
    public int Inner;
    public T* X;
    public T* Gamma;
    public T* Beta;
    public T* Residual;
    public T* Y;
    public T* Mean;
    public T* InvStd;
    public T* Variance;
    public double Eps;
    public bool Relu;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run<V>(int from, int to)
        where V : struct, ILane<V, T>
    {
        var segments = new Segments(N, Inner);
        nint stride = (nint)C * Inner;
        for (int channel = from; channel < to; channel++)
        {
            nint at = (nint)channel * Inner;
            segments.Moments<V, T>(X + at, stride, out double mean, out double deviations);
            double variance = deviations / ((double)N * Inner);
            double invStd = 1 / Math.Sqrt(variance + Eps);
            Mean[channel] = T.CreateTruncating(mean);
            InvStd[channel] = T.CreateTruncating(invStd);
            if (Variance is not null)
            {
                Variance[channel] = T.CreateTruncating(variance);
            }

            double gamma = Gamma is null ? 1 : double.CreateTruncating(Gamma[channel]);
            var affine = new ChannelAffine<T>(
                T.CreateTruncating(mean), T.CreateTruncating(gamma * invStd), Beta is null ? T.Zero : Beta[channel], Relu);
            for (int i = 0; i < N; i++, at += stride)
            {
                affine.Apply<V>(X + at, Residual is null ? null : Residual + at, Y + at, Inner);
            }
        }
    }
}

/// <summary>
/// <c>y = max((x − centre)·scale + shift + residual, floor)</c>: subtracting first keeps the digits of x where the mean is large beside
/// the deviation. The floor is −∞ where there is no ReLU, so that one loop serves both.
/// </summary>
internal readonly unsafe struct ChannelAffine<T>(T centre, T scale, T shift, bool relu)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<V>(T* x, T* residual, T* y, int length)
        where V : struct, ILane<V, T>
    {
        V m = V.Broadcast(centre);
        V a = V.Broadcast(scale);
        V b = V.Broadcast(shift);
        V floor = V.Broadcast(relu ? T.Zero : T.NegativeInfinity);
        int i = 0;
        if (residual is null)
        {
            for (; i <= length - V.Width; i += V.Width)
            {
                V.MaxFast(floor, V.MultiplyAdd(V.Load(x + i) - m, a, b)).Store(y + i);
            }

            if (i < length)
            {
                V.MaxFast(floor, V.MultiplyAdd(V.LoadPartial(x + i, length - i) - m, a, b)).StorePartial(y + i, length - i);
            }

            return;
        }

        for (; i <= length - V.Width; i += V.Width)
        {
            V.MaxFast(floor, V.MultiplyAdd(V.Load(x + i) - m, a, b) + V.Load(residual + i)).Store(y + i);
        }

        if (i < length)
        {
            int n = length - i;
            V.MaxFast(floor, V.MultiplyAdd(V.LoadPartial(x + i, n) - m, a, b) + V.LoadPartial(residual + i, n)).StorePartial(y + i, n);
        }
    }
}

/// <summary>Evaluation: segments of single channels, long ones cut.</summary>
internal readonly unsafe struct BatchNormInference<T>(int n, int c, int inner, T* x, T* scale, T* shift, T* residual, bool relu, T* y)
    : ILaneBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _chunks = Math.Max(1, LaneLoop.Pieces(inner));

    public int Pieces => n * c * _chunks;

    public int Grain => LaneLoop.Grain(Math.Min(inner, LaneLoop.PieceLength));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to)
        where V : struct, ILane<V, T>
    {
        for (int piece = from; piece < to; piece++)
        {
            (int segment, int chunk) = Math.DivRem(piece, _chunks);
            int channel = segment % c;
            int start = chunk * LaneLoop.PieceLength;
            nint at = ((nint)segment * inner) + start;
            var affine = new ChannelAffine<T>(T.Zero, scale[channel], shift[channel], relu);
            affine.Apply<V>(x + at, residual is null ? null : residual + at, y + at, Math.Min(LaneLoop.PieceLength, inner - start));
        }
    }
}
