using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Norm;

/// <summary>What both sweeps of the gradient read.</summary>
internal readonly unsafe struct BatchNormInput<T>(bool relu, T* x, T* y, T* dy, T* more, T* mean, T* scale, T* beta)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public readonly bool Relu = relu;
    public readonly T* X = x;
    public readonly T* Y = y;
    public readonly T* Dy = dy;

    /// <summary>A second part of the output's gradient, or null.</summary>
    public readonly T* More = more;
    public readonly T* Mean = mean;
    public readonly T* Scale = scale;
    public readonly T* Beta = beta;

    /// <summary>The same with the gradient already summed and masked.</summary>
    public BatchNormInput<T> With(T* gradient) => new(false, X, null, gradient, null, Mean, Scale, Beta);

    /// <summary>The numbers of a channel, for a place in it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BatchNormLine<V, T> Line<V>(int channel)
        where V : struct, IVector<V, T> => new(
            V.Broadcast(Mean[channel]), V.Broadcast(Scale[channel]), Beta is null ? V.Zero : V.Broadcast(Beta[channel]));
}

/// <summary>A channel's constants in registers.</summary>
internal readonly struct BatchNormLine<V, T>(V mean, V scale, V beta)
    where V : struct, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public readonly V Mean = mean;
    public readonly V Scale = scale;
    public readonly V Beta = beta;
}

/// <summary><c>dx = a·g + b·(x − μ) + k</c> with a, b and k per channel, segment by segment in the order of memory.</summary>
internal readonly unsafe struct BatchNormGradient<T>(int n, int c, int inner, BatchNormInput<T> input, T* lines, T* dx) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public int Pieces => n * c;

    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        for (int segment = from; segment < to; segment++)
        {
            Rows<V>(segment / c, segment % c, (segment % c) + 1);
        }
    }

    /// <summary>Some channels of one sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Rows<V>(int sample, int channel, int last)
        where V : struct, IVector<V, T>
    {
        if (!input.Relu)
        {
            Rows<V, Open>(sample, channel, last);
        }
        else if (input.Y is null)
        {
            Rows<V, Recomputed>(sample, channel, last);
        }
        else
        {
            Rows<V, Gated>(sample, channel, last);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Rows<V, TMask>(int sample, int channel, int last)
        where V : struct, IVector<V, T>
        where TMask : struct, IMask
    {
        for (; channel < last; channel++)
        {
            BatchNormLine<V, T> line = input.Line<V>(channel);
            V mean = line.Mean, scale = line.Scale, beta = line.Beta;
            V a = V.Broadcast(lines[channel]);
            V b = V.Broadcast(lines[c + channel]);
            V k = V.Broadcast(lines[(2 * c) + channel]);
            nint at = (((nint)sample * c) + channel) * inner;
            T* x = input.X + at;
            T* dy = input.Dy + at;
            T* y = TMask.ReadsOutput ? input.Y + at : null;
            T* to0 = dx + at;
            int i = 0;
            for (; i <= inner - V.Width; i += V.Width)
            {
                V x0 = V.Load(x + i) - mean;
                V g = V.Load(dy + i) & TMask.Of<V, T>(x0, scale, beta, y + i);
                V.MultiplyAdd(g, a, V.MultiplyAdd(x0, b, k)).Store(to0 + i);
            }

            if (i < inner)
            {
                int rest = inner - i;
                V x0 = V.LoadPartial(x + i, rest) - mean;
                V g = V.LoadPartial(dy + i, rest) & TMask.OfPartial<V, T>(x0, scale, beta, y + i, rest);
                V.MultiplyAdd(g, a, V.MultiplyAdd(x0, b, k)).StorePartial(to0 + i, rest);
            }
        }
    }
}

/// <summary>Puts the slices' sums together: <c>dx = a·g + b·(x − μ) + k</c> and the gradients of scale and shift.</summary>
internal readonly unsafe struct BatchNormTotals<T>(Segments segments, double* sums, double* dots, T* gamma, T* invStd, T* lines, T* dgamma, T* dbeta)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>γ·invStd of each channel, behind a, b and k.</summary>
    public T* Scales => lines + (3 * segments.Channels);

    public void Scale(int channel, int last)
    {
        for (; channel < last; channel++)
        {
            Scales[channel] = gamma is null ? invStd[channel] : invStd[channel] * gamma[channel];
        }
    }

    public void Settle(int channel, int last)
    {
        int c = segments.Channels;
        double count = (double)segments.Samples * segments.Inner;
        for (; channel < last; channel++)
        {
            double sum = 0;
            double dot = 0;
            for (int slice = 0; slice < segments.Slices; slice++)
            {
                sum += sums[(slice * c) + channel];
                dot += dots[(slice * c) + channel];
            }

            double inverse = double.CreateTruncating(invStd[channel]);
            double slope = gamma is null ? inverse : inverse * double.CreateTruncating(gamma[channel]);
            lines[channel] = T.CreateTruncating(slope);
            lines[c + channel] = T.CreateTruncating(-slope * inverse * inverse * dot / count);
            lines[(2 * c) + channel] = T.CreateTruncating(-slope * sum / count);
            if (dgamma is not null)
            {
                dgamma[channel] = T.CreateTruncating(dot * inverse);
            }

            if (dbeta is not null)
            {
                dbeta[channel] = T.CreateTruncating(sum);
            }
        }
    }
}

/// <summary>Sums and gradient of a group of channels, one after the other.</summary>
internal readonly unsafe struct BatchNormBackwardGroups<T>(
    ChannelGroups groups, Segments segments, BatchNormSums<T> sums, BatchNormTotals<T> totals, BatchNormGradient<T> gradient) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        for (int group = from; group < to; group++)
        {
            groups.Group(group, out int channel, out int last);
            for (int slice = 0; slice < segments.Slices; slice++)
            {
                segments.Slice(slice, out int sample, out int samples);
                sums.Slice<V>(slice, sample, samples, channel, last);
            }

            totals.Settle(channel, last);
            for (int sample = 0; sample < segments.Samples; sample++)
            {
                gradient.Rows<V>(sample, channel, last);
            }
        }
    }
}
