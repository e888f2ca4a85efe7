using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// Convolves: piece i is one unit of positions of one group, for one block of output channels. A piece stages its input block by
/// block and multiplies each at once, while it is in the cache; or finds all of it staged.
/// </summary>
internal unsafe struct ConvBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public StagePlan* Plan;
    public ConvStager<V, T> Stager;
    public T* Weights;
    public T* Y;
    public ConvEpilogue<T> Epilogue;

    /// <summary>The input, staged whole, or null when each piece stages its own.</summary>
    public T* Staged;

    /// <summary>Into how many blocks the output channels are cut.</summary>
    public int OutputBlocks;

    public readonly int Pieces => Plan->Job.Groups * Plan->Units * OutputBlocks;

    public readonly void Run(int from, int to)
    {
        using var own = new Scratch<T>(Staged is null ? Plan->StageCount : 1);
        using var places = new Scratch<VectorPlace>(Stager.MostPlaces);
        using var work = Stager.Rent();
        bool ragged = Plan->Blocks > 1 && (Plan->Mode == StageMode.Panels || Plan->Job.OutWidth * Plan->UnitRows % V.Width != 0);
        int rows = Math.Min(Plan->Job.Outputs + 1, (((Plan->Job.Outputs / OutputBlocks) + (2 * GemmShape<V, T>.MaxRows)) / 2 * 2) + 2);
        using var sums = new Scratch<T>(ragged ? (long)rows * Stager.MostPlaces * V.Width : 1);
        for (int i = from; i < to; i++)
        {
            Piece(i / OutputBlocks, i % OutputBlocks, own.At, places.At, ragged ? sums.At : null, work);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Piece(int groupUnit, int outputBlock, T* own, VectorPlace* places, T* sums, in ConvStager<V, T>.Work work)
    {
        ref readonly ConvJob job = ref Plan->Job;
        int group = groupUnit / Plan->Units;
        int unit = groupUnit % Plan->Units;
        int count = Stager.Places(unit, places);
        int panels = GemmShape<V, T>.RowPanels(job.Outputs);
        int padded = GemmShape<V, T>.RowStart(job.Outputs, panels, panels);
        int firstPanel = (int)((long)panels * outputBlock / OutputBlocks);
        int endPanel = (int)((long)panels * (outputBlock + 1) / OutputBlocks);
        T* weights = Weights + group * PackWeightsBody<V, T>.GroupCount(job);
        var tiles = new ConvTiles<V, T>(Plan, Y, group * job.Outputs, places, count, Epilogue, sums);
        for (int block = 0; block < Plan->Blocks; block++)
        {
            int channel = block * Plan->BlockChannels;
            int channels = Math.Min(Plan->BlockChannels, job.Inputs - channel);
            T* stage = own;
            if (Staged is not null)
            {
                stage = Staged + ((nint)groupUnit * Plan->Blocks + block) * Plan->StageCount;
            }
            else
            {
                Stager.Stage(group, unit, channel, 0, channels, stage, work);
            }

            T* a = weights + (nint)channel * job.TapCount * padded;
            tiles.Multiply(stage, a, channels * job.TapCount, firstPanel, endPanel, block > 0, block == Plan->Blocks - 1);
        }
    }
}

/// <summary>Stages all of the input ahead of the product: piece i is one channel of one unit.</summary>
internal unsafe struct StageAllBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public StagePlan* Plan;
    public ConvStager<V, T> Stager;
    public T* To;

    public readonly int Pieces => Plan->Job.Groups * Plan->Units * Plan->Job.Inputs;

    public readonly void Run(int from, int to)
    {
        using var work = Stager.Rent();
        int inputs = Plan->Job.Inputs;
        for (int i = from; i < to;)
        {
            int groupUnit = i / inputs;
            int block = i % inputs / Plan->BlockChannels;
            int channel = block * Plan->BlockChannels;
            int first = (i % inputs) - channel;
            int end = Math.Min(Math.Min(Plan->BlockChannels, inputs - channel), first + to - i);
            T* stage = To + ((nint)groupUnit * Plan->Blocks + block) * Plan->StageCount;
            Stager.Stage(groupUnit / Plan->Units, groupUnit % Plan->Units, channel, first, end, stage, work);
            i += end - first;
        }
    }
}
