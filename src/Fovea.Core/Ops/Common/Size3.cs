namespace Fovea;

/// <summary>A stride, padding, kernel or dilation along depth, height and width. A single number stands for all three.</summary>
/// <param name="Depth">Along the outermost of the three axes (frames, slices).</param>
/// <param name="Height">Along the rows.</param>
/// <param name="Width">Along the columns.</param>
public readonly record struct Size3(int Depth, int Height, int Width)
{
    internal Size2 Plane => new(Height, Width);

    /// <summary>The same number along all axes.</summary>
    public static implicit operator Size3(int all) => new(all, all, all);

    /// <summary>Three numbers as a tuple: <c>kernel: (1, 2, 2)</c>.</summary>
    public static implicit operator Size3((int Depth, int Height, int Width) three) => new(three.Depth, three.Height, three.Width);

    /// <summary>The three as messages print them: <c>1 × 2 × 2</c>.</summary>
    public override string ToString() => $"{Depth} × {Height} × {Width}";

    internal static Size3 AtLeast(int least, Size3 size, string operation, string option) =>
        size.Depth >= least && size.Height >= least && size.Width >= least
            ? size
            : throw new OptionException(operation, $"expected a {option} of at least {least}, got {size}.");
}
