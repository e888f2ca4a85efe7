namespace Fovea.Models;

/// <summary>A level of a pyramid: a map whose positions, row by row, each have some anchors.</summary>
/// <param name="Height">Rows of the map.</param>
/// <param name="Width">Columns of the map.</param>
/// <param name="First">Its first anchor among those of all levels.</param>
/// <param name="Count">How many anchors it has.</param>
public readonly record struct DetectionLevel(int Height, int Width, int First, int Count);

/// <summary>The anchors of pictures of one size over all levels, the finest first; in a level row by row, at a position one after the other.</summary>
public sealed class DetectionPlaces
{
    private readonly Box[] _anchors;

    /// <summary>Lays anchors over the maps of levels.</summary>
    /// <param name="height">Height of the pictures in pixels, at least 1.</param>
    /// <param name="width">Width of the pictures in pixels, at least 1.</param>
    /// <param name="firstLevel">How often the picture is halved in the first level, as every convolution of stride 2 does: rounded up.</param>
    /// <param name="cells">For each level the anchors of a position, around it.</param>
    /// <remarks>
    /// Positions are ⌊H / rows⌋ and ⌊W / columns⌋ pixels apart, beginning in the corner, as in torchvision: 2^level where H and W divide by it.
    /// </remarks>
    public DetectionPlaces(int height, int width, int firstLevel, IReadOnlyList<IReadOnlyList<Box>> cells)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentNullException.ThrowIfNull(cells);
        (Height, Width) = (height, width);
        var levels = new DetectionLevel[cells.Count];
        int first = 0;
        for (int i = 0; i < levels.Length; i++)
        {
            (int rows, int columns) = (Halved(height, firstLevel + i), Halved(width, firstLevel + i));
            levels[i] = new DetectionLevel(rows, columns, first, rows * columns * cells[i].Count);
            first += levels[i].Count;
        }

        Levels = levels;
        _anchors = new Box[first];
        for (int i = 0; i < levels.Length; i++)
        {
            Lay(levels[i], cells[i]);
        }
    }

    /// <summary>Height of the pictures in pixels.</summary>
    public int Height { get; }

    /// <summary>Width of the pictures in pixels.</summary>
    public int Width { get; }

    /// <summary>The levels, the finest first.</summary>
    public IReadOnlyList<DetectionLevel> Levels { get; }

    /// <summary>All anchors in the order of a network's outputs.</summary>
    public ReadOnlySpan<Box> Anchors => _anchors;

    private static int Halved(int size, int times)
    {
        for (int i = 0; i < times; i++)
        {
            size = (size + 1) / 2;
        }

        return size;
    }

    private void Lay(DetectionLevel level, IReadOnlyList<Box> cell)
    {
        (int down, int right) = (Height / level.Height, Width / level.Width);
        int at = level.First;
        for (int y = 0; y < level.Height; y++)
        {
            for (int x = 0; x < level.Width; x++)
            {
                foreach (Box b in cell)
                {
                    _anchors[at++] = new Box(b.X0 + (x * right), b.Y0 + (y * down), b.X1 + (x * right), b.Y1 + (y * down));
                }
            }
        }
    }
}
