using Fovea.Imaging;
using Fovea.Imaging.Codecs;

namespace Fovea.Training.Data;

/// <summary>A picture of a tree, encoded: a file, of which the bytes are read once, or a page of one, of which no more is read than the page.</summary>
internal sealed class PictureFile
{
    private readonly FileTree _tree;
    private readonly string _path;
    private readonly string _file;
    private readonly int _page;
    private readonly DatasetOptions _options;
    private byte[]? _bytes;

    /// <param name="tree">The tree.</param>
    /// <param name="path">The picture's path in it.</param>
    /// <param name="options">How pictures are decoded.</param>
    public PictureFile(FileTree tree, string path, DatasetOptions options)
    {
        (_tree, _path, _options) = (tree, path, options);
        _file = tree.FileOf(path, out _page);
    }

    /// <summary>The picture, turned upright when the options say so.</summary>
    /// <exception cref="DataException">It cannot be read; the message names it and the reason.</exception>
    public Image Decode() => Read(stream => PictureStacks.Decode(stream, _page, _options.Decoding), bytes => ImageCodecs.Decode(bytes, _options.Decoding, _file));

    /// <summary>A picture made of what the file stores.</summary>
    /// <param name="make">Makes it; its <see cref="ImageException"/> counts as the file's.</param>
    /// <exception cref="DataException">It cannot be read; the message names it and the reason.</exception>
    public Image DecodeStored(Func<StoredImage, Image> make) => Read(
        stream => make(PictureStacks.DecodeStored(stream, _page, _options.Decoding)), bytes => make(ImageCodecs.DecodeStored(bytes, _options.Decoding, _file)));

    /// <summary>The turn that the file asks for, whether the options heed it or not.</summary>
    public ExifOrientation ReadOrientation() => Read(stream => PictureStacks.ReadOrientation(stream, _page), bytes => ImageCodecs.ReadOrientation(bytes));

    /// <summary>Whether a sample is stored in more than 8 bits.</summary>
    /// <exception cref="DataException">The headers cannot be read; the message names the file and the reason.</exception>
    public bool IsDeep => ReadHeader() is { IsDeep: true };

    /// <summary>The size that <see cref="Decode"/> gives it, from the headers; null where only decoding tells.</summary>
    /// <exception cref="DataException">They cannot be read; the message names the file and the reason.</exception>
    public (int Width, int Height)? ReadSize() => ReadHeader() is { } header ? (header.Width, header.Height) : null;

    /// <summary>The file's bytes and the ending of its name; null where the picture is no file of its own, or its name has no ending.</summary>
    /// <exception cref="DataException">It cannot be read.</exception>
    public (byte[] Bytes, string Ending)? Encoded() =>
        _file == _path && _page == 0 && Path.GetExtension(_path) is { Length: > 1 } ending ? (_bytes ??= _tree.Read(_file), ending) : null;

    private PictureHeader? ReadHeader() => Read<PictureHeader?>(
        stream => PictureStacks.ReadHeader(stream, _page, _options.Decoding), bytes => ImageCodecs.ReadHeader(bytes, _options.Decoding, _file));

    private T Read<T>(Func<Stream, T> page, Func<byte[], T> whole)
    {
        try
        {
            if (_page == 0)
            {
                return whole(_bytes ??= _tree.Read(_file));
            }

            using Stream stream = _tree.OpenRead(_file);
            return page(stream);
        }
        catch (Exception e) when (e is ImageException or IOException)
        {
            throw new DataException($"{(_tree.Source.Length == 0 ? _path : $"{_tree.Source}/{_path}")}: {e.Message}", e) { IsDamage = e is ImageException };
        }
    }
}
