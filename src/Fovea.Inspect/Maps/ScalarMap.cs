namespace Fovea.Inspect;

/// <summary>
/// One number for each cell of a grid that lies over a picture: an attention map, a class activation map, an attribution. Values are as
/// the method gives them, before any resize and any scaling for the eye.
/// </summary>
/// <param name="Method">The method that made it, in kebab-case, such as <c>grad-cam</c>.</param>
/// <param name="Site">Where in the model it was taken: a module's dotted name, with the map's name after a colon where a module gives several.</param>
/// <param name="Height">Rows of the grid, at least 1.</param>
/// <param name="Width">Columns of the grid, at least 1.</param>
/// <param name="Values">[Height · Width], row by row.</param>
public sealed record ScalarMap(string Method, string Site, int Height, int Width, float[] Values)
{
    /// <summary>The smallest value; NaN where one is NaN.</summary>
    public float Minimum => Values.Min();

    /// <summary>The largest value; NaN where one is NaN.</summary>
    public float Maximum => Values.Aggregate(float.NegativeInfinity, static (max, v) => MathF.Max(max, v));

    /// <summary>
    /// How spread out the map is, in bits: −Σ p·log₂ p of p = |v| / Σ|v|; from 0 (one cell has all) to log₂(Height·Width) (all cells alike).
    /// Of a map of zeros it is 0, of one with NaN it is NaN.
    /// </summary>
    public double Entropy
    {
        get
        {
            double sum = Values.Sum(static v => (double)MathF.Abs(v));
            return sum == 0 ? 0 : Values.Sum(v => MathF.Abs(v) / sum is var p && p == 0 ? 0 : -p * Math.Log2(p));
        }
    }

    /// <summary>The value of a cell.</summary>
    /// <param name="y">The row, from 0.</param>
    /// <param name="x">The column, from 0.</param>
    public float this[int y, int x] => Values[(y * Width) + x];

    /// <summary>The map on another grid, bilinearly and without antialiasing, as PyTorch's <c>interpolate</c> does it: over the picture's pixels, to see it.</summary>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="width">Columns, at least 1.</param>
    /// <exception cref="OptionException">A number is less than 1.</exception>
    public ScalarMap ResizedTo(int height, int width)
    {
        if ((height, width) == (Height, Width))
        {
            return this;
        }

        using TensorScope scope = TensorScope.Begin();
        float[] values = Tensor.From(Values, [1, 1, Height, Width]).UpsampleBilinear2d((height, width)).ToArray<float>();
        return this with { Height = height, Width = width, Values = values };
    }
}
