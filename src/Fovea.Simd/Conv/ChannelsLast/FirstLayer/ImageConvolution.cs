using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Pooling;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.ChannelsLast;

/// <summary>Correlations of few input channels, such as an image's, with output channels in the lanes.</summary>
internal static unsafe class ImageConvolution<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Packs weights as [group][panel][channel][tap][output], zeros beyond the last output.</summary>
    public static void Pack(in ConvJob job, T* w, nint group, T* to)
    {
        for (int g = 0; g < job.Groups; g++)
        {
            for (int first = 0; first < job.Outputs; first += 2 * V.Width)
            {
                int outputs = Math.Min(2 * V.Width, job.Outputs - first);
                int lanes = outputs > V.Width ? 2 * V.Width : V.Width;
                for (int k = 0; k < job.Inputs * job.TapCount; k++, to += lanes)
                {
                    T* from = w + (g * group) + (first * job.WeightOutput) + (k / job.TapCount * job.WeightInput) + job.Taps[k % job.TapCount].Weight;
                    for (int o = 0; o < lanes; o++)
                    {
                        to[o] = o < outputs ? from[o * job.WeightOutput] : T.Zero;
                    }
                }
            }
        }
    }

    /// <summary>Runs one correlation from packed weights, and takes the maximum over windows of its outputs where that is wanted.</summary>
    public static void Run(in ConvJob job, PoolShape? pool, T* x, T* packed, T* y, in ConvEpilogue<T> epilogue)
    {
        ImagePlan plan = ImagePlan.Make(job, pool, V.Width);
        if (job.StrideWidth == 1)
        {
            var body = new ImageBody<V, T, PlaneColumns<N1>> { Plan = &plan, X = x, Weights = packed, Y = y, Epilogue = epilogue };
            ParallelPool.For(ref body, plan.Pieces, plan.Panels);
        }
        else
        {
            var body = new ImageBody<V, T, PlaneColumns<N2>> { Plan = &plan, X = x, Weights = packed, Y = y, Epilogue = epilogue };
            ParallelPool.For(ref body, plan.Pieces, plan.Panels);
        }
    }
}
