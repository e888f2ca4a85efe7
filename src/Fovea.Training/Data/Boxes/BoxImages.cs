using System.Globalization;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Models;

namespace Fovea.Training.Data;

/// <summary>Pictures with boxes. A picture without an annotation, or with one that cannot be read or is of another size, is one that cannot be read.</summary>
internal sealed class BoxImages(BoxContent content, BoxClasses classes, DatasetOptions options) : IImageDataset
{
    public string Source => content.Images.Source;

    public DataTask Task => DataTask.Detect;

    public int Count => content.Items.Count;

    public IReadOnlyList<string> Classes => classes.Names;

    public IReadOnlyList<string> Notes => content.Notes;

    /// <summary>0: a picture has as many classes as boxes.</summary>
    public int Label(int index) => 0;

    public string Name(int index) => content.Items[index].Name;

    public (int Width, int Height)? Size(int index) => content.Items[index].Problem is { } problem ? throw new DataException(problem) { IsDamage = true }
        : new PictureFile(content.Images, content.Items[index].Name, options).ReadSize();

    public ImageSample Get(int index)
    {
        BoxItem item = content.Items[index];
        if (item is not { Problem: null, Annotation: { } annotation })
        {
            throw new DataException(item.Problem!) { IsDamage = true };
        }

        var file = new PictureFile(content.Images, item.Name, options);
        Image image = file.Decode();
        ExifOrientation turn = options.Orientation == OrientationHandling.Ignore ? ExifOrientation.TopLeft : file.ReadOrientation();
        if (annotation.Size is { } size && size != (image.Width, image.Height))
        {
            string why = turn >= ExifOrientation.LeftTop && size == (image.Height, image.Width)
                ? $" The picture is turned by its EXIF orientation {(int)turn}, and the boxes are not: take it as it is stored with --orientation ignore."
                : string.Empty;
            throw new DataException(string.Create(CultureInfo.InvariantCulture,
                $"{annotation.Source}: expected boxes in a picture of {size.Width}x{size.Height}, got a picture of {image.Width}x{image.Height}.{why}")) { IsDamage = true };
        }

        // A size that says which way is up leaves no doubt.
        bool isCertain = turn == ExifOrientation.TopLeft || (turn >= ExifOrientation.LeftTop && annotation.Size is { } said && said.Width != said.Height);
        (IReadOnlyList<LabelledBox> boxes, IReadOnlyList<BoxFault> faults) = BoxReading.Read(annotation, classes, image.Width, image.Height);
        return new BoxSample(image, item.Name, boxes) { Faults = faults, TurnedAlone = isCertain ? null : turn, IsDeep = file.IsDeep };
    }
}
