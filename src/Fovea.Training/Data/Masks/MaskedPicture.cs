using System.Globalization;
using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>A picture and its mask put together.</summary>
internal static class MaskedPicture
{
    /// <summary>The sample.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="name">Its name in the data.</param>
    /// <param name="mask">The values of the mask, which become classes in place.</param>
    /// <param name="source">The mask, for messages.</param>
    /// <param name="turn">The EXIF orientation by which the picture was turned and the mask was not.</param>
    /// <param name="isDeep">Whether the picture's file has more than 8 bits a sample.</param>
    /// <param name="labels">What the values mean.</param>
    /// <exception cref="DataException">The mask does not fit.</exception>
    public static ImageSample Of(Image image, string name, Image mask, string source, ExifOrientation turn, bool isDeep, MaskLabels labels)
    {
        if (mask.Width != image.Width || mask.Height != image.Height)
        {
            string why = turn >= ExifOrientation.LeftTop && (mask.Width, mask.Height) == (image.Height, image.Width)
                ? $" The picture is turned by its EXIF orientation {(int)turn}, and the mask is not: take both as they are stored with --orientation ignore, or turn the mask's pixels as well."
                : string.Empty;
            string wrong = string.Create(CultureInfo.InvariantCulture,
                $"{source}: expected a mask of its picture's size {image.Width}x{image.Height}, got {mask.Width}x{mask.Height}.{why}");
            throw new DataException(wrong) { IsDamage = true };
        }

        return labels.Apply(mask.Pixels, mask.Width) is { } problem
            ? throw new DataException($"{source}: {problem}") { IsDamage = true }
            : new ImageSample(image, 0, name, mask) { TurnedAlone = turn == ExifOrientation.TopLeft ? null : turn, IsDeep = isDeep };
    }
}
