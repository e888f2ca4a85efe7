using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Norm;

/// <summary>Gradients of one channel after the other: the two sums first, then dx while the channel is still in the cache.</summary>
internal unsafe struct BatchNormBackward<T> : ILaneBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public int N;
    public int C;
    public int Inner;
    public T* X;
    public T* Y;
    public T* Dy;
    public T* Gamma;
    public T* Mean;
    public T* InvStd;
    public T* Dx;
    public T* Dresidual;
    public T* Dgamma;
    public T* Dbeta;

    public readonly void Run<V>(int from, int to)
        where V : struct, ILane<V, T>
    {
        double count = (double)N * Inner;
        for (int channel = from; channel < to; channel++)
        {
            if (Y is null)
            {
                Sums<V, Open>(channel, out double sum, out double dot);
                Write<V, Open>(channel, sum / count, dot / count);
            }
            else
            {
                Sums<V, Gated>(channel, out double sum, out double dot);
                Write<V, Gated>(channel, sum / count, dot / count);
            }
        }
    }

    // Σ g and Σ g·(x − μ), block by block in float and above that in double.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Sums<V, TMask>(int channel, out double sum, out double dot)
        where V : struct, ILane<V, T>
        where TMask : struct, IMask
    {
        var segments = new Segments(N, Inner);
        nint stride = (nint)C * Inner;
        V mean = V.Broadcast(Mean[channel]);
        sum = 0;
        dot = 0;
        for (int first = 0; first < N; first += segments.PerBlock)
        {
            int rows = Math.Min(segments.PerBlock, N - first);
            for (int part = 0; part < segments.Parts; part++)
            {
                nint at = (first * stride) + ((nint)channel * Inner) + ((nint)part * segments.PartLength);
                int length = Math.Min(segments.PartLength, Inner - (part * segments.PartLength));
                V s0 = V.Zero, s1 = V.Zero, d0 = V.Zero, d1 = V.Zero;
                for (int row = 0; row < rows; row++, at += stride)
                {
                    T* x = X + at;
                    T* dy = Dy + at;
                    T* y = TMask.On ? Y + at : null;
                    int i = 0;
                    for (; i <= length - (2 * V.Width); i += 2 * V.Width)
                    {
                        V g0 = TMask.Load<V, T>(dy + i, y + i);
                        V g1 = TMask.Load<V, T>(dy + i + V.Width, y + i + V.Width);
                        s0 += g0;
                        s1 += g1;
                        d0 = V.MultiplyAdd(g0, V.Load(x + i) - mean, d0);
                        d1 = V.MultiplyAdd(g1, V.Load(x + i + V.Width) - mean, d1);
                    }

                    for (; i < length; i += V.Width)
                    {
                        // The gradient's lanes past the end are zero, so x's do not matter.
                        int n = Math.Min(V.Width, length - i);
                        V g = TMask.LoadPartial<V, T>(dy + i, y + i, n);
                        s0 += g;
                        d0 = V.MultiplyAdd(g, V.LoadPartial(x + i, n) - mean, d0);
                    }
                }

                sum += double.CreateTruncating(V.Sum(s0 + s1));
                dot += double.CreateTruncating(V.Sum(d0 + d1));
            }
        }
    }

    // dx = a·g + b·(x − μ) + k.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Write<V, TMask>(int channel, double meanOfG, double meanOfDot)
        where V : struct, ILane<V, T>
        where TMask : struct, IMask
    {
        double count = (double)N * Inner;
        double invStd = double.CreateTruncating(InvStd[channel]);
        double slope = (Gamma is null ? 1 : double.CreateTruncating(Gamma[channel])) * invStd;
        if (Dgamma is not null)
        {
            Dgamma[channel] = T.CreateTruncating(meanOfDot * count * invStd);
        }

        if (Dbeta is not null)
        {
            Dbeta[channel] = T.CreateTruncating(meanOfG * count);
        }

        V mean = V.Broadcast(Mean[channel]);
        V a = V.Broadcast(T.CreateTruncating(slope));
        V b = V.Broadcast(T.CreateTruncating(-slope * invStd * invStd * meanOfDot));
        V k = V.Broadcast(T.CreateTruncating(-slope * meanOfG));
        nint stride = (nint)C * Inner;
        nint at = (nint)channel * Inner;
        for (int row = 0; row < N; row++, at += stride)
        {
            T* x = X + at;
            T* dy = Dy + at;
            T* y = TMask.On ? Y + at : null;
            T* dx = Dx + at;
            int i = 0;
            if (Dresidual is null)
            {
                for (; i <= Inner - V.Width; i += V.Width)
                {
                    V g = TMask.Load<V, T>(dy + i, y + i);
                    V.MultiplyAdd(g, a, V.MultiplyAdd(V.Load(x + i) - mean, b, k)).Store(dx + i);
                }
            }
            else
            {
                T* dresidual = Dresidual + at;
                for (; i <= Inner - V.Width; i += V.Width)
                {
                    V g = TMask.Load<V, T>(dy + i, y + i);
                    V result = V.MultiplyAdd(g, a, V.MultiplyAdd(V.Load(x + i) - mean, b, k));
                    g.Store(dresidual + i);
                    result.Store(dx + i);
                }
            }

            if (i < Inner)
            {
                int n = Inner - i;
                V g = TMask.LoadPartial<V, T>(dy + i, y + i, n);
                V result = V.MultiplyAdd(g, a, V.MultiplyAdd(V.LoadPartial(x + i, n) - mean, b, k));
                if (Dresidual is not null)
                {
                    g.StorePartial(Dresidual + at + i, n);
                }

                result.StorePartial(dx + i, n);
            }
        }
    }
}

/// <summary>How the gradient is read: as it is, or only where the fused ReLU let something through.</summary>
internal unsafe interface IMask
{
    static abstract bool On { get; }

    static abstract V Load<V, T>(T* dy, T* y)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    static abstract V LoadPartial<V, T>(T* dy, T* y, int count)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}

/// <summary>No ReLU.</summary>
internal readonly unsafe struct Open : IMask
{
    public static bool On => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* dy, T* y)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.Load(dy);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadPartial<V, T>(T* dy, T* y, int count)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.LoadPartial(dy, count);
}

/// <summary>The gradient where y &gt; 0.</summary>
internal readonly unsafe struct Gated : IMask
{
    public static bool On => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* dy, T* y)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => V.GreaterThan(V.Load(y), V.Zero) & V.Load(dy);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadPartial<V, T>(T* dy, T* y, int count)
        where V : struct, ILane<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        V.GreaterThan(V.LoadPartial(y, count), V.Zero) & V.LoadPartial(dy, count);
}
