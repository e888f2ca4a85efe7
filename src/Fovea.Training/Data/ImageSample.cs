using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>One labelled picture. Labels that are neither a class nor a mask are in a record of their own, derived from this.</summary>
/// <param name="Image">The decoded picture. It may be shared with a cache: read it, do not write to it.</param>
/// <param name="Label">The index of its class.</param>
/// <param name="Name">Where it comes from, as messages and tables print it: a path relative to the data, or an index.</param>
/// <param name="Mask">
/// A <see cref="PixelFormat.Grey"/> picture of the same size. Under <see cref="DataTask.Segment"/> the class of each pixel, 255 where none
/// counts; else, when the data say so, where the labelled object is: 255 on the object and 0 elsewhere.
/// </param>
public record ImageSample(Image Image, int Label, string Name, Image? Mask = null)
{
    /// <summary>
    /// The EXIF orientation by which the picture was turned and its mask or its boxes were not, having no such tag: one of the two may be wrong. Null when
    /// both or none were.
    /// </summary>
    public ExifOrientation? TurnedAlone { get; init; }

    /// <summary>Whether its file has more than 8 bits a sample, of which the picture keeps 8.</summary>
    public bool IsDeep { get; init; }

    /// <summary>What an evaluation compares with what a model says of each pixel: the mask in its own size.</summary>
    internal virtual object? Truth => Mask;
}
