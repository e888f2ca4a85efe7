using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv.Winograd;

/// <summary>
/// Transforms the input of units to [element][block of channels][tile][channel]. As a loop of its own, piece i is one block of one
/// unit of one group.
/// </summary>
internal unsafe struct WinogradInput<V, T, TTile> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TTile : struct, IPatchTransform<V, T>
{
    private readonly WinogradPlan* _plan;
    private readonly ChannelStage<V, T> _stage;
    private readonly T* _x;

    /// <summary>Target of the loop: all units.</summary>
    private readonly T* _to;

    public WinogradInput(WinogradPlan* plan, T* x, T* to)
    {
        _plan = plan;
        _x = x;
        _to = to;
        ref readonly ConvJob job = ref plan->Job;
        int m = TTile.Outputs;
        _stage = new(
            job.Height, job.Width, -plan->FirstRow, -plan->FirstColumn, (plan->UnitRows * m) + TTile.Reach,
            plan->Column(plan->TileColumns - 1) + ((m + TTile.Reach - 1) * plan->DilationWidth) + 1, V.Width, x + (job.Batch * job.InputImage),
            plan->DilationHeight);
    }

    /// <summary>Numbers that a thread needs to stage.</summary>
    public readonly long StageCount => _stage.Count(1) + (TTile.Work * V.Width);

    public readonly int Pieces => _plan->Job.Groups * _plan->Units * _plan->InputBlocks;

    public readonly void Run(int from, int to)
    {
        using var stage = new Scratch<T>(StageCount);
        int blocks = _plan->InputBlocks;
        for (int i = from; i < to; i++)
        {
            int groupUnit = i / blocks;
            T* target = _to + (groupUnit * _plan->InputCount) + ((nint)(i % blocks) * _plan->UnitTiles * V.Width);
            Block(groupUnit / _plan->Units, new(*_plan, groupUnit % _plan->Units), i % blocks, stage.At, target);
        }
    }

    /// <summary>Transforms one unit, all channels.</summary>
    public readonly void Unit(int group, in WinogradExtent extent, T* stage, T* to)
    {
        for (int block = 0; block < _plan->InputBlocks; block++, to += (nint)_plan->UnitTiles * V.Width)
        {
            Block(group, extent, block, stage, to);
        }
    }

    /// <summary>Transforms one block of channels of one unit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Block(int group, in WinogradExtent extent, int block, T* stage, T* to)
    {
        ref readonly WinogradPlan plan = ref *_plan;
        ref readonly ConvJob job = ref plan.Job;
        int channel = block * V.Width;
        int channels = Math.Min(V.Width, job.Inputs - channel);
        nint plane = (nint)job.Height * job.Width;
        nint column = plan.DilationWidth * V.Width;
        nint row = (nint)_stage.Columns * V.Width;
        nint stride = _plan->InputStride;
        T* work = stage + _stage.Count(1);
        for (int n = 0; n < extent.Images; n++)
        {
            (int image, int phase) = plan.Place(extent.Image + n);
            T* x = _x + (image * job.InputImage) + ((((nint)group * job.Inputs) + channel) * plane);
            int first = (extent.Row * TTile.Outputs * plan.DilationHeight) + phase + plan.FirstRow;
            _stage.FillFrom(x, channels, first, (extent.Rows * TTile.Outputs) + TTile.Reach, stage);
            for (int i = 0; i < extent.Rows; i++)
            {
                T* d = stage + (i * TTile.Outputs * row);
                for (int j = 0; j < plan.TileColumns; j++, to += V.Width)
                {
                    TTile.Input(d + ((nint)plan.Column(j) * V.Width), row, column, to, stride, work);
                }
            }
        }
    }
}
