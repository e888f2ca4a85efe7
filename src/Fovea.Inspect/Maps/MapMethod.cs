namespace Fovea.Inspect;

/// <summary>What is known of a method that makes maps, and how it is built.</summary>
/// <param name="Key">Its name in kebab-case, such as <c>grad-cam</c>.</param>
/// <param name="Title">Its name as the paper writes it.</param>
/// <param name="Formula">The formula, in one line.</param>
/// <param name="Source">Authors, paper, year.</param>
/// <param name="Build">Builds it.</param>
public sealed record MapMethod(string Key, string Title, string Formula, string Source, Func<MapMethodOptions, IMapMethod> Build)
{
    /// <summary>Whether its maps depend on the target (default true); others show the same whatever is asked for.</summary>
    public bool IsForTarget { get; init; } = true;

    /// <summary>Whether it is for transformers alone, as it reads the relations of their tokens (default false).</summary>
    public bool IsForTransformers { get; init; }

    /// <summary>Builds the method.</summary>
    /// <param name="options">How; null for the defaults.</param>
    public IMapMethod Create(MapMethodOptions? options = null)
    {
        options ??= MapMethodOptions.Default;
        IMapMethod method = Build(options);
        return options.SmoothByFlip || options.SmoothByScales.Count > 0 ? new SmoothedMethod(method, options.SmoothByFlip, Checked(options.SmoothByScales)) : method;
    }

    private IReadOnlyList<double> Checked(IReadOnlyList<double> scales) => scales.All(static s => s is > 0 and <= 8)
        ? scales
        : throw new OptionException(Key, $"smoothing by scales: expected factors above 0 and up to 8, got {string.Join(", ", scales)}.");
}
