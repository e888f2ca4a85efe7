using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>
/// Correlations with output channels in the lanes whose taps all read one staged window of the input, which holds every number once:
/// for kernels of several taps, and for strides.
/// </summary>
internal static unsafe class WindowConvolution<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Runs one correlation from weights that <see cref="ChannelWeights{V, T}"/> packed.</summary>
    public static void Run(in ConvJob job, T* x, T* packed, T* y, in ConvEpilogue<T> epilogue)
    {
        WindowPlan plan = WindowPlan.Make<V, T>(job);
        using var shared = new Scratch<T>(plan.Shares ? plan.StageCount * plan.Units * job.Groups : 1);
        var input = new WindowInput<V, T>(&plan, x, shared.At);
        if (plan.Shares)
        {
            ParallelPool.For(ref input, input.Pieces);
        }

        T* at = plan.Shares ? shared.At : null;
        if (plan.Stride == 1)
        {
            var body = new WindowBody<V, T, ChannelColumns<N1>> { Plan = &plan, Input = input, Shared = at, Weights = packed, Y = y, Epilogue = epilogue };
            ParallelPool.For(ref body, body.Pieces);
        }
        else
        {
            var body = new WindowBody<V, T, ChannelColumns<N2>> { Plan = &plan, Input = input, Shared = at, Weights = packed, Y = y, Epilogue = epilogue };
            ParallelPool.For(ref body, body.Pieces);
        }
    }
}
