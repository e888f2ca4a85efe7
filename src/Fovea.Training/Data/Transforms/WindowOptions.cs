namespace Fovea.Training.Data;

/// <summary>
/// How a model looks at whole pictures at their own resolution: in windows of <see cref="TransformOptions.ImageSize"/> that overlap, whose
/// logits are averaged where they do.
/// </summary>
public sealed record WindowOptions
{
    /// <summary>Share of a window's side by which neighbours overlap at least, 0 to below 1 (default a third).</summary>
    public double Overlap { get; init; } = 1.0 / 3;

    /// <summary>
    /// Sizes at which a picture is looked at, as factors of its own, above 0; the probabilities are averaged (default 1 alone). A picture is never
    /// made smaller than a window.
    /// </summary>
    public IReadOnlyList<double> Scales { get; init; } = [1];

    /// <summary>Whether each size is looked at mirrored left to right as well (default false).</summary>
    public bool Flip { get; init; }

    /// <summary>The sizes and whether they are mirrored, in the order in which they are looked at.</summary>
    internal IReadOnlyList<(double Scale, bool Flipped)> Views =>
        [.. Scales.SelectMany(s => Flip ? new[] { (s, false), (s, true) } : [(s, false)])];

    internal void Validate()
    {
        if (Overlap is not (>= 0 and < 1) || Scales.Count == 0 || !Scales.All(s => s > 0 && double.IsFinite(s)))
        {
            throw new OptionException("scales", $"expected scales above 0 and an overlap from 0 to below 1, got {string.Join(", ", Scales)} and {Overlap}.");
        }
    }
}
