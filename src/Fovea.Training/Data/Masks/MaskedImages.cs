using Fovea.Imaging;
using Fovea.Imaging.Codecs;

namespace Fovea.Training.Data;

/// <summary>Pictures with a mask each, paired by name. A picture without a mask, or with one that does not fit, is one that cannot be read.</summary>
internal sealed class MaskedImages : IImageDataset, IEncodedPictures
{
    private readonly FileTree _images;
    private readonly FileTree _masks;
    private readonly MaskPair[] _pairs;
    private readonly Lazy<MaskLabels> _labels;
    private readonly DatasetOptions _options;
    private readonly MaskColorTable? _colors;

    private MaskedImages(FileTree images, FileTree masks, MaskPair[] pairs, Lazy<MaskLabels> labels, DatasetOptions options)
    {
        _images = images;
        _masks = masks;
        _pairs = pairs;
        _labels = labels;
        _options = options;
        _colors = options.MaskColors?.InOrderOf(options.MaskClasses);
    }

    public string Source => _images.Source;

    public DataTask Task => DataTask.Segment;

    public int Count => _pairs.Length;

    public IReadOnlyList<string> Classes => _labels.Value.Classes;

    /// <summary>Pairs the pictures of two trees.</summary>
    /// <param name="images">The tree of pictures.</param>
    /// <param name="masks">The tree of masks.</param>
    /// <param name="labels">What the values mean; asked for when the first mask is.</param>
    /// <param name="options">Which files are pictures, and their limits.</param>
    /// <exception cref="DataException">No picture has a mask.</exception>
    public static MaskedImages Open(FileTree images, FileTree masks, Lazy<MaskLabels> labels, DatasetOptions options)
    {
        Dictionary<string, string> byName = MaskNames.ByName(masks.Files.Where(f => masks.IsImage(f, options)));
        MaskPair[] pairs = [.. images.Files.Where(f => images.IsImage(f, options)).Select(f => MaskPair.Of(images, masks, f, byName))];
        if (pairs.All(p => p is { Mask: null, Problem: null }))
        {
            throw new DataException(
                $"{images.Source}: expected a mask of the same name for each picture, got {pairs.Length} pictures here and {byName.Values.Distinct().Count()} masks in "
                + $"{masks.Source}, none of them of one name.");
        }

        return new MaskedImages(images, masks, pairs, labels, options);
    }

    /// <summary>0: the labels are in the mask.</summary>
    public int Label(int index) => 0;

    public string Name(int index) => _pairs[index].Image;

    public (int Width, int Height)? Size(int index) => new PictureFile(_images, _pairs[index].Image, _options).ReadSize();

    public ImageSample Get(int index)
    {
        (string path, string? maskPath, string? mismatch) = _pairs[index];
        if (mismatch is not null)
        {
            throw new DataException(mismatch) { IsDamage = true };
        }

        var file = new PictureFile(_images, path, _options);
        Image image = file.Decode();
        if (maskPath is null)
        {
            throw new DataException($"{_images.Source}/{path}: there is no mask of that name in {_masks.Source}.") { IsDamage = true };
        }

        (Image mask, bool isTurned) = ReadMask(maskPath);
        ExifOrientation turn = isTurned || _options.Orientation == OrientationHandling.Ignore ? ExifOrientation.TopLeft : file.ReadOrientation();
        return MaskedPicture.Of(image, path, mask, $"{_masks.Source}/{maskPath}", turn, file.IsDeep, _labels.Value);
    }

    public (byte[] Bytes, string Ending)? Encoded(int index) => new PictureFile(_images, _pairs[index].Image, _options).Encoded();

    /// <summary>Which values occur in the masks that can be read.</summary>
    /// <exception cref="DataException">None can be read; the message is the first one's.</exception>
    public bool[] Values()
    {
        bool[] seen = new bool[256];
        string[] masks = [.. _pairs.Where(p => p.Problem is null).Select(p => p.Mask).OfType<string>()];
        var refused = new DataException?[masks.Length];
        Parallel.For(0, masks.Length, () => new bool[256], (i, _, own) =>
        {
            try
            {
                foreach (byte value in ReadMask(masks[i]).Mask.Pixels)
                {
                    own[value] = true;
                }
            }
            catch (DataException e)
            {
                // The check names it, with the reason; here only what can be read counts.
                refused[i] = e;
            }

            return own;
        }, own =>
        {
            lock (seen)
            {
                for (int v = 0; v < seen.Length; v++)
                {
                    seen[v] |= own[v];
                }
            }
        });
        return refused.Length > 0 && refused.All(r => r is not null)
            ? throw new DataException($"none of {masks.Length} masks can be read; the first: {refused[0]!.Message}", refused[0])
            : seen;
    }

    private (Image Mask, bool IsTurned) ReadMask(string path)
    {
        var file = new PictureFile(_masks, path, _options);
        Image mask = file.DecodeStored(stored => MaskPixels.Of(stored, _colors));
        return (mask, file.ReadOrientation() != ExifOrientation.TopLeft);
    }
}
