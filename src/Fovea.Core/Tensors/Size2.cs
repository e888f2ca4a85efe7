namespace Fovea;

/// <summary>A stride, padding, kernel or dilation along height and width. A single number stands for both: <c>stride: 2</c>.</summary>
/// <param name="Height">Along the rows.</param>
/// <param name="Width">Along the columns.</param>
public readonly record struct Size2(int Height, int Width)
{
    /// <summary>The same number along both axes.</summary>
    public static implicit operator Size2(int both) => new(both, both);

    /// <summary>A pair as a tuple: <c>padding: (0, 3)</c>.</summary>
    public static implicit operator Size2((int Height, int Width) pair) => new(pair.Height, pair.Width);

    /// <summary>The pair as messages print it: <c>3 × 1</c>.</summary>
    public override string ToString() => Height == Width ? $"{Height}" : $"{Height} × {Width}";

    /// <summary>What a stride leaves of it: each side divided, rounded up.</summary>
    internal Size2 Over(int stride) => new((Height + stride - 1) / stride, (Width + stride - 1) / stride);

    internal static Size2 AtLeast(int least, Size2 size, string operation, string option) => size.Height >= least && size.Width >= least
        ? size
        : throw new OptionException(operation, $"expected a {option} of at least {least}, got {size}.");
}
