using Fovea.Imaging.Drawing;

namespace Fovea.Inspect;

/// <summary>
/// The one rule from a value to a colour. Values from <see cref="Low"/> to <see cref="High"/> go evenly from one end of the palette to the
/// other: <c>t = (v − low) / (high − low)</c>, and then <see cref="Palette.this[double]"/>. A map with a value below 0 is drawn symmetrically, from −m to m
/// with m the largest magnitude, in the diverging palette, whose middle is 0; any other from its smallest to its largest value in the
/// sequential one. Where all values are the same and not below 0 they are drawn as the lowest colour, NaN as <see cref="Palette.NotANumber"/>,
/// and infinities as the ends.
/// </summary>
/// <param name="Low">The value at the palette's beginning.</param>
/// <param name="High">The value at its end, at least <paramref name="Low"/>.</param>
/// <param name="IsSigned">Whether the palette is the diverging one.</param>
public sealed record MapScale(float Low, float High, bool IsSigned)
{
    /// <summary>The palette.</summary>
    public Palette Palette => IsSigned ? Palette.Diverging : Palette.Sequential;

    /// <summary>The scale of a map by itself.</summary>
    /// <param name="map">The map.</param>
    public static MapScale Of(ScalarMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return Of([map]);
    }

    /// <summary>One scale for several maps, which can then be compared by eye.</summary>
    /// <param name="maps">The maps.</param>
    public static MapScale Of(IEnumerable<ScalarMap> maps)
    {
        ArgumentNullException.ThrowIfNull(maps);
        (float low, float high) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (float value in maps.SelectMany(m => m.Values).Where(float.IsFinite))
        {
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        }

        float most = Math.Max(-low, high);
        return low > high ? new MapScale(0, 0, false) : low < 0 ? new MapScale(-most, most, true) : new MapScale(low, high, false);
    }

    /// <summary>Where on the palette a value lies, 0 to 1; NaN for NaN.</summary>
    /// <param name="value">The value.</param>
    public double PlaceOf(double value) => double.IsNaN(value) ? double.NaN
        : High > Low ? Math.Clamp((value - Low) / ((double)High - Low), 0, 1)
        : value > High ? 1 : 0;

    /// <summary>The colour of a value.</summary>
    /// <param name="value">The value.</param>
    public Color ColorOf(double value) => PlaceOf(value) is var place && double.IsNaN(place) ? Palette.NotANumber : Palette[place];
}
