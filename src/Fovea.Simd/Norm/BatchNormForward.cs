using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Norm;

/// <summary>The moments of each channel of each slice.</summary>
internal readonly unsafe struct BatchNormMoments<T>(Segments segments, T* x, Moments* moments) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        for (int piece = from; piece < to; piece++)
        {
            segments.Piece(piece, out int slice, out int sample, out int samples, out int channel, out int last);
            for (; channel < last; channel++)
            {
                T* at = x + (sample * segments.Stride) + ((nint)channel * segments.Inner);
                moments[(slice * segments.Channels) + channel] = segments.Moments<V, T>(at, samples);
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
        where V : struct, IVector<V, T> => Apply<V, CachedStore>(x, residual, y, length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<V, TStore>(T* x, T* residual, T* y, int length)
        where V : struct, IVector<V, T>
        where TStore : struct, IStorePolicy
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
                TStore.Store(V.MaxFast(floor, V.MultiplyAdd(V.Load(x + i) - m, a, b)), y + i);
            }

            if (i < length)
            {
                V.MaxFast(floor, V.MultiplyAdd(V.LoadPartial(x + i, length - i) - m, a, b)).StorePartial(y + i, length - i);
            }

            return;
        }

        for (; i <= length - V.Width; i += V.Width)
        {
            TStore.Store(V.MaxFast(floor, V.MultiplyAdd(V.Load(x + i) - m, a, b) + V.Load(residual + i)), y + i);
        }

        if (i < length)
        {
            int n = length - i;
            V.MaxFast(floor, V.MultiplyAdd(V.LoadPartial(x + i, n) - m, a, b) + V.LoadPartial(residual + i, n)).StorePartial(y + i, n);
        }
    }
}

/// <summary>The output, segment by segment in the order of memory; long segments are cut.</summary>
internal readonly unsafe struct BatchNormApply<T>(
    int n, int c, int inner, T* x, T* centre, T* scale, T* shift, T* residual, bool relu, T* y) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _chunks = Math.Max(1, VectorLoop.Pieces(inner));

    public int Pieces => n * c * _chunks;

    public int Grain => VectorLoop.Grain(Math.Min(inner, VectorLoop.PieceLength));

    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        if (StreamingStores.Pay<T>((long)n * c * inner) && StreamingStores.Aligned(y, inner))
        {
            Run<V, StreamingStore>(from, to);
            StreamingStores.Finish();
        }
        else
        {
            Run<V, CachedStore>(from, to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Run<V, TStore>(int from, int to)
        where V : struct, IVector<V, T>
        where TStore : struct, IStorePolicy
    {
        for (int piece = from; piece < to; piece++)
        {
            (int segment, int chunk) = Math.DivRem(piece, _chunks);
            int channel = segment % c;
            int start = chunk * VectorLoop.PieceLength;
            nint at = ((nint)segment * inner) + start;
            var affine = new ChannelAffine<T>(
                centre is null ? T.Zero : centre[channel], scale[channel], shift is null ? T.Zero : shift[channel], relu);
            affine.Apply<V, TStore>(x + at, residual is null ? null : residual + at, y + at, Math.Min(VectorLoop.PieceLength, inner - start));
        }
    }
}
