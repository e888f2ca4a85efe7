using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Conv;

/// <summary>Stages planes in the layouts of <see cref="StageMode.Rows"/> and <see cref="StageMode.Shifted"/>.</summary>
internal readonly unsafe struct PlaneStage<V, T>
    where V : unmanaged, IVector<V, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly StagePlan* _plan;
    private readonly T* _masks;
    private readonly T* _begin;
    private readonly T* _end;

    /// <summary>Prepares staging from an input tensor.</summary>
    /// <param name="plan">The layout.</param>
    /// <param name="x">The input; nothing outside of its numbers is read.</param>
    /// <param name="masks">Room for <see cref="MaskCount"/> numbers.</param>
    public PlaneStage(StagePlan* plan, T* x, T* masks)
    {
        _plan = plan;
        _masks = MaskLength(*plan) > 0 ? masks : null;
        _begin = x;
        _end = x + plan->Job.Batch * plan->Job.InputImage;

        // All bits set where a number is kept, none where it is padding.
        T kept = VecScalar<T>.Equal(VecScalar<T>.Zero, VecScalar<T>.Zero).Value;
        bool shift = CanShift(*plan);
        for (int copy = 0; copy < plan->Copies; copy++)
        {
            T* line = masks + (nint)copy * MaskLength(*plan);
            for (int j = 0; j < MaskLength(*plan); j++)
            {
                int column = shift ? j % plan->Job.Width : j % plan->RowLength * plan->Job.StrideWidth;
                line[j] = (uint)(column + plan->CopyColumn[copy]) < (uint)plan->Job.Width ? kept : T.Zero;
            }
        }
    }

    private PlaneStage(in PlaneStage<V, T> other, T* begin, T* end)
    {
        this = other;
        _begin = begin;
        _end = end;
    }

    /// <summary>The same for planes that lie elsewhere.</summary>
    public PlaneStage<V, T> Within(T* begin, nint count) => new(this, begin, begin + count);

    /// <summary>Numbers that the masks of a plan take.</summary>
    public static long MaskCount(in StagePlan plan) => (long)plan.Copies * MaskLength(plan);

    /// <summary>Stages one channel plane of one image: output rows <paramref name="row"/> … row + rows − 1 can then be computed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Plane(T* plane, int row, int rows, T* to)
    {
        ref readonly StagePlan plan = ref *_plan;
        int height = plan.Job.Height;
        int width = plan.Job.Width;
        int count = rows + plan.RowSpan;
        if (CanShift(plan))
        {
            Shifted(plane, row + plan.FirstRow, count, to);
            return;
        }

        for (int phase = 0; phase < plan.RowPhases; phase++)
        {
            int first = ((row + plan.FirstRow) * plan.Job.StrideHeight) + plan.RowPhase[phase];
            for (int copy = 0; copy < plan.Copies; copy++)
            {
                T* at = to + ((nint)phase * plan.Copies + copy) * plan.CopyStride;
                int lead = Math.Clamp(-plan.CopyColumn[copy], 0, plan.RowLength);
                int skip = Math.Max(0, plan.CopyColumn[copy]);
                int inRow = Math.Min(plan.RowLength - lead, width - skip);
                if (plan.Job.StrideWidth == 1 && inRow >= V.Width)
                {
                    Rows(plane + (nint)first * width + skip, -first, height - first, plan.Job.StrideHeight, count, lead, inRow, at);
                    continue;
                }

                if (CanMask(plan))
                {
                    Masked(plane + (nint)first * width, -first, height - first, count, copy, at);
                    continue;
                }

                for (int r = 0; r < count; r++, at += plan.RowLength)
                {
                    int y = first + (r * plan.Job.StrideHeight);
                    T* source = (uint)y < (uint)height ? plane + (nint)y * width : null;
                    StridedRows<V, T>.Padded(source, width, plan.CopyColumn[copy], plan.Job.StrideWidth, at, plan.RowLength);
                }
            }
        }
    }

    // Where the output is as wide as the input and nothing is skipped, a shifted copy is the plane itself moved by the shift, with
    // the columns that came from a neighbouring row masked: whole registers at a time, rows or not.
    private static bool CanShift(in StagePlan plan) =>
        plan.Mode == StageMode.Shifted && plan.Job.StrideHeight == 1 && plan.Job.StrideWidth == 1 && plan.Job.OutWidth == plan.Job.Width;

    // Where every number or every second one is taken, a row is loaded beyond its ends and what lies outside is masked.
    private static bool CanMask(in StagePlan plan) =>
        plan.Job.StrideWidth == 1 || (plan.Job.StrideWidth == 2 && typeof(T) == typeof(float) && V.Width >= 8);

    private static int MaskLength(in StagePlan plan) =>
        CanShift(plan) ? plan.Job.Width + V.Width : CanMask(plan) ? plan.RowLength + V.Width : 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Masked(T* from, int begin, int end, int count, int copy, T* to)
    {
        nint width = _plan->Job.Width;
        int step = _plan->Job.StrideHeight;
        int length = _plan->RowLength;
        bool halves = _plan->Job.StrideWidth == 2;
        T* mask = _masks + (nint)copy * (length + V.Width);
        from += _plan->CopyColumn[copy];
        nint reach = (halves ? 2 : 1) * (nint)(length + V.Width);
        for (int r = 0; r < count; r++, to += length)
        {
            int y = r * step;
            if (y < begin || y >= end)
            {
                ClearOver(to, length);
                continue;
            }

            T* row = from + y * width;
            if (row < _begin || row + reach > _end)
            {
                Careful(row, halves ? 2 : 1, mask, length, to);
                continue;
            }

            if (halves && 2 * length == V.Width && r + 1 < count && y + step < end && row + (step * width) + reach <= _end)
            {
                // Two short rows fill one register.
                (EvenOdd<V, T>.Even(row, row + (step * width)) & V.Load(mask)).Store(to);
                to += length;
                r++;
                continue;
            }

            if (halves)
            {
                for (int j = 0; j < length; j += V.Width)
                {
                    (EvenOdd<V, T>.Even(row + (2 * j)) & V.Load(mask + j)).Store(to + j);
                }

                continue;
            }

            for (int j = 0; j < length; j += V.Width)
            {
                (V.Load(row + j) & V.Load(mask + j)).Store(to + j);
            }
        }
    }

    // At the borders of the tensor: nothing outside of it is read.
    private void Careful(T* row, int stride, T* mask, int length, T* to)
    {
        for (int j = 0; j < length; j++, row += stride)
        {
            VecScalar<T> x = row >= _begin && row < _end ? VecScalar<T>.Load(row) : VecScalar<T>.Zero;
            (x & VecScalar<T>.Load(mask + j)).Store(to + j);
        }
    }

    // Rows of at least one register: zeros, the row's numbers, zeros. Each part may write over the next, which comes after it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Rows(T* from, int begin, int end, int step, int count, int lead, int numbers, T* to)
    {
        nint width = _plan->Job.Width;
        int length = _plan->RowLength;
        int tail = length - lead - numbers;
        int last = numbers - V.Width;
        for (int r = 0; r < count; r++, to += length)
        {
            int y = r * step;
            if (y < begin || y >= end)
            {
                ClearOver(to, length);
                continue;
            }

            T* row = from + y * width;
            T* at = to + lead;
            for (int j = 0; j < lead; j += V.Width)
            {
                V.Zero.Store(to + j);
            }

            for (int j = 0; j < last; j += V.Width)
            {
                V.Load(row + j).Store(at + j);
            }

            V.Load(row + last).Store(at + last);
            for (int j = 0; j < tail; j += V.Width)
            {
                V.Zero.Store(at + numbers + j);
            }
        }
    }

    // Both write up to a register beyond count: what comes after is written later, and a channel ends with room for one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ClearOver(T* to, int count)
    {
        for (int j = 0; j < count; j += V.Width)
        {
            V.Zero.Store(to + j);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Shifted(T* plane, int first, int count, T* to)
    {
        int width = _plan->Job.Width;
        int above = Math.Clamp(-first, 0, count);
        int inside = Math.Clamp(_plan->Job.Height - first - above, 0, count - above);
        int numbers = inside * width;
        T* from = plane + (nint)(first + above) * width;
        for (int copy = 0; copy < _plan->Copies; copy++, to += _plan->CopyStride)
        {
            T* mask = _masks + (nint)copy * (width + V.Width);
            T* shifted = from + _plan->CopyColumn[copy];
            T* target = to + (nint)above * width;
            ClearOver(to, above * width);
            if (shifted < _begin || shifted + numbers + V.Width > _end)
            {
                for (int p = 0; p < numbers; p++)
                {
                    VecScalar<T> x = shifted + p >= _begin && shifted + p < _end ? VecScalar<T>.Load(shifted + p) : VecScalar<T>.Zero;
                    (x & VecScalar<T>.Load(mask + (p % width))).Store(target + p);
                }
            }
            else if (V.Width % width == 0)
            {
                // Every register begins at a row.
                V kept = V.Load(mask);
                for (int p = 0; p < numbers; p += V.Width)
                {
                    (V.Load(shifted + p) & kept).Store(target + p);
                }
            }
            else
            {
                for (int p = 0, column = 0; p < numbers; p += V.Width)
                {
                    (V.Load(shifted + p) & V.Load(mask + column)).Store(target + p);
                    column += V.Width;
                    while (column >= width)
                    {
                        column -= width;
                    }
                }
            }

            ClearOver(target + numbers, (count - above - inside) * width);
        }
    }
}
