namespace Fovea.Training;

/// <summary>Which parameters of a network are of its head, the part that is made anew for other classes; all others are its backbone.</summary>
internal static class NetworkHead
{
    /// <summary>What models that do not say it themselves call the part with their last layer.</summary>
    public static IReadOnlyList<string> Names { get; } = ["linear", "fc", "head", "classifier", "segmentation_head"];

    /// <summary>
    /// The names of the head's parameters: what the network says (<see cref="IHasHead"/>), else all below a part at its top that has one of the usual
    /// names. Empty for a network that gives features.
    /// </summary>
    public static HashSet<string> Parameters(Module model) => model is IHasHead network
        ? [.. network.HeadParameters]
        : [.. model.Children.Where(c => Names.Contains(c.Name)).SelectMany(c => c.Value.NamedParameters(c.Name)).Select(p => p.Name)];

    /// <summary>Whether parameters of the head are below a part.</summary>
    /// <param name="part">The part's dotted name.</param>
    /// <param name="head">The head's parameters.</param>
    public static bool IsHead(string part, HashSet<string> head) => head.Any(h => h.Length > part.Length && h[part.Length] == '.' && h.StartsWith(part, StringComparison.Ordinal));
}
