using System.Globalization;
using System.Text;
using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;
using Fovea.Imaging.Transforms;

namespace Fovea.Training.Data;

/// <summary>A sample as the files that a shard holds of it.</summary>
/// <param name="Picture">The picture's file.</param>
/// <param name="Ending">The ending of its name, with the dot.</param>
/// <param name="Label">The file of its label.</param>
/// <param name="LabelEnding">What that one's name ends in.</param>
internal sealed record EncodedSample(byte[] Picture, string Ending, byte[] Label, string LabelEnding)
{
    /// <summary>The class, where that is the label.</summary>
    public string? Class { get; init; }

    /// <summary>What boxes are called.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Adds the sample to an index.</summary>
    /// <param name="index">The index.</param>
    /// <param name="stem">What the names of both files begin with.</param>
    /// <param name="at">Where the picture's header begins; that of the label follows the picture.</param>
    public void AddTo(ShardIndexBuilder index, string stem, long at)
    {
        long picture = at + ShardTar.Bytes(0);
        if (Class is { } label)
        {
            index.Add(stem + Ending, picture, Picture.Length, label);
            return;
        }

        index.Add(stem + Ending, picture, Picture.Length, (at + ShardTar.Bytes(Picture.Length) + ShardTar.Bytes(0), Label.Length));
        foreach (string name in Classes)
        {
            index.AddClass(name);
        }
    }
}

/// <summary>Makes the files of samples: pictures as they are stored, or smaller ones as PNG, with labels that fit.</summary>
/// <param name="data">The data.</param>
/// <param name="side">The shorter side in pixels to which larger pictures are made smaller; null for none.</param>
internal sealed class ShardEncoding(IImageDataset data, int? side)
{
    /// <summary>What stands beside the pictures.</summary>
    public ShardLabels Kind { get; } = ShardLabelKinds.Of(data);

    /// <summary>The files of a sample; null of one that cannot be read.</summary>
    /// <param name="index">Which.</param>
    /// <param name="unreadable">Takes why.</param>
    public EncodedSample? TryEncode(int index, List<string> unreadable)
    {
        try
        {
            return Kind switch
            {
                ShardLabels.Masks => Masked(index),
                ShardLabels.Boxes => Boxed(index),
                _ => Classed(index),
            };
        }
        catch (DataException e)
        {
            unreadable.Add(e.Message);
            return null;
        }
    }

    private EncodedSample Classed(int index)
    {
        (byte[] bytes, string ending) = Stored(index) ?? (PngEncoder.Encode(Small(data.Get(index).Image)), ".png");
        string label = data.Label(index).ToString(CultureInfo.InvariantCulture);
        return new EncodedSample(bytes, ending, Encoding.ASCII.GetBytes(label), ".cls") { Class = label };
    }

    // Masks of every form become the numbers of classes. They fit the picture as it is decoded, which the stored file is again.
    private EncodedSample Masked(int index)
    {
        ImageSample sample = data.Get(index);
        Image mask = sample.Mask ?? throw new DataException($"{sample.Name}: expected a picture with a mask, got one without.");
        (byte[] bytes, string ending) = Stored(index) ?? (PngEncoder.Encode(Small(sample.Image)), ".png");
        Image small = IsTooLarge(mask) ? mask.Resize(SizeOf(mask).Width, SizeOf(mask).Height, ResizeFilter.Nearest) : mask;
        return new EncodedSample(bytes, ending, PngEncoder.Encode(small), ".mask.png");
    }

    // Boxes as they are written, right or wrong: whoever reads them judges them as those of the folder.
    private EncodedSample Boxed(int index)
    {
        BoxAnnotation annotation = (data as IWrittenBoxes)?.Annotation(index) ?? Written(index);
        ImageSample? sample = null;
        (byte[] bytes, string ending) = Stored(index) ?? (PngEncoder.Encode(Small((sample = data.Get(index)).Image)), ".png");
        (int width, int height) = !annotation.IsRelative && side is null ? default : data.Size(index) ?? SizeOfImage((sample ?? data.Get(index)).Image);
        double across = annotation.IsRelative ? width : 1, down = annotation.IsRelative ? height : 1;
        (int Width, int Height)? said = annotation.Size;
        if (side is not null && side < Math.Min(width, height))
        {
            Image image = (sample ?? data.Get(index)).Image;
            (int Width, int Height) small = SizeOf(image);
            (across, down) = (across * small.Width / image.Width, down * small.Height / image.Height);
            said = said is null ? null : small;
        }

        WrittenBox[] boxes = [.. annotation.Boxes.Select(b => b with { X0 = b.X0 * across, Y0 = b.Y0 * down, X1 = b.X1 * across, Y1 = b.Y1 * down })];
        return new EncodedSample(bytes, ending, ShardBoxJson.Write(boxes, said), ".json") { Classes = [.. boxes.Select(b => b.Class)] };
    }

    // Data of programs have boxes in pixels, and classes by their numbers.
    private BoxAnnotation Written(int index)
    {
        BoxSample sample = BoxSample.Of(data.Get(index));
        return new BoxAnnotation(sample.Name, [.. sample.Boxes.Select(b => new WrittenBox(data.Classes[b.Class], b.Box.X0, b.Box.Y0, b.Box.X1, b.Box.Y1, b.IsIgnored))]);
    }

    private (byte[] Bytes, string Ending)? Stored(int index) =>
        side is null && (data as IEncodedPictures)?.Encoded(index) is { } stored ? (stored.Bytes, stored.Ending.ToLowerInvariant()) : null;

    private bool IsTooLarge(Image image) => side < Math.Min(image.Width, image.Height);

    private Image Small(Image image) => IsTooLarge(image) ? image.ResizeShorterSide(side!.Value) : image;

    private (int Width, int Height) SizeOf(Image image) => SizeOfImage(Small(image));

    private static (int Width, int Height) SizeOfImage(Image image) => (image.Width, image.Height);
}
