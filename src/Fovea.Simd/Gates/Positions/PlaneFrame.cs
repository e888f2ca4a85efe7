namespace Fovea.Simd.Gates;

/// <summary>A plane with zeros around, wide enough that registers and taps read past every edge without a check.</summary>
internal readonly struct PlaneFrame
{
    // A register beyond the last column, and rows beyond the last of a block of four.
    private const int Slack = 32;
    private const int RowSlack = 4;

    public PlaneFrame(int height, int width, int kernel)
    {
        (Height, Width, Kernel) = (height, width, kernel);
        Stride = (width + kernel + Slack + 15) / 16 * 16;
        Size = Stride * (height + kernel + RowSlack);
    }

    public int Height { get; }

    public int Width { get; }

    public int Kernel { get; }

    /// <summary>Numbers from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>Numbers of a framed plane.</summary>
    public int Size { get; }

    /// <summary>Where the plane itself begins.</summary>
    public int Origin => ((Kernel / 2) * Stride) + (Kernel / 2);

    /// <summary>Copies planes into their frames.</summary>
    public void Fill<T>(int planes, ReadOnlySpan<T> x, Span<T> framed)
        where T : unmanaged
    {
        framed.Clear();
        for (int plane = 0; plane < planes; plane++)
        {
            for (int row = 0; row < Height; row++)
            {
                x.Slice(((plane * Height) + row) * Width, Width).CopyTo(framed.Slice((plane * Size) + Origin + (row * Stride), Width));
            }
        }
    }
}
