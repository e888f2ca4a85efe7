using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Functions;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Attention;

/// <summary>
/// The weights between a tile of positions (columns) and the rectangle around it (rows), read from the owners' maps. The cells of one
/// offset form diagonals: neighbouring columns meet neighbouring rows.
/// </summary>
/// <remarks>
/// A weight is <c>e^(h − m)/S · scale</c> with the target's statistics, or <c>h · scale</c> without softmax. Pairs outside the windows
/// have the background weight b of their target; or 0, with all others less b, where b is added for all sources alike elsewhere.
/// </remarks>
internal readonly unsafe struct PointwisePanel<T>(PointwiseShape shape, T* maps, T* max, T* inverse, T* background, T scale)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Buffer = 64;

    /// <summary>Fills a panel [rows.Positions, columns.Positions].</summary>
    /// <param name="map">Which map of the batch.</param>
    /// <param name="columns">The tile.</param>
    /// <param name="rows">The rectangle.</param>
    /// <param name="columnsAreTargets">Whether the columns receive, rather than give.</param>
    /// <param name="panel">The panel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Fill<V>(int map, in PointwiseArea columns, in PointwiseArea rows, bool columnsAreTargets, T* panel)
        where V : struct, IVector<V, T>
    {
        T* buffer = stackalloc T[Buffer];
        FillOutside(map, columns, rows, columnsAreTargets, panel);
        nint step = columns.Positions + 1;
        foreach (Run run in new Runs(shape, columns, rows, columnsAreTargets, map))
        {
            for (int done = 0; done < run.Length; done += Buffer)
            {
                int count = Math.Min(Buffer, run.Length - done);
                Weights<V>(maps + run.Cell + done, run.Target + done, count, buffer);
                T* to = panel + run.Panel + (done * step);
                for (int i = 0; i < count; i++, to += step)
                {
                    *to = buffer[i];
                }
            }
        }
    }

    /// <summary>
    /// From a panel of <c>Σ_c x_s·dz_t</c> to the gradients of the maps: <c>P·(scale·g − δ_t)</c> with the softmax weight P, or
    /// <c>scale·g</c>. The columns are targets; each number of the maps is written once.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Gradients<V>(int map, in PointwiseArea columns, in PointwiseArea rows, T* panel, T* dots, T* to)
        where V : struct, IVector<V, T>
    {
        T* buffer = stackalloc T[Buffer];
        nint step = columns.Positions + 1;
        V factor = V.Broadcast(scale);
        foreach (Run run in new Runs(shape, columns, rows, true, map))
        {
            for (int done = 0; done < run.Length; done += Buffer)
            {
                int count = Math.Min(Buffer, run.Length - done);
                T* from = panel + run.Panel + (done * step);
                for (int i = 0; i < count; i++, from += step)
                {
                    buffer[i] = *from;
                }

                nint target = run.Target + done;
                for (int i = 0; i < count; i += V.Width)
                {
                    int n = Math.Min(V.Width, count - i);
                    V g = V.LoadPartial(buffer + i, n) * factor;
                    if (shape.Softmax)
                    {
                        V h = V.LoadPartial(maps + run.Cell + done + i, n);
                        V weight = Weight(h, max + target + i, inverse + target + i, n);
                        g = weight * (g - V.LoadPartial(dots + target + i, n));
                    }

                    g.StorePartial(to + run.Cell + done + i, n);
                }
            }
        }
    }

    /// <summary>The weight of a source outside the window, times the scale, for <paramref name="count"/> targets.</summary>
    public void Background(nint target, int count, T* to)
    {
        for (int i = 0; i < count; i++)
        {
            to[i] = background[target + i] * scale;
        }
    }

    private void FillOutside(int map, in PointwiseArea columns, in PointwiseArea rows, bool columnsAreTargets, T* panel)
    {
        int width = columns.Positions;
        if (!shape.FillsPanel)
        {
            new Span<T>(panel, rows.Positions * width).Clear();
            return;
        }

        // The rows are the whole map and the tile is whole rows, so that both are runs of positions.
        nint first = (nint)map * shape.Positions;
        if (columnsAreTargets)
        {
            Background(first + ((nint)columns.Top * shape.Width), width, panel);
            for (int row = 1; row < rows.Positions; row++)
            {
                new Span<T>(panel, width).CopyTo(new Span<T>(panel + ((nint)row * width), width));
            }

            return;
        }

        for (int row = 0; row < rows.Positions; row++)
        {
            new Span<T>(panel + ((nint)row * width), width).Fill(background[first + row] * scale);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Weight<V>(V logit, T* max, T* inverse, int n)
        where V : struct, IVector<V, T> =>
        Exp.AtLeast<V, T>(logit - V.LoadPartial(max, n), Denormals.Negligible<V, T>()) * V.LoadPartial(inverse, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Weights<V>(T* cells, nint target, int count, T* to)
        where V : struct, IVector<V, T>
    {
        V factor = V.Broadcast(scale);
        for (int i = 0; i < count; i += V.Width)
        {
            int n = Math.Min(V.Width, count - i);
            V h = V.LoadPartial(cells + i, n);
            if (shape.Softmax)
            {
                h = Weight(h, max + target + i, inverse + target + i, n);
                h = shape.HasSums ? h - V.LoadPartial(background + target + i, n) : h;
            }

            (h * factor).StorePartial(to + i, n);
        }
    }

    /// <summary>A diagonal of a panel: where it begins in the maps, among the targets' statistics, and in the panel.</summary>
    private readonly record struct Run(nint Cell, nint Target, nint Panel, int Length);

    /// <summary>All diagonals of a panel that have a pair within the window.</summary>
    private ref struct Runs(PointwiseShape shape, PointwiseArea columns, PointwiseArea rows, bool columnsAreTargets, int map)
    {
        // An owner's map is indexed by other − owner. Collecting, the target owns; distributing, the source does.
        private readonly bool _columnsOwn = columnsAreTargets != shape.Distribute;
        private int _column = columns.Top;
        private int _row = Math.Max(rows.Top, columns.Top - shape.HalfHeight) - 1;
        private int _shift = shape.HalfWidth;

        public Run Current { get; private set; }

        public readonly Runs GetEnumerator() => this;

        public bool MoveNext()
        {
            while (true)
            {
                // The innermost loop goes over the shifts from column to row, then rows, then columns.
                if (++_shift > shape.HalfWidth)
                {
                    _shift = -shape.HalfWidth;
                    if (++_row >= Math.Min(rows.Top + rows.Height, _column + shape.HalfHeight + 1))
                    {
                        if (++_column >= columns.Top + columns.Height)
                        {
                            return false;
                        }

                        _row = Math.Max(rows.Top, _column - shape.HalfHeight);
                    }
                }

                int first = Math.Max(columns.Left, rows.Left - _shift);
                int end = Math.Min(columns.Left + columns.Width, rows.Left + rows.Width - _shift);
                if (first < end)
                {
                    Current = At(first, end - first);
                    return true;
                }
            }
        }

        private readonly Run At(int x, int length)
        {
            int dy = _columnsOwn ? _row - _column : _column - _row;
            int dx = _columnsOwn ? _shift : -_shift;
            int cell = ((dy + shape.HalfHeight) * shape.MaskWidth) + dx + shape.HalfWidth;
            int columnAt = (_column * shape.Width) + x;
            int rowAt = (_row * shape.Width) + x + _shift;
            nint panelRow = ((nint)(_row - rows.Top) * rows.Width) + x + _shift - rows.Left;
            nint panelColumn = ((nint)(_column - columns.Top) * columns.Width) + x - columns.Left;
            return new(
                ((((nint)map * shape.Cells) + cell) * shape.Positions) + (_columnsOwn ? columnAt : rowAt),
                ((nint)map * shape.Positions) + (columnsAreTargets ? columnAt : rowAt),
                (panelRow * columns.Positions) + panelColumn,
                length);
        }
    }
}
