namespace Fovea.Inspect;

/// <summary>How the cells of a map lie: tokens that stand for no place, then rows and columns over the picture, or channels.</summary>
/// <param name="Height">Rows; 1 of channels.</param>
/// <param name="Width">Columns; of channels how many there are.</param>
/// <param name="Prefix">Tokens before the grid, such as a class token; they are no cells of maps.</param>
public sealed record SiteGrid(int Height, int Width, int Prefix = 0)
{
    /// <summary>Number of cells.</summary>
    public int Cells => Height * Width;
}
