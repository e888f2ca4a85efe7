using Fovea.Imaging;
using Fovea.Imaging.Codecs;

namespace Fovea.Training.Data;

/// <summary>Pictures with boxes. A picture without an annotation, or with one that cannot be read or is of another size, is one that cannot be read.</summary>
internal sealed class BoxImages(BoxContent content, BoxClasses classes, DatasetOptions options) : IImageDataset, IEncodedPictures, IWrittenBoxes
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
        BoxAnnotation annotation = Annotation(index);
        var file = new PictureFile(content.Images, content.Items[index].Name, options);
        Image image = file.Decode();
        ExifOrientation turn = options.Orientation == OrientationHandling.Ignore ? ExifOrientation.TopLeft : file.ReadOrientation();
        return BoxedPicture.Of(image, content.Items[index].Name, annotation, turn, file.IsDeep, classes);
    }

    public BoxAnnotation Annotation(int index) =>
        content.Items[index] is { Problem: null, Annotation: { } annotation } ? annotation : throw new DataException(content.Items[index].Problem!) { IsDamage = true };

    public (byte[] Bytes, string Ending)? Encoded(int index) => new PictureFile(content.Images, content.Items[index].Name, options).Encoded();
}
