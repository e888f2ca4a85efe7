using System.Globalization;
using Fovea.Imaging;
using Fovea.Models;

namespace Fovea.Training.Data;

/// <summary>A picture and what is said of it put together.</summary>
internal static class BoxedPicture
{
    /// <summary>The sample.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="name">Its name in the data.</param>
    /// <param name="annotation">What is said of it.</param>
    /// <param name="turn">The EXIF orientation by which it was turned.</param>
    /// <param name="isDeep">Whether its file has more than 8 bits a sample.</param>
    /// <param name="classes">The classes.</param>
    /// <exception cref="DataException">The boxes are of a picture of another size.</exception>
    public static BoxSample Of(Image image, string name, BoxAnnotation annotation, ExifOrientation turn, bool isDeep, BoxClasses classes)
    {
        if (annotation.Size is { } size && size != (image.Width, image.Height))
        {
            string why = turn >= ExifOrientation.LeftTop && size == (image.Height, image.Width)
                ? $" The picture is turned by its EXIF orientation {(int)turn}, and the boxes are not: take it as it is stored with --orientation ignore."
                : string.Empty;
            string problem = string.Create(CultureInfo.InvariantCulture,
                $"{annotation.Source}: expected boxes in a picture of {size.Width}x{size.Height}, got a picture of {image.Width}x{image.Height}.{why}");
            throw new DataException(problem) { IsDamage = true };
        }

        // A size that says which way is up leaves no doubt.
        bool isCertain = turn == ExifOrientation.TopLeft || (turn >= ExifOrientation.LeftTop && annotation.Size is { } said && said.Width != said.Height);
        (IReadOnlyList<LabelledBox> boxes, IReadOnlyList<BoxFault> faults) = BoxReading.Read(annotation, classes, image.Width, image.Height);
        return new BoxSample(image, name, boxes) { Faults = faults, TurnedAlone = isCertain ? null : turn, IsDeep = isDeep };
    }
}
