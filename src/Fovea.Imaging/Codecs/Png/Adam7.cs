namespace Fovea.Imaging.Codecs.Png;

/// <summary>The seven passes of an interlaced PNG: each is a small picture of the pixels (X + i * StepX, Y + j * StepY).</summary>
internal static class Adam7
{
    /// <summary>The passes in the order of the file.</summary>
    public static readonly Pass[] Passes =
    [
        new(0, 0, 8, 8),
        new(4, 0, 8, 8),
        new(0, 4, 4, 8),
        new(2, 0, 4, 4),
        new(0, 2, 2, 4),
        new(1, 0, 2, 2),
        new(0, 1, 1, 2),
    ];

    /// <summary>The one pass of a picture that is not interlaced.</summary>
    public static readonly Pass[] Whole = [new(0, 0, 1, 1)];

    /// <summary>Where a pass begins and how far apart its pixels lie.</summary>
    public readonly record struct Pass(int X, int Y, int StepX, int StepY)
    {
        /// <summary>The pass's pixels a row in a picture of that width; may be 0, and then the pass has no rows at all.</summary>
        public int Width(int imageWidth) => (int)(((long)imageWidth - X + StepX - 1) / StepX);

        /// <summary>The pass's rows in a picture of that height.</summary>
        public int Height(int imageHeight) => (int)(((long)imageHeight - Y + StepY - 1) / StepY);
    }
}
