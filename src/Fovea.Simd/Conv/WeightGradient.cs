using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Conv;

/// <summary>Runs the gradient of the weights.</summary>
internal static unsafe class WeightGradient<V, T>
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int EnoughPieces = 16;

    public static void Run(in ConvJob job, T* x, T* dy, T* dw)
    {
        using var tables = new Scratch<nint>(StagePlan.TableCount(job.TapCount));
        StagePlan plan = StagePlan.MakeForWeights(job, V.Width, sizeof(T), tables.At);
        using var masks = new Scratch<T>(PlaneStage<V, T>.MaskCount(plan));
        nint weights = (nint)job.Groups * job.Outputs * job.Inputs * job.TapCount;
        int pieces = job.Groups * plan.Blocks;
        int shares = Math.Clamp((EnoughPieces + pieces - 1) / pieces, 1, plan.Units);
        using var sums = new Scratch<T>(shares == 1 ? 1 : shares * weights);
        T* target = shares == 1 ? dw : sums.At;
        for (nint i = 0; i < shares * weights; i++)
        {
            target[i] = T.Zero;
        }

        var body = new WeightGradientBody<V, T> { Plan = &plan, Stager = new(&plan, x, masks.At), Dy = dy, Sums = target, Shares = shares };
        WorkerTeam.For(ref body, body.Pieces);
        if (shares > 1)
        {
            var add = new AddSharesBody<V, T> { From = target, To = dw, Count = weights, Shares = shares };
            WorkerTeam.For(ref add, (int)((weights + AddSharesBody<V, T>.Run1 - 1) / AddSharesBody<V, T>.Run1), 8);
        }
    }
}
