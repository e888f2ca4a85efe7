namespace Fovea.Imaging.Codecs.Tiff;

/// <summary>One entry of a directory.</summary>
/// <param name="Tag">What it says.</param>
/// <param name="Type">The number of its values' type.</param>
/// <param name="Count">How many values it has.</param>
/// <param name="At">Where in the file they are.</param>
internal readonly record struct TiffEntry(TiffTag Tag, int Type, long Count, long At)
{
    /// <summary>Bytes of a value; 1 for types that are not known.</summary>
    public int Size => Type switch
    {
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 or 16 or 17 or 18 => 8,
        _ => 1,
    };

    /// <summary>Whether the values are whole numbers that are not negative by their type: BYTE, SHORT, LONG, IFD, LONG8 or IFD8.</summary>
    public bool IsWhole => Type is 1 or 3 or 4 or 13 or 16 or 18;
}
