namespace Fovea.Inspect;

/// <summary>Which way a relation is read.</summary>
public enum MapDirection
{
    /// <summary>A row: how much the chosen position looks at each.</summary>
    AttendsTo,

    /// <summary>A column: how much each looks at the chosen position.</summary>
    AttendedBy,
}

/// <summary>A rectangle of a grid's cells.</summary>
/// <param name="Y">The first row, from 0.</param>
/// <param name="X">The first column, from 0.</param>
/// <param name="Height">How many rows (default 1).</param>
/// <param name="Width">How many columns (default 1).</param>
public readonly record struct GridCells(int Y, int X, int Height = 1, int Width = 1);

/// <summary>
/// What of a site's map is to be seen. The default: of a gate the mean over its channels or groups, of a relation how much each position is
/// looked at on average, over all heads of the first sample.
/// </summary>
public sealed record MapView
{
    /// <summary>The default.</summary>
    public static MapView Default { get; } = new();

    /// <summary>The sample, from 0 (default 0).</summary>
    public int Sample { get; init; }

    /// <summary>Relations: the head, from 0; null (the default) for the mean over all.</summary>
    public int? Head { get; init; }

    /// <summary>Relations of positions: the cells whose rows or columns are seen, their mean; null (the default) for the mean over all positions.</summary>
    public GridCells? At { get; init; }

    /// <summary>Relations of positions: a token before the grid instead of cells, such as the class token, 0; null (the default) for none.</summary>
    public int? Token { get; init; }

    /// <summary>
    /// Gates: the channel or group; relations of channels: the channel whose row or column is seen; null (the default) for the mean over all.
    /// </summary>
    public int? Channel { get; init; }

    /// <summary>Relations: rows or columns (default rows).</summary>
    public MapDirection Direction { get; init; }
}
