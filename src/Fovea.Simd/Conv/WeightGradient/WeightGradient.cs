using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Runs the gradient of the weights.</summary>
internal static unsafe class WeightGradient<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int EnoughPieces = 16;

    public static void Run(in ConvJob job, T* x, T* dy, T* dw)
    {
        using var tables = new Scratch<nint>(StagePlan.TableCount(job.TapCount));
        StagePlan plan = StagePlan.MakeForWeights(job, V.Width, sizeof(T), tables.At);
        using var masks = new Scratch<T>(PlaneStage<V, T>.MaskCount(plan));
        int pieces = job.Groups * plan.Blocks;
        int shares = Math.Clamp((EnoughPieces + pieces - 1) / pieces, 1, plan.Units);
        nint count = shares * WeightSums<V, T>.ShareCount(plan);
        using var sums = new Scratch<T>(count);
        StridedRows<V, T>.Clear(sums.At, count);

        var total = new WeightSums<V, T>(sums.At, &plan);
        var body = new WeightGradientBody<V, T> { Plan = &plan, Stager = new(&plan, x, masks.At), Dy = dy, Sums = total, Shares = shares };
        ParallelPool.For(ref body, body.Pieces);
        var add = new AddSharesBody<V, T> { Plan = &plan, Sums = total, Shares = shares, To = dw };
        ParallelPool.For(ref add, job.Groups * WeightSums<V, T>.RowTiles(plan), Math.Max(1, 1024 / (job.Inputs * job.TapCount)));
    }
}
