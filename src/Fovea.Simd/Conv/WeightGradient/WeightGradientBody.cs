using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// The gradient of the weights: piece i is one block of input channels of one group, over one share of the units. The shares are cut
/// by the geometry alone; each sums into its own copy of the gradient, and the copies are added in order afterwards.
/// </summary>
internal unsafe struct WeightGradientBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Steps = WeightSums<V, T>.Steps;

    public StagePlan* Plan;
    public ConvStager<V, T> Stager;
    public T* Dy;

    /// <summary>The shares; zero at the start.</summary>
    public WeightSums<V, T> Sums;
    public int Shares;

    public readonly int Pieces => Plan->Job.Groups * Plan->Blocks * Shares;

    public readonly void Run(int from, int to)
    {
        ref readonly ConvJob job = ref Plan->Job;
        int most = Stager.MostPlaces;
        int depth = Plan->BlockChannels * job.TapCount;
        using var stage = new Scratch<T>(Plan->StageCount);
        using var gradient = new Scratch<T>((long)job.Outputs * most * V.Width);
        using var places = new Scratch<VectorPlace>(most);
        using var steps = new Scratch<nint>(depth + Steps);
        using var work = Stager.Rent();

        // Lanes beyond the last position meet zeros of the gradient, and steps beyond the last are dropped; both must hold numbers.
        StridedRows<V, T>.Clear(stage.At, Plan->StageCount);

        for (int k = 0; k < depth + Steps; k++)
        {
            steps.At[k] = Plan->Offsets[Math.Min(k, depth - 1)];
        }

        for (int i = from; i < to; i++)
        {
            int share = i / (job.Groups * Plan->Blocks);
            int group = i / Plan->Blocks % job.Groups;
            int firstUnit = (int)((long)Plan->Units * share / Shares);
            int endUnit = (int)((long)Plan->Units * (share + 1) / Shares);
            for (int unit = firstUnit; unit < endUnit; unit++)
            {
                Unit(group, i % Plan->Blocks, unit, share, stage.At, gradient.At, places.At, steps.At, work);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Unit(
        int group, int block, int unit, int share, T* stage, T* gradient, VectorPlace* places, nint* steps, in ConvStager<V, T>.Work work)
    {
        ref readonly ConvJob job = ref Plan->Job;
        int channel = block * Plan->BlockChannels;
        int channels = Math.Min(Plan->BlockChannels, job.Inputs - channel);
        int depth = channels * job.TapCount;
        int count = Stager.Places(unit, places);
        Stager.Stage(group, unit, channel, 0, channels, stage, work);

        T* dy = Dy + (nint)group * job.Outputs * job.Positions;
        nint rowStride = job.Positions;
        // Images of many channels lie whole pages apart, which a cache of few ways takes ill: side by side they fit.
        if (Plan->UnitImages > 1 || Ragged(places, count))
        {
            Stage(dy, places, count, gradient);
            dy = gradient;
            rowStride = (nint)count * V.Width;
        }

        int tile = WeightSums<V, T>.Rows * Steps;
        T* lanes = stackalloc T[tile * V.Width];
        for (int o = 0; o < job.Outputs; o += WeightSums<V, T>.Rows)
        {
            int end = Math.Min(o + WeightSums<V, T>.Rows, job.Outputs);
            T* sums = Sums.Tiles(share, group, block, o / WeightSums<V, T>.Rows);
            for (int k = 0; k < depth; k += Steps, sums += tile)
            {
                for (int row = o; row < end;)
                {
                    int rows = Math.Min(WeightSums<V, T>.Rows, end - row);
                    rows = rows == 3 ? 2 : rows;
                    Tile(rows, count, places, stage, steps + k, dy + row * rowStride, rowStride, lanes);
                    WeightFold<V, T>.Add(lanes, rows * Steps, sums + (row - o) * Steps);
                    row += rows;
                }
            }
        }
    }

    private static void Tile(int rows, int count, VectorPlace* places, T* stage, nint* steps, T* dy, nint rowStride, T* lanes)
    {
        switch (rows)
        {
            case 4:
                WeightTile<V, T, N4>.Run(count, places, stage, steps, dy, rowStride, lanes);
                break;
            case 2:
                WeightTile<V, T, N2>.Run(count, places, stage, steps, dy, rowStride, lanes);
                break;
            default:
                WeightTile<V, T, N1>.Run(count, places, stage, steps, dy, rowStride, lanes);
                break;
        }
    }

    private static bool Ragged(VectorPlace* places, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (places[i].Count < V.Width)
            {
                return true;
            }
        }

        return false;
    }

    // Copies the gradient to [output, register, width] with zeros in the lanes that hold no position, and points the places there.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Stage(T* dy, VectorPlace* places, int count, T* to)
    {
        nint positions = Plan->Job.Positions;
        for (int o = 0; o < Plan->Job.Outputs; o++, dy += positions)
        {
            for (int i = 0; i < count; i++, to += V.Width)
            {
                if (places[i].Count == V.Width)
                {
                    V.Load(dy + places[i].Out).Store(to);
                    continue;
                }

                V.Zero.Store(to);
                StridedRows<V, T>.Exact(dy + places[i].Out, to, places[i].Count);
            }
        }

        for (int i = 0; i < count; i++)
        {
            places[i].Out = (nint)i * V.Width;
        }
    }
}
