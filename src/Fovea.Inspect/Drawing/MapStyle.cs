namespace Fovea.Inspect;

/// <summary>How a map is drawn.</summary>
public sealed record MapStyle
{
    /// <summary>Cells as they are, half over the picture, each map by its own scale.</summary>
    public static MapStyle Default { get; } = new();

    /// <summary>How much of the picture below is covered, 0 to 1 (default 0.5).</summary>
    public double Opacity { get; init; } = 0.5;

    /// <summary>
    /// Whether values between the cells' middles are interpolated (bilinearly, before they become colours); default false: each cell is one
    /// colour, and nothing is shown that was not computed.
    /// </summary>
    public bool IsSmooth { get; init; }

    /// <summary>The scale; null (default) for the map's own.</summary>
    public MapScale? Scale { get; init; }

    /// <summary>A cell that is framed, such as the one whose row of a relation the map is; null (default) for none.</summary>
    public (int Y, int X)? Pin { get; init; }
}
