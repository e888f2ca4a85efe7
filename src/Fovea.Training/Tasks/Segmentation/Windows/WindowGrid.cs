namespace Fovea.Training;

/// <summary>Where windows lie over a picture: as few rows and columns of them as overlap enough, at equal distances, row by row.</summary>
internal sealed class WindowGrid
{
    /// <param name="width">Width of the picture, at least a window's.</param>
    /// <param name="height">Height of the picture, at least a window's.</param>
    /// <param name="window">Height and width of a window, in pixels.</param>
    /// <param name="overlap">Share of a side by which neighbours overlap at least, 0 to below 1.</param>
    public WindowGrid(int width, int height, Size2 window, double overlap)
    {
        (Width, Height, Window) = (width, height, window);
        (Columns, Rows) = (Starts(width, window.Width, overlap), Starts(height, window.Height, overlap));
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Height and width of a window.</summary>
    public Size2 Window { get; }

    /// <summary>The first pixel column of each column of windows.</summary>
    public IReadOnlyList<int> Columns { get; }

    /// <summary>The first pixel row of each row of windows.</summary>
    public IReadOnlyList<int> Rows { get; }

    public int Count => Rows.Count * Columns.Count;

    /// <summary>The first pixel of a window, counted row by row.</summary>
    public (int X, int Y) At(int window) => (Columns[window % Columns.Count], Rows[window / Columns.Count]);

    private static int[] Starts(int length, int side, double overlap)
    {
        int step = Math.Max(1, side - (int)Math.Ceiling(side * overlap));
        int rest = length - side;
        int count = ((rest + step - 1) / step) + 1;
        return [.. Enumerable.Range(0, count).Select(i => count == 1 ? 0 : (int)((long)i * rest / (count - 1)))];
    }
}
