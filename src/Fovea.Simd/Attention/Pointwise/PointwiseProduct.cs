using System.Numerics;
using System.Runtime.CompilerServices;
using Fovea.Simd.Drivers;
using Fovea.Simd.Gemm;
using Fovea.Simd.Memory;
using Fovea.Simd.Vectors;

namespace Fovea.Simd.Attention;

/// <summary>
/// Features times weights: <c>z[c, column] = offset[c, column] + Σ_row x[c, row] · P[row, column]</c>. Forward the columns are targets and
/// the rows sources; for the gradient of the features it is the other way round. Piece i is tile i of all maps.
/// </summary>
internal readonly unsafe struct PointwiseProduct<T>(PointwiseShape shape, PointwisePanel<T> panel, bool columnsAreTargets, T* x, T* z, T* sums) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        int c = shape.Channels, hw = shape.Positions;
        bool whole = shape.TileColumns == shape.Width;
        using var weights = new Scratch<T>((long)shape.MostRows * shape.MostColumns);
        using var outside = new Scratch<T>(shape.MostColumns);
        using var copies = new Scratch<T>(whole ? 0 : (long)c * (shape.MostRows + shape.MostColumns));
        for (int piece = from; piece < to; piece++)
        {
            (int map, int tile) = Math.DivRem(piece, shape.Tiles);
            PointwiseArea columns = PointwiseArea.Tile(shape, tile);
            PointwiseArea rows = columns.Around(shape);
            panel.Fill<V>(map, columns, rows, columnsAreTargets, weights.At);
            T* features = x + ((nint)map * c * hw);
            T* result = z + ((nint)map * c * hw);
            if (whole)
            {
                T* to0 = result + ((nint)columns.Top * shape.Width);
                Offsets<V>(map, columns, outside.At, to0, hw);
                Product.Run(
                    false, false, c, columns.Positions, rows.Positions, features + ((nint)rows.Top * shape.Width), hw, weights.At, columns.Positions,
                    to0, hw, adds: shape.HasSums);
                continue;
            }

            T* part = copies.At + ((nint)c * rows.Positions);
            PointwiseCopy.Take(features, c, shape, rows, copies.At);
            Offsets<V>(map, columns, outside.At, part, columns.Positions);
            Product.Run(
                false, false, c, columns.Positions, rows.Positions, copies.At, rows.Positions, weights.At, columns.Positions, part, columns.Positions,
                adds: shape.HasSums);
            PointwiseCopy.Put(part, c, shape, columns, result);
        }
    }

    // What sources outside the windows add. Forward: the background weight of each target times the sum of all features (the panel has
    // the background taken off inside); backward: the sum over targets, the same for every source.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Offsets<V>(int map, in PointwiseArea columns, T* outside, T* to, int stride)
        where V : struct, IVector<V, T>
    {
        int count = columns.Positions;
        if (!shape.HasSums)
        {
            return;
        }

        if (columnsAreTargets)
        {
            for (int row = 0; row < columns.Height; row++)
            {
                nint target = ((nint)map * shape.Positions) + ((nint)(columns.Top + row) * shape.Width) + columns.Left;
                panel.Background(target, columns.Width, outside + ((nint)row * columns.Width));
            }
        }
        else
        {
            new Span<T>(outside, count).Fill(T.One);
        }

        for (int c = 0; c < shape.Channels; c++, to += stride)
        {
            V sum = V.Broadcast(sums[((nint)map * shape.Channels) + c]);
            for (int i = 0; i < count; i += V.Width)
            {
                int n = Math.Min(V.Width, count - i);
                (sum * V.LoadPartial(outside + i, n)).StorePartial(to + i, n);
            }
        }
    }
}

/// <summary>Copies of a rectangle of every channel, [C, positions], and back.</summary>
internal static unsafe class PointwiseCopy
{
    public static void Take<T>(T* tensor, int channels, in PointwiseShape shape, in PointwiseArea area, T* to)
        where T : unmanaged
    {
        for (int c = 0; c < channels; c++)
        {
            for (int row = 0; row < area.Height; row++, to += area.Width)
            {
                nint at = ((nint)c * shape.Positions) + ((nint)(area.Top + row) * shape.Width) + area.Left;
                new Span<T>(tensor + at, area.Width).CopyTo(new Span<T>(to, area.Width));
            }
        }
    }

    public static void Put<T>(T* from, int channels, in PointwiseShape shape, in PointwiseArea area, T* tensor)
        where T : unmanaged
    {
        for (int c = 0; c < channels; c++)
        {
            for (int row = 0; row < area.Height; row++, from += area.Width)
            {
                nint at = ((nint)c * shape.Positions) + ((nint)(area.Top + row) * shape.Width) + area.Left;
                new Span<T>(from, area.Width).CopyTo(new Span<T>(tensor + at, area.Width));
            }
        }
    }
}

/// <summary>The gradient of the maps: piece i is tile i of the targets of all maps.</summary>
internal readonly unsafe struct PointwiseMapGradient<T>(PointwiseShape shape, PointwisePanel<T> panel, T* x, T* dz, T* dots, T* dmaps) : IVectorBody<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public void Run<V>(int from, int to)
        where V : struct, IVector<V, T>
    {
        int c = shape.Channels, hw = shape.Positions;
        bool whole = shape.TileColumns == shape.Width;
        using var products = new Scratch<T>((long)shape.MostRows * shape.MostColumns);
        using var copies = new Scratch<T>(whole ? 0 : (long)c * (shape.MostRows + shape.MostColumns));
        for (int piece = from; piece < to; piece++)
        {
            (int map, int tile) = Math.DivRem(piece, shape.Tiles);
            PointwiseArea columns = PointwiseArea.Tile(shape, tile);
            PointwiseArea rows = columns.Around(shape);
            T* features = x + ((nint)map * c * hw);
            T* grads = dz + ((nint)map * c * hw);
            if (whole)
            {
                Product.Run(
                    true, false, rows.Positions, columns.Positions, c, features + ((nint)rows.Top * shape.Width), hw,
                    grads + ((nint)columns.Top * shape.Width), hw, products.At, columns.Positions);
            }
            else
            {
                T* part = copies.At + ((nint)c * rows.Positions);
                PointwiseCopy.Take(features, c, shape, rows, copies.At);
                PointwiseCopy.Take(grads, c, shape, columns, part);
                Product.Run(true, false, rows.Positions, columns.Positions, c, copies.At, rows.Positions, part, columns.Positions, products.At, columns.Positions);
            }

            panel.Gradients<V>(map, columns, rows, products.At, dots, dmaps);
        }
    }
}
