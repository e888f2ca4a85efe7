using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// The gradient of depthwise weights: piece i is one channel over one share of the images. Shares are cut by the geometry alone and
/// added in order afterwards.
/// </summary>
internal unsafe struct DepthwiseWeightBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public StagePlan* Plan;
    public PlaneStage<V, T> Stage;
    public T* X;
    public T* Dy;

    /// <summary>One number per share, channel and tap.</summary>
    public T* Sums;
    public int Shares;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        ref readonly ConvJob job = ref Plan->Job;
        int perRow = (job.OutWidth + V.Width - 1) / V.Width;
        int count = perRow * job.OutHeight;
        int tiles = (job.TapCount + TapTile<V, T>.Taps - 1) / TapTile<V, T>.Taps;
        bool whole = job.OutWidth % V.Width == 0;
        using var stage = new Scratch<T>(Plan->StageCount + V.Width);
        using var places = new Scratch<VectorPlace>(count);
        using var gradient = new Scratch<T>(whole ? 1 : (long)count * V.Width);
        using var lanes = new Scratch<T>((long)tiles * TapTile<V, T>.Taps * V.Width);
        using var offsets = new Scratch<nint>(tiles * TapTile<V, T>.Taps);
        for (int t = 0; t < tiles * TapTile<V, T>.Taps; t++)
        {
            offsets.At[t] = Plan->TapOffsets[Math.Min(t, job.TapCount - 1)];
        }

        for (int i = 0; i < count; i++)
        {
            int column = i % perRow * V.Width;
            places.At[i] = new() { In = (nint)(i / perRow) * Plan->RowLength + column, Out = (nint)i * V.Width };
        }

        // Lanes beyond the end of a row meet zeros of the gradient; they must hold numbers.
        StridedRows<V, T>.Clear(stage.At, Plan->StageCount + V.Width);
        int channels = job.Groups * job.Outputs;
        for (int piece = from; piece < to; piece++)
        {
            int channel = piece % channels;
            int share = piece / channels;
            StridedRows<V, T>.Clear(lanes.At, (nint)tiles * TapTile<V, T>.Taps * V.Width);
            int end = (int)((long)job.Batch * (share + 1) / Shares);
            for (int n = (int)((long)job.Batch * share / Shares); n < end; n++)
            {
                T* x = X + n * job.InputImage + (nint)(channel / job.Outputs) * job.Height * job.Width;
                T* dy = Dy + n * job.OutputImage + (nint)channel * job.Positions;
                Stage.Plane(x, 0, job.OutHeight, stage.At);
                if (!whole)
                {
                    Align(dy, perRow * V.Width, gradient.At);
                    dy = gradient.At;
                }

                for (int tile = 0; tile < tiles; tile++)
                {
                    int at = tile * TapTile<V, T>.Taps;
                    TapTile<V, T>.Run(count, places.At, stage.At, offsets.At + at, dy, lanes.At + at * V.Width);
                }
            }

            T* sums = Sums + ((nint)share * channels + channel) * job.TapCount;
            for (int t = 0; t < job.TapCount; t++)
            {
                sums[t] = V.Sum(V.Load(lanes.At + t * V.Width));
            }
        }
    }

    // Copies the gradient to rows of whole registers, zeros at their ends.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Align(T* dy, int length, T* to)
    {
        int width = Plan->Job.OutWidth;
        for (int r = 0; r < Plan->Job.OutHeight; r++, dy += width, to += length)
        {
            V.Zero.Store(to + length - V.Width);
            StridedRows<V, T>.Exact(dy, to, width);
        }
    }
}
