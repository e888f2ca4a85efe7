namespace Fovea.Inspect;

/// <summary>Brings maps of channels, which are one long row, into a form that fits a page.</summary>
public static class MapFolding
{
    /// <summary>The same values in reading order, in about as many rows as columns: as many rows as divide the cells evenly.</summary>
    /// <param name="map">The map.</param>
    public static ScalarMap Folded(this ScalarMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        int cells = map.Values.Length, rows = (int)Math.Sqrt(cells);
        while (cells % rows != 0)
        {
            rows--;
        }

        return map with { Height = rows, Width = cells / rows };
    }
}
