using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Runs one correlation: chooses the layout, packs the weights, stages and multiplies.</summary>
internal static unsafe class DirectConvolution<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Up to this much input is staged whole when its units alone are too few to share among threads: it stays in a cache.
    private const long SharedBytes = 5 << 19;

    // Pieces that a loop should have, for the sake of machines with many processors.
    private const int EnoughPieces = 16;
    private const int FewPieces = 16;

    public static void Run(in ConvJob job, T* x, T* w, T* packed, nint weightGroup, T* y, in ConvEpilogue<T> epilogue)
    {
        using var tables = new Scratch<nint>(StagePlan.TableCount(job.TapCount));
        StagePlan plan = StagePlan.Make(job, Choose(job), V.Width, sizeof(T), tables.At);
        using var masks = new Scratch<T>(PlaneStage<V, T>.MaskCount(plan));
        using var weights = new Scratch<T>(packed is null ? (long)PackWeightsBody<V, T>.GroupCount(job) * job.Groups : 1);
        if (packed is null)
        {
            packed = weights.At;
            PackWeightsBody<V, T>.Pack(&plan, 1, weightGroup, w, packed);
        }

        int panels = GemmShape<V, T>.RowPanels(job.Outputs);
        var stager = new ConvStager<V, T>(&plan, x, masks.At);
        var body = new ConvBody<V, T> { Plan = &plan, Stager = stager, Weights = packed, Y = y, Epilogue = epilogue, OutputBlocks = 1 };
        long staged = (long)plan.StageCount * plan.Blocks * plan.Units * job.Groups;
        if (body.Pieces >= EnoughPieces || panels == 1 || staged * sizeof(T) > SharedBytes)
        {
            // A few blocks of output channels may each stage the same input.
            body.OutputBlocks = Math.Min(panels, Math.Max(1, FewPieces / body.Pieces));
            ParallelPool.For(ref body, body.Pieces);
            return;
        }

        using var shared = new Scratch<T>(staged);
        var all = new StageAllBody<V, T> { Plan = &plan, Stager = stager, To = shared.At };
        ParallelPool.For(ref all, all.Pieces, Math.Max(4, all.Pieces / 64));
        body.Staged = shared.At;
        body.OutputBlocks = Math.Min(panels, (EnoughPieces + body.Pieces - 1) / body.Pieces);
        ParallelPool.For(ref body, body.Pieces);
    }

    /// <summary>Packs weights for any batch and image size.</summary>
    public static void Pack(in ConvJob job, T* w, nint weightGroup, T* to)
    {
        // What the packed order depends on, the channels of a block, follows from channels and taps alone.
        using var tables = new Scratch<nint>(StagePlan.TableCount(job.TapCount));
        StagePlan plan = StagePlan.Make(job, StageMode.Shifted, V.Width, sizeof(T), tables.At);
        PackWeightsBody<V, T>.Pack(&plan, 1, weightGroup, w, to);
    }

    private static StageMode Choose(in ConvJob job)
    {
        if (job.TapCount == 1)
        {
            return StageMode.Panels;
        }

        if (job.OutWidth % V.Width == 0)
        {
            return StagePlan.ByPlanes(job, V.Width);
        }

        // Shifted copies waste the lanes after the last position of an image; panels cost a copy per tap.
        int registers = (job.Positions + V.Width - 1) / V.Width;
        double waste = ((double)registers * V.Width / job.Positions) - 1;
        return waste > 14.0 / job.Outputs ? StageMode.Panels : StageMode.Shifted;
    }
}
