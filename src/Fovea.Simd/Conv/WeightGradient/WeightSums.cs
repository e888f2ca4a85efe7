using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// How the partial gradients of the weights lie while they grow: [share, group, block, tile of outputs, tile of steps, row, step], so
/// that a tile adds its sums as whole registers.
/// </summary>
internal readonly unsafe struct WeightSums<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Steps (channel, tap) of a tile.</summary>
    public const int Steps = 6;

    private readonly T* _sums;
    private readonly StagePlan* _plan;

    public WeightSums(T* sums, StagePlan* plan)
    {
        _sums = sums;
        _plan = plan;
    }

    /// <summary>Output channels of a tile: what the registers hold.</summary>
    public static int Rows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Width * sizeof(T) == 64 ? 4 : 2;
    }

    public static int RowTiles(in StagePlan plan) => (plan.Job.Outputs + Rows - 1) / Rows;

    public static int StepTiles(in StagePlan plan) => ((plan.BlockChannels * plan.Job.TapCount) + Steps - 1) / Steps;

    /// <summary>Numbers of one share.</summary>
    public static nint ShareCount(in StagePlan plan) =>
        (nint)plan.Job.Groups * plan.Blocks * RowTiles(plan) * StepTiles(plan) * Rows * Steps;

    /// <summary>The first tile of a row of tiles.</summary>
    public T* Tiles(int share, int group, int block, int rowTile) =>
        _sums + share * ShareCount(*_plan)
        + (((nint)group * _plan->Blocks + block) * RowTiles(*_plan) + rowTile) * StepTiles(*_plan) * Rows * Steps;
}

/// <summary>Adds the shares of a gradient in order and lays it out as weights: piece i is one row of tiles of one group.</summary>
internal unsafe struct AddSharesBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Steps = WeightSums<V, T>.Steps;

    public StagePlan* Plan;
    public WeightSums<V, T> Sums;
    public int Shares;
    public T* To;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        ref readonly ConvJob job = ref Plan->Job;
        int rowTiles = WeightSums<V, T>.RowTiles(*Plan);
        int tile = WeightSums<V, T>.Rows * Steps;
        T* total = stackalloc T[tile];
        for (int i = from; i < to; i++)
        {
            int output = i % rowTiles * WeightSums<V, T>.Rows;
            int rows = Math.Min(WeightSums<V, T>.Rows, job.Outputs - output);
            nint row = (nint)job.Inputs * job.TapCount;
            T* weights = To + ((nint)(i / rowTiles) * job.Outputs + output) * row;
            for (int block = 0; block < Plan->Blocks; block++)
            {
                T* sums = Sums.Tiles(0, i / rowTiles, block, i % rowTiles);
                int depth = Math.Min(Plan->BlockChannels, job.Inputs - (block * Plan->BlockChannels)) * job.TapCount;
                for (int k = 0; k < depth; k += Steps, sums += tile)
                {
                    Total(sums, tile, total);
                    int steps = Math.Min(Steps, depth - k);
                    for (int r = 0; r < rows; r++)
                    {
                        for (int j = 0; j < steps; j++)
                        {
                            weights[r * row + j] = total[r * Steps + j];
                        }
                    }

                    weights += steps;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Total(T* sums, int tile, T* total)
    {
        nint stride = WeightSums<V, T>.ShareCount(*Plan);
        for (int j = 0; j < tile; j += V.Width)
        {
            // The last register overlaps the one before.
            int at = Math.Min(j, tile - V.Width);
            V sum = V.Load(sums + at);
            for (int s = 1; s < Shares; s++)
            {
                sum += V.Load(sums + s * stride + at);
            }

            sum.Store(total + at);
        }
    }
}
