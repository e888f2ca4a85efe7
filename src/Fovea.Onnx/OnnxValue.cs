namespace Fovea.Onnx;

/// <summary>An input or an output of an ONNX model, as the file declares it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DType">The element type that its values have here; floats of any width are Float32.</param>
/// <param name="Dimensions">The axes; null when the file does not say how many there are.</param>
public sealed record OnnxValue(string Name, DType DType, IReadOnlyList<OnnxDimension>? Dimensions)
{
    /// <summary>A shape that fits: lengths that the file leaves open take a number of their own.</summary>
    /// <param name="open">The length of each open axis, in their order; the last stands for all further ones. Default: all 1.</param>
    /// <exception cref="OnnxException">The file does not say how many axes there are.</exception>
    public TensorSpec Example(params ReadOnlySpan<int> open)
    {
        if (Dimensions is null)
        {
            throw new OnnxException($"the file does not say how many axes \"{Name}\" has");
        }

        var lengths = new List<int>();
        int next = 0;
        foreach (OnnxDimension dimension in Dimensions)
        {
            lengths.Add(dimension.Length ?? (open.IsEmpty ? 1 : open[Math.Min(next++, open.Length - 1)]));
        }

        return new TensorSpec([.. lengths], DType);
    }

    /// <summary>Name, shape and type: <c>input [batch, 3, 224, 224] Float32</c>.</summary>
    public override string ToString() => $"{Name} {Lengths} {DType}";

    /// <summary>The axes as messages print them.</summary>
    internal string Lengths => Dimensions is null ? "of any shape" : $"[{string.Join(", ", Dimensions)}]";

    /// <summary>Whether a shape has the lengths that the file fixes.</summary>
    internal bool Fits(Shape shape) =>
        Dimensions is null || (Dimensions.Count == shape.Rank && !Dimensions.Where((d, i) => d.Length is { } fix && fix != shape[i]).Any());
}

/// <summary>The length of an axis: a number, or a name for what is open.</summary>
/// <param name="Length">The number; null when it is open.</param>
/// <param name="Name">The name, such as <c>batch</c>; null when it has none.</param>
public readonly record struct OnnxDimension(int? Length, string? Name)
{
    /// <summary>The number, the name, or a question mark.</summary>
    public override string ToString() => Length?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Name ?? "?";
}
