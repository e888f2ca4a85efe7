using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Sweeps;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Gates;

/// <summary>Gates with a number for each row and one for each column of every plane, and the means they come from.</summary>
public static unsafe class RowColumnGate
{
    /// <summary>The means of every row and of every column of every plane, in one read.</summary>
    /// <param name="planes">Number of planes.</param>
    /// <param name="height">Rows of a plane, at least 1.</param>
    /// <param name="width">Columns of a plane, at least 1.</param>
    /// <param name="x">[planes, height, width].</param>
    /// <param name="means">[planes, height + width], written: the rows' means, then the columns'.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Means<T>(int planes, int height, int width, ReadOnlySpan<T> x, Span<T> means)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "rowColumnMeans";
        Check(Name, planes, height, width, x.Length);
        Guard.Length(Name, "means", (long)planes * (height + width), means.Length);
        fixed (T* xAt = x, meansAt = means)
        {
            var body = new RowColumnSums<T>(height, width, xAt, meansAt);
            VectorLoop.For<RowColumnSums<T>, T>(ref body, planes, PlanePartition.Grain(planes, height * width));
        }
    }

    /// <summary><c>dx[p, i, j] += dmeans[p, i] / width + dmeans[p, height + j] / height</c>: the gradient of <see cref="Means"/>.</summary>
    /// <param name="planes">Number of planes.</param>
    /// <param name="height">Rows of a plane.</param>
    /// <param name="width">Columns of a plane.</param>
    /// <param name="dMeans">[planes, height + width].</param>
    /// <param name="dx">[planes, height, width], added to.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void AddMeansBackward<T>(int planes, int height, int width, ReadOnlySpan<T> dMeans, Span<T> dx)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "rowColumnMeansBackward";
        Check(Name, planes, height, width, dx.Length);
        Guard.Length(Name, "dMeans", (long)planes * (height + width), dMeans.Length);
        fixed (T* dMeansAt = dMeans, dxAt = dx)
        {
            var body = new MeansBackwardBody<T>(height, width, dMeansAt, dxAt);
            VectorLoop.For<MeansBackwardBody<T>, T>(ref body, planes, PlanePartition.Grain(planes, height * width));
        }
    }

    /// <summary><c>y[p, i, j] = x[p, i, j] · rows[p, i] · columns[p, j]</c>.</summary>
    /// <param name="planes">Number of planes.</param>
    /// <param name="height">Rows of a plane.</param>
    /// <param name="width">Columns of a plane.</param>
    /// <param name="x">[planes, height, width].</param>
    /// <param name="rows">[planes, height].</param>
    /// <param name="columns">[planes, width].</param>
    /// <param name="y">As x, written.</param>
    /// <param name="streaming">Whether y is better written past the caches.</param>
    /// <param name="end">What follows in the same sweep.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Scale<T>(
        int planes, int height, int width, ReadOnlySpan<T> x, ReadOnlySpan<T> rows, ReadOnlySpan<T> columns, Span<T> y, bool streaming,
        Epilogue<T> end = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "rowColumnGate";
        Check(Name, planes, height, width, x.Length);
        Guard.Length(Name, "rows", (long)planes * height, rows.Length);
        Guard.Length(Name, "columns", (long)planes * width, columns.Length);
        Guard.Length(Name, "y", x.Length, y.Length);
        Guard.LengthOrEmpty(Name, "residual", x.Length, end.Residual.Length);
        fixed (T* xAt = x, rowsAt = rows, columnsAt = columns, yAt = y)
        {
            var sweep = new Sweep<T>(SweepTiles.Planes(planes, height * width)) { Width = width, X = xAt, Row = rowsAt, Column = columnsAt, Y = yAt };
            sweep.Write<RowColumnProduct>(streaming, end);
        }
    }

    /// <summary>The gradients of <see cref="Scale"/> in one sweep.</summary>
    /// <param name="planes">Number of planes.</param>
    /// <param name="height">Rows of a plane.</param>
    /// <param name="width">Columns of a plane.</param>
    /// <param name="x">[planes, height, width].</param>
    /// <param name="dy">As x.</param>
    /// <param name="rows">[planes, height].</param>
    /// <param name="columns">[planes, width].</param>
    /// <param name="dx">As x, written; or empty.</param>
    /// <param name="dRows">[planes, height], written.</param>
    /// <param name="dColumns">[planes, width], written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Backward<T>(
        int planes, int height, int width, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, ReadOnlySpan<T> rows, ReadOnlySpan<T> columns,
        Span<T> dx, Span<T> dRows, Span<T> dColumns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "rowColumnGateBackward";
        Check(Name, planes, height, width, x.Length);
        Guard.Length(Name, "dy", x.Length, dy.Length);
        Guard.Length(Name, "rows", (long)planes * height, rows.Length);
        Guard.Length(Name, "columns", (long)planes * width, columns.Length);
        Guard.LengthOrEmpty(Name, "dx", x.Length, dx.Length);
        Guard.Length(Name, "dRows", rows.Length, dRows.Length);
        Guard.Length(Name, "dColumns", columns.Length, dColumns.Length);
        fixed (T* xAt = x, dyAt = dy, rowsAt = rows, columnsAt = columns, dxAt = dx, dRowsAt = dRows, dColumnsAt = dColumns)
        {
            var sweep = new Sweep<T>(SweepTiles.Planes(planes, height * width))
            {
                Width = width,
                X = xAt,
                G = dyAt,
                Row = rowsAt,
                Column = columnsAt,
                Y = dxAt,
                Rows = dRowsAt,
                Columns = dColumnsAt,
            };
            if (dx.IsEmpty)
            {
                sweep.Sum<BackwardBody>();
            }
            else
            {
                sweep.Write<BackwardBody>(streaming: false);
            }
        }
    }

    private static void Check(string name, int planes, int height, int width, int x)
    {
        if (height < 1 || width < 1)
        {
            Guard.Fail(name, $"expected planes of at least one position, got {height}×{width}");
        }

        Guard.Length(name, "x", (long)planes * height * width, x);
    }

    private readonly struct MeansBackwardBody<T>(int height, int width, T* dMeans, T* dx) : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        public void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            T ofRow = T.One / T.CreateTruncating(width);
            V ofColumn = V.Broadcast(T.One / T.CreateTruncating(height));
            int whole = width - (width % V.Width);
            for (int plane = to - 1; plane >= from; plane--)
            {
                T* row = dx + ((nint)plane * height * width);
                T* rowParts = dMeans + ((nint)plane * (height + width));
                T* columnParts = rowParts + height;
                for (int i = 0; i < height; i++, row += width)
                {
                    V part = V.Broadcast(rowParts[i] * ofRow);
                    for (int j = 0; j < whole; j += V.Width)
                    {
                        (V.Load(row + j) + V.MultiplyAdd(V.Load(columnParts + j), ofColumn, part)).Store(row + j);
                    }

                    if (whole < width)
                    {
                        int n = width - whole;
                        (V.LoadPartial(row + whole, n) + V.MultiplyAdd(V.LoadPartial(columnParts + whole, n), ofColumn, part)).StorePartial(row + whole, n);
                    }
                }
            }
        }
    }

    private readonly struct BackwardBody : IReadsX, IReadsG, IReadsRow, IReadsColumn, ISumsRows, ISumsColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s)
        {
            V t = o.G * o.X;
            s.Row = V.MultiplyAdd(t, o.Column, s.Row);
            s.Column = V.MultiplyAdd(t, o.Row, s.Column);
            return o.G * (o.Row * o.Column);
        }
    }
}

/// <summary><c>x · row · column</c>.</summary>
internal readonly struct RowColumnProduct : IReadsX, IReadsRow, IReadsColumn
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ISweepBody.Step<V, T>(in Operands<V> o, ref Sums<V> s) => o.X * (o.Row * o.Column);
}
