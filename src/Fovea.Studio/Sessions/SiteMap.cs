using Fovea.Inspect;

namespace Fovea.Studio.Sessions;

/// <summary>A map of a site.</summary>
/// <param name="Map">The map over the grid.</param>
internal sealed record SiteMap(ScalarMap Map)
{
    /// <summary>Values of the tokens before the grid; null where there are none.</summary>
    public float[]? Before { get; init; }
}
