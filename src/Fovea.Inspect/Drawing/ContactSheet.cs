using Fovea.Imaging;
using Fovea.Imaging.Drawing;

namespace Fovea.Inspect;

/// <summary>Many small pictures on one white sheet, each with its name and its range.</summary>
public static class ContactSheet
{
    private const int Margin = 20;
    private const int Gap = 24;
    private const int LineGap = 6;
    private const int Scale = 2;

    private static readonly Color s_ink = new(27, 33, 48);
    private static readonly Color s_soft = new(92, 101, 119);

    /// <summary>Draws the sheet, row by row.</summary>
    /// <param name="tiles">The pictures, at least one.</param>
    /// <param name="heading">A line above all of them; empty for none.</param>
    /// <param name="columns">Pictures in a row, at least 1; null for about as many as rows.</param>
    /// <exception cref="ArgumentException">There is no picture, or no column.</exception>
    public static Image Draw(IReadOnlyList<SheetTile> tiles, string heading = "", int? columns = null)
    {
        ArgumentNullException.ThrowIfNull(tiles);
        ArgumentNullException.ThrowIfNull(heading);
        int across = Math.Min(tiles.Count, columns ?? (int)Math.Ceiling(Math.Sqrt(tiles.Count * 1.4)));
        if (across < 1)
        {
            throw new ArgumentException($"sheet: expected at least one picture and one column, got {tiles.Count} and {columns}.");
        }

        int line = Lettering.Height(Scale) + LineGap, width = tiles.Max(t => t.Picture.Width), height = tiles.Max(t => t.Picture.Height);
        int above = line * (tiles.Any(t => t.Note.Length > 0) ? 2 : 1), below = tiles.Any(t => t.Scale is not null) ? LineGap + ColorBar.Height : 0;
        int rows = (tiles.Count + across - 1) / across, top = Margin + (heading.Length > 0 ? line + LineGap : 0), cell = above + height + below + Gap;
        Image sheet = Painting.Blank((2 * Margin) + (across * (width + Gap)) - Gap, top + (rows * cell) - Gap + Margin, Color.White);
        sheet.Write(Margin, Margin, Lettering.Cut(heading, Lettering.Fitting(sheet.Width - (2 * Margin), Scale)), Scale, s_ink);
        for (int i = 0; i < tiles.Count; i++)
        {
            Place(sheet, tiles[i], Margin + (i % across * (width + Gap)), top + (i / across * cell), width, above, line);
        }

        return sheet;
    }

    private static void Place(Image sheet, SheetTile tile, int x, int y, int width, int above, int line)
    {
        int letters = Lettering.Fitting(width, Scale);
        sheet.Write(x, y, Lettering.Cut(tile.Title, letters), Scale, s_ink);
        sheet.Write(x, y + line, Lettering.Cut(tile.Note, letters), Scale, s_soft);
        sheet.Paste(tile.Picture, x, y + above);
        if (tile.Scale is { } scale)
        {
            sheet.Paste(ColorBar.Draw(scale, tile.Picture.Width), x, y + above + tile.Picture.Height + LineGap);
        }
    }
}
