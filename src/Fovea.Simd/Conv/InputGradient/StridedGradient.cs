using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// The gradient of the input where the stride is above one: each residue of the position modulo the stride is a correlation of its
/// own with the taps that reach it, so no multiply-add is spent on zeros. The residues of one image are computed side by side and
/// then interleaved into its rows, while they are in the cache.
/// </summary>
internal static unsafe class StridedGradient<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int EnoughPieces = 16;

    public static void Run(in ConvShape s, T* dy, T* w, T* dx)
    {
        int phases = s.StrideHeight * s.StrideWidth;
        using var taps = new Scratch<KernelTap>(s.Taps);
        using var parts = new Scratch<StagePlan>(phases);
        using var partWeights = new Scratch<nint>(phases);

        // Every tap reaches one residue: the lists of all parts, one after the other, are the taps of one job that stages for all.
        ConvJob all = default;
        int listed = 0;
        for (int i = 0; i < phases; i++)
        {
            ConvJob job = ConvJob.BackwardInput(s, i / s.StrideWidth, i % s.StrideWidth, taps.At + listed);
            parts.At[i] = new() { Job = job };
            listed += job.TapCount;
            all = job;
        }

        all.Taps = taps.At;
        all.TapCount = listed;
        if (listed == 0)
        {
            new Span<T>(dx, checked((int)s.InputCount)).Clear();
            return;
        }

        using var tables = new Scratch<nint>(StagePlan.TableCount(listed));
        using var offsets = new Scratch<nint>(Math.Max(StagePlan.TableCount(listed), s.GroupOutputs * (long)listed));
        StageMode mode = StagePlan.ByPlanes(all, V.Width);
        StagePlan plan = StagePlan.Make(all, mode, V.Width, sizeof(T), tables.At);
        using var masks = new Scratch<T>(PlaneStage<V, T>.MaskCount(plan));
        using var weights = new Scratch<T>((long)PackWeightsBody<V, T>.GroupCount(all) * s.Groups);
        int panels = GemmShape<V, T>.RowPanels(s.GroupInputs);
        nint* table = offsets.At;
        nint packed = 0;
        for (int i = 0; i < phases; i++)
        {
            ConvJob job = parts.At[i].Job;
            StagePlan* part = parts.At + i;
            *part = plan;
            part->Job = job;
            part->TapOffsets = plan.TapOffsets + (job.Taps - taps.At);
            part->Offsets = table;
            partWeights.At[i] = packed;
            for (int k = 0; k < plan.BlockChannels * job.TapCount; k++)
            {
                *table++ = (k / job.TapCount * plan.ChannelStride) + part->TapOffsets[k % job.TapCount];
            }

            packed += PackWeightsBody<V, T>.GroupCount(job) * s.Groups;
        }

        PackWeightsBody<V, T>.Pack(parts.At, phases, (nint)s.GroupOutputs * s.GroupInputs * s.Taps, w, weights.At);
        var body = new Body
        {
            Shape = s,
            Plan = &plan,
            Parts = parts.At,
            PartWeights = partWeights.At,
            Weights = weights.At,
            Stager = new(&plan, dy, masks.At),
            Dx = dx,
            OutputBlocks = Math.Clamp(EnoughPieces / (plan.Units / plan.Bands * s.Groups), 1, panels),
        };
        ParallelPool.For(ref body, plan.Units / plan.Bands * s.Groups * body.OutputBlocks);
    }

    /// <summary>Piece i is the images of one unit, of one group, for one block of its channels.</summary>
    private struct Body : IRangeBody
    {
        public ConvShape Shape;
        public StagePlan* Plan;
        public StagePlan* Parts;
        public nint* PartWeights;
        public T* Weights;
        public ConvStager<V, T> Stager;
        public T* Dx;
        public int OutputBlocks;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public readonly void Run(int from, int to)
        {
            int phases = Shape.StrideHeight * Shape.StrideWidth;
            using var stage = new Scratch<T>(Plan->StageCount);
            using var planes = new Scratch<T>((long)phases * Plan->UnitImages * Plan->Job.OutputImage);
            using var places = new Scratch<VectorPlace>(Stager.MostPlaces);
            using var work = Stager.Rent();
            int panels = GemmShape<V, T>.RowPanels(Shape.GroupInputs);
            for (int i = from; i < to; i++)
            {
                int block = i % OutputBlocks;
                int group = i / OutputBlocks % Shape.Groups;
                int images = i / OutputBlocks / Shape.Groups;
                int firstPanel = (int)((long)panels * block / OutputBlocks);
                int endPanel = (int)((long)panels * (block + 1) / OutputBlocks);
                for (int band = 0; band < Plan->Bands; band++)
                {
                    Band(images, group, band, firstPanel, endPanel, stage.At, places.At, planes.At, work);
                }

                int first = GemmShape<V, T>.RowStart(Shape.GroupInputs, panels, firstPanel);
                int end = Math.Min(Shape.GroupInputs, GemmShape<V, T>.RowStart(Shape.GroupInputs, panels, endPanel));
                int image = images * Plan->UnitImages;
                for (int n = 0; n < Math.Min(Plan->UnitImages, Shape.Batch - image); n++)
                {
                    T* source = planes.At + n * Plan->Job.OutputImage;
                    T* dx = Dx + ((nint)(image + n) * Shape.Groups + group) * Shape.GroupInputs * Shape.Height * Shape.Width;
                    for (int c = first; c < end; c++)
                    {
                        Interleave(source + (nint)c * Plan->Job.Positions, dx + (nint)c * Shape.Height * Shape.Width);
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void Band(
            int images, int group, int band, int firstPanel, int endPanel, T* stage, VectorPlace* places, T* planes, in ConvStager<V, T>.Work work)
        {
            ref readonly ConvJob all = ref Plan->Job;
            int padded = (all.Outputs + 1) / 2 * 2;
            int unit = (images * Plan->Bands) + band;
            int count = Stager.Places(unit, places);

            // Places count from the first image of the batch; the planes hold only these.
            planes -= images * Plan->UnitImages * all.OutputImage;
            for (int block = 0; block < Plan->Blocks; block++)
            {
                int channel = block * Plan->BlockChannels;
                int channels = Math.Min(Plan->BlockChannels, all.Inputs - channel);
                Stager.Stage(group, unit, channel, 0, channels, stage, work);
                for (int phase = 0; phase < Shape.StrideHeight * Shape.StrideWidth; phase++)
                {
                    StagePlan* part = Parts + phase;
                    int taps = part->Job.TapCount;
                    if (taps > 0)
                    {
                        T* weights = Weights + PartWeights[phase] + group * PackWeightsBody<V, T>.GroupCount(part->Job);
                        T* y = planes + phase * PhaseStride;
                        var tiles = new ConvTiles<V, T>(part, y, 0, places, count, default);
                        tiles.Multiply(stage, weights + (nint)channel * taps * padded, channels * taps, firstPanel, endPanel, block > 0, false);
                    }
                }
            }
        }

        private readonly nint PhaseStride => Plan->UnitImages * Plan->Job.OutputImage;

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private readonly void Interleave(T* planes, T* dx)
        {
            int stride = Shape.StrideWidth;
            nint phase = PhaseStride;
            for (int y = 0; y < Shape.Height; y++, dx += Shape.Width)
            {
                int firstPhase = y % Shape.StrideHeight * stride;
                T* row = planes + firstPhase * phase + (nint)(y / Shape.StrideHeight) * Plan->Job.OutWidth;
                StagePlan* parts = Parts + firstPhase;
                if (stride == 2 && parts[0].Job.TapCount > 0 && parts[1].Job.TapCount > 0)
                {
                    EvenOdd<V, T>.Interleave(row, row + phase, dx, Shape.Width);
                    continue;
                }

                for (int p = 0; p < stride; p++, row += phase)
                {
                    T* from = row;
                    for (int x = p; x < Shape.Width; x += stride)
                    {
                        dx[x] = parts[p].Job.TapCount == 0 ? T.Zero : *from++;
                    }
                }
            }
        }
    }
}
