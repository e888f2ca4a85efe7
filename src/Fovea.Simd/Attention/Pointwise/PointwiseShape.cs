using System.Numerics;

namespace Fovea.Simd.Attention;

/// <summary>Sizes and rules of point-wise spatial attention.</summary>
/// <param name="Batch">Number of maps.</param>
/// <param name="Channels">Channels of the features.</param>
/// <param name="Height">Rows of a map.</param>
/// <param name="Width">Columns of a map.</param>
/// <param name="MaskHeight">Rows of the window around a position, odd.</param>
/// <param name="MaskWidth">Columns of the window, odd.</param>
/// <param name="Distribute">Whether a position's map says how much it gives to the others, rather than how much it takes from them.</param>
/// <param name="Softmax">Whether the weights of a target are a softmax over its sources.</param>
/// <param name="Masked">Whether pairs outside the window have the logit −∞ rather than 0. Without softmax they have no weight either way.</param>
public readonly record struct PointwiseShape(
    int Batch, int Channels, int Height, int Width, int MaskHeight, int MaskWidth, bool Distribute, bool Softmax, bool Masked)
{
    // A tile's panel of weights has as many columns as keep the product busy; the panel of a map of 1,000 positions stays in the
    // second-level cache.
    private const int TilePositions = 128;
    private const int TileWidth = 32;

    /// <summary>Positions of one map.</summary>
    public int Positions => Height * Width;

    /// <summary>
    /// Numbers of the statistics: for each target the largest logit, one over the sum of the exponentials, and the weight of a source
    /// outside its window.
    /// </summary>
    public int Statistics => checked(3 * Batch * Positions);

    internal int Cells => MaskHeight * MaskWidth;

    // A window has a centre, as the authors' code demands too: it reaches as far to one side as to the other. Even ones are refused before any use.
    internal int HalfHeight => MaskHeight / 2;

    internal int HalfWidth => MaskWidth / 2;

    internal long Features => (long)Batch * Channels * Positions;

    internal long Maps => (long)Batch * Cells * Positions;

    // Outside of the window there is something to add up when it has a weight and when there is an outside.
    internal bool HasBackground => Softmax && !Masked && (HalfHeight < Height - 1 || HalfWidth < Width - 1);

    // Small windows leave most sources outside: their common weight times the sum of all features is a fair part of the result, and
    // the panel holds differences to it. With windows of half the map or more that sum could drown the result in rounding, and putting
    // the weights of the few outside into the panel costs little.
    internal bool FillsPanel => HasBackground && 2L * Cells >= Positions;

    internal bool HasSums => HasBackground && !FillsPanel;

    // Tiles are whole rows, whose neighbourhoods need no copy, unless the window is much narrower than the map.
    internal int TileColumns => !FillsPanel && TileWidth + MaskWidth - 1 < Width ? TileWidth : Width;

    internal int TileRows => Math.Clamp(TilePositions / Math.Max(1, TileColumns), 1, Math.Max(1, Height));

    internal int TilesAcross => (Width + TileColumns - 1) / TileColumns;

    internal int TilesDown => (Height + TileRows - 1) / TileRows;

    internal int Tiles => TilesAcross * TilesDown;

    // The most positions of a tile, and of the rectangle around it that its windows reach.
    internal int MostColumns => TileRows * TileColumns;

    internal int MostRows => FillsPanel ? Positions : Math.Min(Height, TileRows + (2 * HalfHeight)) * Math.Min(Width, TileColumns + (2 * HalfWidth));

    internal long TileWork => ((long)MostRows * MostColumns * Channels / 16) + 1;
}

/// <summary>A rectangle of positions.</summary>
internal readonly record struct PointwiseArea(int Top, int Left, int Height, int Width)
{
    public int Positions => Height * Width;

    /// <summary>Tile number <paramref name="i"/> of a map.</summary>
    public static PointwiseArea Tile(in PointwiseShape shape, int i)
    {
        (int down, int across) = Math.DivRem(i, shape.TilesAcross);
        int top = down * shape.TileRows;
        int left = across * shape.TileColumns;
        return new(top, left, Math.Min(shape.TileRows, shape.Height - top), Math.Min(shape.TileColumns, shape.Width - left));
    }

    /// <summary>All positions that a panel has: those in the window of one of these, or all where the outside counts singly.</summary>
    public PointwiseArea Around(in PointwiseShape shape)
    {
        if (shape.FillsPanel)
        {
            return new(0, 0, shape.Height, shape.Width);
        }

        int top = Math.Max(0, Top - shape.HalfHeight);
        int left = Math.Max(0, Left - shape.HalfWidth);
        return new(
            top, left, Math.Min(shape.Height, Top + Height + shape.HalfHeight) - top, Math.Min(shape.Width, Left + Width + shape.HalfWidth) - left);
    }
}
