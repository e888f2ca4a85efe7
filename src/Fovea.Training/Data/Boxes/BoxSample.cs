using Fovea.Imaging;
using Fovea.Models;

namespace Fovea.Training.Data;

/// <summary>A picture and the objects in it.</summary>
/// <param name="Image">The decoded picture. It may be shared with a cache: read it, do not write to it.</param>
/// <param name="Name">Its path within the data.</param>
/// <param name="Boxes">The objects: every box has an area and lies within the picture. None where it shows nothing.</param>
public sealed record BoxSample(Image Image, string Name, IReadOnlyList<LabelledBox> Boxes) : ImageSample(Image, 0, Name)
{
    /// <summary>What was wrong with the boxes as they are written.</summary>
    public IReadOnlyList<BoxFault> Faults { get; init; } = [];

    /// <summary>A sample that must have boxes.</summary>
    /// <exception cref="DataException">It has none.</exception>
    internal static BoxSample Of(ImageSample sample) =>
        sample as BoxSample ?? throw new DataException($"{sample.Name}: expected a picture with boxes, got one without.");
}
