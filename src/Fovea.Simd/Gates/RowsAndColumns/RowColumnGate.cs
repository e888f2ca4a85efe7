using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
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
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public static void Scale<T>(
        int planes, int height, int width, ReadOnlySpan<T> x, ReadOnlySpan<T> rows, ReadOnlySpan<T> columns, Span<T> y, bool streaming)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const string Name = "rowColumnGate";
        Check(Name, planes, height, width, x.Length);
        Guard.Length(Name, "rows", (long)planes * height, rows.Length);
        Guard.Length(Name, "columns", (long)planes * width, columns.Length);
        Guard.Length(Name, "y", x.Length, y.Length);
        fixed (T* xAt = x, rowsAt = rows, columnsAt = columns, yAt = y)
        {
            RowColumnScale.Run(planes, height, width, xAt, new GivenStrips<T>(height, width, rowsAt, columnsAt), yAt, streaming);
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
            var body = new BackwardBody<T>
            {
                Height = height,
                Width = width,
                X = xAt,
                Dy = dyAt,
                Rows = rowsAt,
                Columns = columnsAt,
                Dx = dxAt,
                DRows = dRowsAt,
                DColumns = dColumnsAt,
            };
            VectorLoop.For<BackwardBody<T>, T>(ref body, planes, PlanePartition.Grain(planes, height * width));
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
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    private struct BackwardBody<T> : IVectorBody<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public int Height;
        public int Width;
        public T* X;
        public T* Dy;
        public T* Rows;
        public T* Columns;
        public T* Dx;
        public T* DRows;
        public T* DColumns;

        public readonly void Run<V>(int from, int to)
            where V : struct, IVector<V, T>
        {
            for (int plane = from; plane < to; plane++)
            {
                Plane<V>(plane);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Plane<V>(nint plane)
            where V : struct, IVector<V, T>
        {
            int width = Width;
            int whole = width - (width % V.Width);
            nint at = plane * Height * width;
            T* c = Columns + (plane * width);
            T* dc = DColumns + (plane * width);
            new Span<T>(dc, width).Clear();
            for (int i = 0; i < Height; i++, at += width)
            {
                V r = V.Broadcast(Rows[(plane * Height) + i]);
                V sum = V.Zero;
                for (int j = 0; j < whole; j += V.Width)
                {
                    Step<V, FullVector>(at + j, 0, r, c + j, dc + j, ref sum);
                }

                if (whole < width)
                {
                    Step<V, PartialVector>(at + whole, width - whole, r, c + whole, dc + whole, ref sum);
                }

                DRows[(plane * Height) + i] = V.Sum(sum);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Step<V, TTail>(nint at, int n, V r, T* c, T* dc, ref V sum)
            where V : struct, IVector<V, T>
            where TTail : struct, ITail
        {
            V g = TTail.Load<V, T>(Dy + at, n);
            V column = TTail.Load<V, T>(c, n);
            V t = g * TTail.Load<V, T>(X + at, n);
            sum = V.MultiplyAdd(t, column, sum);
            TTail.Store(V.MultiplyAdd(t, r, TTail.Load<V, T>(dc, n)), dc, n);
            if (Dx is not null)
            {
                TTail.Store(g * (r * column), Dx + at, n);
            }
        }
    }
}
