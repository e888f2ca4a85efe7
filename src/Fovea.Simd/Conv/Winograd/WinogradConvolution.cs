using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.Winograd;

/// <summary>
/// 3 × 3 correlations of stride 1 by Winograd's F(m×m, 3×3): 2.25 times fewer multiply-adds with m = 2, 4 times with m = 4. An
/// infinity in the input can make its neighbours' outputs NaN.
/// </summary>
internal static unsafe class WinogradConvolution<V, T, TTile>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTile : struct, ITileTransform<V, T>
{
    /// <summary>Numbers of transformed weights.</summary>
    public static long WeightCount(in ConvJob job) => (long)job.Groups * WinogradWeights<V, T, TTile>.GroupCount(job);

    /// <summary>Runs one correlation from plain weights or transformed ones (the other is null).</summary>
    public static void Run(in ConvJob job, T* x, T* w, T* transformed, nint weightGroup, T* y, in ConvEpilogue<T> epilogue)
    {
        WinogradPlan plan = WinogradPlan.Make<V, T, TTile>(job);
        using var weights = new Scratch<T>(transformed is null ? WeightCount(job) : 1);
        using var shared = new Scratch<T>(plan.Shares ? plan.InputCount * plan.Units * job.Groups : 1);
        if (transformed is null)
        {
            transformed = weights.At;
            WinogradWeights<V, T, TTile>.Transform(job, w, weightGroup, transformed);
        }

        var input = new WinogradInput<V, T, TTile>(&plan, x, shared.At);
        if (plan.Shares)
        {
            ParallelPool.For(ref input, input.Pieces);
        }

        var body = new WinogradBody<V, T, TTile>
        {
            Plan = &plan,
            Input = input,
            Shared = plan.Shares ? shared.At : null,
            Weights = transformed,
            Y = y,
            Epilogue = epilogue,
        };
        ParallelPool.For(ref body, body.Pieces);
    }
}
