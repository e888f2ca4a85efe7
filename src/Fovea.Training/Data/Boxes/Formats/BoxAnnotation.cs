namespace Fovea.Training.Data;

/// <summary>A box as a file has it, before anything is known of its picture.</summary>
/// <param name="Class">The name of its class.</param>
/// <param name="X0">Left edge.</param>
/// <param name="Y0">Upper edge.</param>
/// <param name="X1">Right edge.</param>
/// <param name="Y1">Lower edge.</param>
/// <param name="IsIgnored">Whether it is marked as difficult or as a crowd.</param>
internal readonly record struct WrittenBox(string Class, double X0, double Y0, double X1, double Y1, bool IsIgnored);

/// <summary>What a file says of one picture.</summary>
/// <param name="Source">The file, as messages print it.</param>
/// <param name="Boxes">The boxes, in the file's order.</param>
internal sealed record BoxAnnotation(string Source, IReadOnlyList<WrittenBox> Boxes)
{
    /// <summary>The size of the picture in pixels by the file; null where it says none.</summary>
    public (int Width, int Height)? Size { get; init; }

    /// <summary>Whether the boxes are in shares of the picture's sides rather than in pixels.</summary>
    public bool IsRelative { get; init; }
}
