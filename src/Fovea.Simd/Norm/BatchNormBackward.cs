using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Lanes;

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
        where V : struct, ILane<V, T> => new(
            V.Broadcast(Mean[channel]), V.Broadcast(Scale[channel]), Beta is null ? V.Zero : V.Broadcast(Beta[channel]));
}

/// <summary>A channel's constants in registers.</summary>
internal readonly struct BatchNormLine<V, T>(V mean, V scale, V beta)
    where V : struct, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public readonly V Mean = mean;
    public readonly V Scale = scale;
    public readonly V Beta = beta;
}

/// <summary><c>dx = a·g + b·(x − μ) + k</c> with a, b and k per channel, segment by segment in the order of memory.</summary>
internal readonly unsafe struct BatchNormGradient<T>(int n, int c, int inner, BatchNormInput<T> input, T* lines, T* dx) : ILaneBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public int Pieces => n * c;

    public void Run<V>(int from, int to)
        where V : struct, ILane<V, T>
    {
        if (!input.Relu)
        {
            Segments<V, Open>(from, to);
        }
        else if (input.Y is null)
        {
            Segments<V, Recomputed>(from, to);
        }
        else
        {
            Segments<V, Gated>(from, to);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Segments<V, TMask>(int from, int to)
        where V : struct, ILane<V, T>
        where TMask : struct, IMask
    {
        for (int segment = from; segment < to; segment++)
        {
            int channel = segment % c;
            BatchNormLine<V, T> line = input.Line<V>(channel);
            V mean = line.Mean, scale = line.Scale, beta = line.Beta;
            V a = V.Broadcast(lines[channel]);
            V b = V.Broadcast(lines[c + channel]);
            V k = V.Broadcast(lines[(2 * c) + channel]);
            nint at = (nint)segment * inner;
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
