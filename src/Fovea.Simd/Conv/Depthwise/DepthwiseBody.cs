using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>
/// Depthwise convolution: piece i is one input plane and the output planes made from it (as many as the channel multiplier says). The
/// plane is padded into working memory and swept once per output plane.
/// </summary>
internal unsafe struct DepthwiseBody<V, T> : IRangeBody
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Wide = 8;

    public StagePlan* Plan;
    public PlaneStage<V, T> Stage;
    public T* X;

    /// <summary>Weights in the order of the job's taps, [channel, tap].</summary>
    public T* Weights;
    public T* Y;
    public ConvEpilogue<T> Epilogue;

    /// <summary>Rows of the kernel where the taps are a full grid over stride 1, so that rows can share their input; else 0.</summary>
    public int KernelHeight;

    /// <summary>Zeros between neighbouring inputs, as the gradient of a strided convolution needs: the distance of two inputs.</summary>
    public int Spread;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run(int from, int to)
    {
        ref readonly ConvJob job = ref Plan->Job;
        int perRow = (job.OutWidth + V.Width - 1) / V.Width;
        bool narrow = job.OutWidth < V.Width;
        nint slack = DepthwiseRows<V, T, N2>.Rows * Dilation * Plan->RowLength;
        using var stage = new Scratch<T>(Plan->StageCount + V.Width + slack);

        // The plane with zeros between its numbers has room around it for registers that reach beyond its rows.
        nint room = (nint)job.Height * job.Width;
        nint margin = 2 * (Plan->RowLength + V.Width) + Math.Abs(Plan->CopyColumn[0]);
        using var spread = new Scratch<T>(Spread > 1 ? room + (2 * margin) : 1);
        using var zeros = new Scratch<T>(SourceWidth);
        StridedRows<V, T>.Clear(zeros.At, SourceWidth);
        StridedRows<V, T>.Clear(spread.At, Spread > 1 ? room + (2 * margin) : 1);
        PlaneStage<V, T> planes = Spread > 1 ? Stage.Within(spread.At, room + (2 * margin)) : Stage;
        using var places = new Scratch<VectorPlace>((long)perRow * job.OutHeight + Wide);
        using var rows = new Scratch<T>(narrow ? job.OutHeight * V.Width : 1);
        int count = Places(places.At, perRow, narrow);
        for (int i = from; i < to; i++)
        {
            T* plane = X + (nint)i * SourceHeight * SourceWidth;
            if (Spread > 1)
            {
                Widen(plane, zeros.At, spread.At + margin);
                plane = spread.At + margin;
            }

            planes.Plane(plane, 0, job.OutHeight, stage.At);
            PlanePrefetch ahead = Ahead(i, to, count);
            for (int m = 0; m < job.Outputs; m++)
            {
                nint output = (nint)i * job.Outputs + m;
                int channel = (int)(output % (job.Groups * job.Outputs));
                T* y = Y + output * job.Positions;
                T bias = Epilogue.Bias is null ? T.Zero : Epilogue.Bias[channel];
                T* w = Weights + (nint)channel * job.TapCount;
                if (KernelHeight > 1)
                {
                    SweepRows(stage.At, w, bias, narrow ? rows.At : y, narrow, ref ahead);
                }
                else
                {
                    Sweep(count, places.At, stage.At, w, bias, narrow ? rows.At : y, ref ahead);
                }

                for (int r = 0; narrow && r < job.OutHeight; r++)
                {
                    StridedRows<V, T>.Exact(rows.At + r * V.Width, y + (nint)r * job.OutWidth, job.OutWidth);
                }

                if (Epilogue.Residual is not null || Epilogue.Relu)
                {
                    Finish(y, Epilogue.Residual is null ? null : Epilogue.Residual + (y - Y), job.Positions);
                }
            }
        }
    }

    private readonly PlanePrefetch Ahead(int i, int to, int count)
    {
        nint read = (nint)SourceHeight * SourceWidth;
        nint write = (nint)Plan->Job.Outputs * Plan->Job.Positions;
        bool more = i + 1 < to && (long)Plan->Job.Batch * Plan->Job.Groups * (read + write) * sizeof(T) > CacheSizes.LastLevel;
        int turns = Plan->Job.Outputs * (count + Wide - 1) / Wide;
        return new(X + ((i + 1) * read), more ? read * sizeof(T) : 0, Y + ((i + 1) * write), more ? write * sizeof(T) : 0, turns);
    }

    private readonly int SourceHeight => Spread > 1 ? ((Plan->Job.Height - 1) / Spread) + 1 : Plan->Job.Height;

    private readonly int SourceWidth => Spread > 1 ? ((Plan->Job.Width - 1) / Spread) + 1 : Plan->Job.Width;

    // The last register of a row overlaps the one before; a row shorter than a register goes to rows of one register each.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly int Places(VectorPlace* places, int perRow, bool narrow)
    {
        int count = 0;
        for (int r = 0; r < Plan->Job.OutHeight; r++)
        {
            for (int j = 0; j < perRow; j++)
            {
                int column = narrow ? 0 : Math.Min(j * V.Width, Plan->Job.OutWidth - V.Width);
                places[count++] = new() { In = (nint)r * Plan->RowLength + column, Out = (nint)r * (narrow ? V.Width : Plan->Job.OutWidth) + column };
            }
        }

        // The last tile repeats the last register: eight sums in flight hide what four would wait for.
        for (int i = 0; i < Wide; i++)
        {
            places[count + i] = places[count - 1];
        }

        return count;
    }

    // Output rows that are a dilation apart share input rows.
    private readonly int Dilation => KernelHeight > 1 ? Plan->Job.Taps[Plan->Job.TapCount / KernelHeight].Row - Plan->Job.Taps[0].Row : 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void SweepRows(T* stage, T* w, T bias, T* y, bool narrow, ref PlanePrefetch ahead)
    {
        const int rows = DepthwiseRows<V, T, N2>.Rows;
        ref readonly ConvJob job = ref Plan->Job;
        int dilation = Dilation;
        int columns = job.TapCount / KernelHeight;
        nint rowStride = (nint)Plan->RowLength * dilation;
        nint outLine = narrow ? V.Width : job.OutWidth;
        for (int residue = 0; residue < Math.Min(dilation, job.OutHeight); residue++)
        {
            int lines = (job.OutHeight - residue + dilation - 1) / dilation;
            for (int line = 0; line < lines; line += rows)
            {
                // The last tile overlaps the one before, or is cut.
                int first = lines >= rows ? Math.Min(line, lines - rows) : 0;
                int row = residue + (first * dilation);
                for (int j = 0; j < job.OutWidth; j += V.Width)
                {
                    int column = narrow ? 0 : Math.Min(j, job.OutWidth - V.Width);
                    ahead.Step();
                    Tile(columns, w, bias, stage + (nint)row * Plan->RowLength + column, rowStride, y + row * outLine + column, outLine * dilation, Math.Min(rows, lines));
                }
            }
        }
    }

    private readonly void Tile(int columns, T* w, T bias, T* x, nint rowStride, T* y, nint outStride, int valid)
    {
        nint* shifts = Plan->TapOffsets;
        switch (KernelHeight)
        {
            case 2:
                DepthwiseRows<V, T, N2>.Run(columns, shifts, w, bias, x, rowStride, y, outStride, valid);
                break;
            case 3:
                DepthwiseRows<V, T, N3>.Run(columns, shifts, w, bias, x, rowStride, y, outStride, valid);
                break;
            case 4:
                DepthwiseRows<V, T, N4>.Run(columns, shifts, w, bias, x, rowStride, y, outStride, valid);
                break;
            case 5:
                DepthwiseRows<V, T, N5>.Run(columns, shifts, w, bias, x, rowStride, y, outStride, valid);
                break;
            case 6:
                DepthwiseRows<V, T, N6>.Run(columns, shifts, w, bias, x, rowStride, y, outStride, valid);
                break;
            default:
                DepthwiseRows<V, T, N7>.Run(columns, shifts, w, bias, x, rowStride, y, outStride, valid);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Sweep(int count, VectorPlace* places, T* stage, T* w, T bias, T* y, ref PlanePrefetch ahead)
    {
        int taps = Plan->Job.TapCount;
        nint* offsets = Plan->TapOffsets;
        for (; count > 4; count -= Wide, places += Wide)
        {
            ahead.Step();
            DepthwiseTile<V, T, N8>.Run(taps, offsets, w, bias, stage, places, y);
        }

        if (count > 2)
        {
            DepthwiseTile<V, T, N4>.Run(taps, offsets, w, bias, stage, places, y);
        }
        else if (count > 0)
        {
            DepthwiseTile<V, T, N2>.Run(taps, offsets, w, bias, stage, places, y);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Widen(T* from, T* zeros, T* to)
    {
        ref readonly ConvJob job = ref Plan->Job;
        int width = SourceWidth;
        for (int r = 0; r < SourceHeight; r++, from += width)
        {
            T* row = to + (nint)r * Spread * job.Width;
            if (Spread == 2)
            {
                EvenOdd<V, T>.Interleave(from, zeros, row, job.Width);
                continue;
            }

            for (int j = 0; j < width; j++)
            {
                row[(nint)j * Spread] = from[j];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Finish(T* y, T* residual, int count)
    {
        for (int j = 0; j < count; j += V.Width)
        {
            int lanes = Math.Min(V.Width, count - j);
            V value = V.LoadPartial(y + j, lanes);
            value = residual is not null ? value + V.LoadPartial(residual + j, lanes) : value;
            value = Epilogue.Relu ? V.Max(value, V.Zero) : value;
            value.StorePartial(y + j, lanes);
        }
    }
}
