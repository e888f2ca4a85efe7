using System.Numerics;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Lanes;

namespace Fovea.Simd.Conv;

/// <summary>
/// The gradient of the input where the stride is above one: each residue of the position modulo the stride is a correlation of its
/// own with the taps that reach it, so no multiply-add is spent on zeros. The residues of one image are computed side by side and
/// then interleaved into its rows, while they are in the cache.
/// </summary>
internal static unsafe class StridedGradient<V, T>
    where V : unmanaged, ILane<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int EnoughPieces = 16;

    public static void Run(in ConvShape s, T* dy, T* w, T* dx)
    {
        int phases = s.StrideHeight * s.StrideWidth;
        nint weightGroup = (nint)s.GroupOutputs * s.GroupInputs * s.Taps;
        using var taps = new Scratch<Tap>((long)phases * s.Taps);
        using var tables = new Scratch<nint>(phases * StagePlan.TableCount(s.Taps));
        using var parts = new Scratch<Part>(phases);
        using var plans = new Scratch<StagePlan>(phases);
        long maskCount = 0;
        for (int i = 0; i < phases; i++)
        {
            ConvJob job = ConvJob.BackwardInput(s, i / s.StrideWidth, i % s.StrideWidth, taps.At + ((nint)i * s.Taps));
            plans.At[i] = default;
            if (job.TapCount > 0 && job.Positions > 0)
            {
                StageMode mode = job.OutWidth % V.Width == 0 ? StageMode.Rows : StageMode.Shifted;
                plans.At[i] = StagePlan.Make(job, mode, V.Width, sizeof(T), tables.At + (i * (nint)StagePlan.TableCount(s.Taps)), oneImage: true);
                maskCount += PlaneStage<V, T>.MaskCount(plans.At[i]);
            }
            else
            {
                plans.At[i].Job = job;
                plans.At[i].Job.TapCount = 0;
            }
        }

        using var masks = new Scratch<T>(maskCount);
        using var weights = new Scratch<T>((long)s.Groups * (s.GroupInputs + 1) / 2 * 2 * s.GroupOutputs * s.Taps + (s.Groups * s.GroupOutputs * s.Taps));
        T* mask = masks.At;
        T* packed = weights.At;
        nint most = 1;
        for (int i = 0; i < phases; i++)
        {
            StagePlan* plan = plans.At + i;
            parts.At[i] = new() { Plan = plan };
            if (plan->Job.TapCount > 0)
            {
                parts.At[i].Weights = packed;
                parts.At[i].Stager = new(plan, dy, mask);
                mask += PlaneStage<V, T>.MaskCount(*plan);
                packed += PackWeightsBody<V, T>.GroupCount(plan->Job) * s.Groups;
                most = Math.Max(most, plan->StageCount);
                var pack = new PackWeightsBody<V, T> { Plan = plan, GroupStride = weightGroup, From = w, To = parts.At[i].Weights };
                WorkerTeam.For(ref pack, GemmShape<V, T>.RowPanels(s.GroupInputs) * s.Groups, 4);
            }
        }

        int panels = GemmShape<V, T>.RowPanels(s.GroupInputs);
        var body = new Body
        {
            Shape = s,
            Parts = parts.At,
            Dx = dx,
            StageCount = most,
            OutputBlocks = Math.Clamp(EnoughPieces / (s.Batch * s.Groups), 1, panels),
        };
        WorkerTeam.For(ref body, s.Batch * s.Groups * body.OutputBlocks);
    }

    /// <summary>One residue.</summary>
    private struct Part
    {
        public StagePlan* Plan;
        public T* Weights;
        public ConvStager<V, T> Stager;
    }

    /// <summary>Piece i is one image of one group, for one block of its channels.</summary>
    private struct Body : IRangeBody
    {
        public ConvShape Shape;
        public Part* Parts;
        public T* Dx;
        public nint StageCount;
        public int OutputBlocks;

        public readonly void Run(int from, int to)
        {
            int phases = Shape.StrideHeight * Shape.StrideWidth;
            nint plane = (nint)((Shape.Height + Shape.StrideHeight - 1) / Shape.StrideHeight) * ((Shape.Width + Shape.StrideWidth - 1) / Shape.StrideWidth);
            using var stage = new Scratch<T>(StageCount);
            using var planes = new Scratch<T>(phases * plane * Shape.GroupInputs);
            int most = 1;
            for (int i = 0; i < phases; i++)
            {
                most = Parts[i].Plan->Job.TapCount > 0 ? Math.Max(most, Parts[i].Stager.MostPlaces) : most;
            }

            using var places = new Scratch<VectorPlace>(most);
            for (int i = from; i < to; i++)
            {
                int block = i % OutputBlocks;
                int group = i / OutputBlocks % Shape.Groups;
                int image = i / OutputBlocks / Shape.Groups;
                int panels = GemmShape<V, T>.RowPanels(Shape.GroupInputs);
                int firstPanel = (int)((long)panels * block / OutputBlocks);
                int endPanel = (int)((long)panels * (block + 1) / OutputBlocks);
                for (int phase = 0; phase < phases; phase++)
                {
                    if (Parts[phase].Plan->Job.TapCount > 0)
                    {
                        Compute(Parts[phase], image, group, firstPanel, endPanel, stage.At, places.At, planes.At + (phase * plane * Shape.GroupInputs));
                    }
                }

                int first = GemmShape<V, T>.RowStart(Shape.GroupInputs, panels, firstPanel);
                int end = Math.Min(Shape.GroupInputs, GemmShape<V, T>.RowStart(Shape.GroupInputs, panels, endPanel));
                T* dx = Dx + ((nint)image * Shape.Groups + group) * Shape.GroupInputs * Shape.Height * Shape.Width;
                for (int c = first; c < end; c++)
                {
                    Interleave(planes.At, plane * Shape.GroupInputs, c, dx + (nint)c * Shape.Height * Shape.Width);
                }
            }
        }

        private static void Compute(in Part part, int image, int group, int firstPanel, int endPanel, T* stage, VectorPlace* places, T* planes)
        {
            ref readonly StagePlan plan = ref *part.Plan;
            ref readonly ConvJob job = ref plan.Job;
            int panels = GemmShape<V, T>.RowPanels(job.Outputs);
            int padded = GemmShape<V, T>.RowStart(job.Outputs, panels, panels);
            T* weights = part.Weights + group * (nint)PackWeightsBody<V, T>.GroupCount(job);

            // Places count from the first image of the batch; the planes hold only this one.
            T* y = planes - image * job.OutputImage;
            using var work = part.Stager.Rent();
            for (int band = 0; band < plan.Bands; band++)
            {
                int unit = (image * plan.Bands) + band;
                int count = part.Stager.Places(unit, places);
                var tiles = new ConvTiles<V, T>(part.Plan, y, 0, places, count, default);
                for (int block = 0; block < plan.Blocks; block++)
                {
                    int channel = block * plan.BlockChannels;
                    int channels = Math.Min(plan.BlockChannels, job.Inputs - channel);
                    part.Stager.Stage(group, unit, channel, 0, channels, stage, work);
                    T* a = weights + (nint)channel * job.TapCount * padded;
                    tiles.Multiply(stage, a, channels * job.TapCount, firstPanel, endPanel, block > 0, false);
                }
            }
        }

        private readonly void Interleave(T* planes, nint phaseStride, int channel, T* dx)
        {
            int stride = Shape.StrideWidth;
            for (int y = 0; y < Shape.Height; y++, dx += Shape.Width)
            {
                Part* parts = Parts + (y % Shape.StrideHeight * stride);
                T* first = planes + (y % Shape.StrideHeight * stride * phaseStride);
                int row = y / Shape.StrideHeight;
                if (stride == 2 && parts[0].Plan->Job.TapCount > 0 && parts[1].Plan->Job.TapCount > 0)
                {
                    Pairs<V, T>.Interleave(Row(parts[0], first, channel, row), Row(parts[1], first + phaseStride, channel, row), dx, Shape.Width);
                    continue;
                }

                for (int phase = 0; phase < stride; phase++)
                {
                    bool none = parts[phase].Plan->Job.TapCount == 0;
                    T* from = none ? null : Row(parts[phase], first + (phase * phaseStride), channel, row);
                    for (int x = phase; x < Shape.Width; x += stride)
                    {
                        dx[x] = none ? T.Zero : *from++;
                    }
                }
            }
        }

        private static T* Row(in Part part, T* planes, int channel, int row) =>
            planes + (nint)channel * part.Plan->Job.Positions + (nint)row * part.Plan->Job.OutWidth;
    }
}
