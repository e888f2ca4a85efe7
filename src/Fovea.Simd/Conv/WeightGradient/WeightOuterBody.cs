using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Piece i is one block of input channels of one group, over one share of the units.</summary>
internal unsafe struct WeightOuterBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public WeightOuterPlan* Plan;
    public ChannelStage<V, T> Stage;
    public T* X;
    public T* Dy;

    /// <summary>Where each position of a unit reads its first tap.</summary>
    public nint* Offsets;
    public T* Sums;

    public readonly void Run(int from, int to)
    {
        ref readonly ConvShape s = ref Plan->Shape;
        using var stage = new Scratch<T>(Stage.Count(Plan->UnitImages));
        using var gradient = new Scratch<T>((long)Plan->UnitImages * Plan->UnitRows * s.OutWidth * Plan->PaddedOutputs);
        int pieces = s.Groups * Plan->Blocks;
        for (int i = from; i < to; i++)
        {
            int share = i / pieces;
            int group = i / Plan->Blocks % s.Groups;
            int block = i % Plan->Blocks;
            int first = (int)((long)Plan->Units * share / Plan->Shares);
            int end = (int)((long)Plan->Units * (share + 1) / Plan->Shares);
            T* sums = Sums + share * Plan->ShareCount + ((nint)group * Plan->Blocks + block) * Plan->PaddedOutputs * Plan->RowCount;
            for (int unit = first; unit < end; unit++)
            {
                Unit(unit, group, block, stage.At, gradient.At, sums, unit > first);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Unit(int unit, int group, int block, T* stage, T* gradient, T* sums, bool adds)
    {
        ref readonly ConvShape s = ref Plan->Shape;
        int image = unit / Plan->Bands * Plan->UnitImages;
        int images = Math.Min(Plan->UnitImages, s.Batch - image);
        int row = unit % Plan->Bands * Plan->UnitRows;
        int perImage = Math.Min(Plan->UnitRows, s.OutHeight - row) * s.OutWidth;
        int count = images * perImage;
        int channel = block * Plan->BlockChannels;
        int channels = Math.Min(Plan->BlockChannels, s.GroupInputs - channel);
        nint plane = (nint)s.Height * s.Width;
        nint positions = (nint)s.OutHeight * s.OutWidth;
        int panels = GemmShape<V, T>.RowPanels(s.GroupOutputs);
        for (int n = 0; n < images; n++)
        {
            T* x = X + ((nint)(image + n) * s.InChannels + group * s.GroupInputs + channel) * plane;
            Stage.Fill(x, channels, row, stage + n * Stage.ImageStride);
            T* dy = Dy + ((nint)(image + n) * s.OutChannels + group * s.GroupOutputs) * positions + (nint)row * s.OutWidth;
            for (int p = 0; p < panels; p++)
            {
                int start = GemmShape<V, T>.RowStart(s.GroupOutputs, panels, p);
                int height = GemmShape<V, T>.RowStart(s.GroupOutputs, panels, p + 1) - start;
                T* to = gradient + (nint)start * count + (nint)n * perImage * height;
                GemmPacking<V, T>.PackRows(false, dy + start * positions, (nint)positions, Math.Min(height, s.GroupOutputs - start), height, perImage, to);
            }
        }

        for (int k = 0; k < count; k += Plan->Depth)
        {
            Multiply(stage, gradient, count, k, Math.Min(Plan->Depth, count - k), sums, adds || k > 0);
        }
    }

    // Registers outside, channels inside: what two registers read over the taps and the positions stays in the first-level cache.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Multiply(T* stage, T* gradient, int count, int k, int depth, T* sums, bool adds)
    {
        ref readonly ConvShape s = ref Plan->Shape;
        nint* offsets = Offsets + k;
        int panels = GemmShape<V, T>.RowPanels(s.GroupOutputs);
        int registers = (int)(Plan->RowCount / V.Width);
        for (int p = 0; p < panels; p++)
        {
            int start = GemmShape<V, T>.RowStart(s.GroupOutputs, panels, p);
            int height = GemmShape<V, T>.RowStart(s.GroupOutputs, panels, p + 1) - start;
            T* a = gradient + (nint)start * count + (nint)k * height;
            T* c = sums + start * Plan->RowCount;
            int q = 0;
            for (; q < registers - 1; q += 2)
            {
                T* left = stage + Register(q);
                T* right = stage + Register(q + 1);
                T* to = c + q * V.Width;
                TileTable<V, T, N2, IndexedWalk>.Run(height, depth, a, left, right, offsets, to, to + V.Width, Plan->RowCount, adds);
            }

            if (q < registers)
            {
                T* left = stage + Register(q);
                T* to = c + q * V.Width;
                TileTable<V, T, N1, IndexedWalk>.Run(height, depth, a, left, left, offsets, to, to, Plan->RowCount, adds);
            }
        }
    }

    // Where register q of a position's [tap, channel] lies.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly nint Register(int q)
    {
        int perTap = Plan->BlockChannels / V.Width;
        return Stage.TapOffset(q / perTap) + (q % perTap * V.Width);
    }
}

/// <summary>Adds the shares in order and lays them out as weights: piece i is one output channel.</summary>
internal unsafe struct WeightOuterCollect<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public WeightOuterPlan* Plan;
    public T* Sums;
    public T* To;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        ref readonly ConvShape s = ref Plan->Shape;
        nint row = Plan->RowCount;
        using var total = new Scratch<T>(row);
        for (int output = from; output < to; output++)
        {
            int group = output / s.GroupOutputs;
            T* weights = To + (nint)output * s.GroupInputs * s.Taps;
            for (int block = 0; block < Plan->Blocks; block++)
            {
                T* sums = Sums + (((nint)group * Plan->Blocks + block) * Plan->PaddedOutputs + (output % s.GroupOutputs)) * row;
                for (nint j = 0; j < row; j += V.Width)
                {
                    V sum = V.Load(sums + j);
                    for (int share = 1; share < Plan->Shares; share++)
                    {
                        sum += V.Load(sums + share * Plan->ShareCount + j);
                    }

                    sum.Store(total.At + j);
                }

                int channels = Math.Min(Plan->BlockChannels, s.GroupInputs - (block * Plan->BlockChannels));
                for (int c = 0; c < channels; c++)
                {
                    for (int t = 0; t < s.Taps; t++)
                    {
                        *weights++ = total.At[(nint)t * Plan->BlockChannels + c];
                    }
                }
            }
        }
    }
}
