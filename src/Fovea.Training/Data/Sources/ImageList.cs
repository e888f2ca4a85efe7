using Fovea.Imaging;
using Fovea.Imaging.Codecs;

namespace Fovea.Training.Data;

/// <summary>Encoded pictures of a tree with their labels, decoded when they are asked for.</summary>
internal sealed class ImageList : IImageDataset
{
    private readonly FileTree _tree;
    private readonly (string Path, int Label)[] _items;
    private readonly ImageLimits _limits;

    public ImageList(FileTree tree, (string Path, int Label)[] items, IReadOnlyList<string> classes, ImageLimits limits, string? source = null)
    {
        _tree = tree;
        _items = items;
        _limits = limits;
        Classes = classes;
        Source = source ?? tree.Source;
    }

    public string Source { get; }

    public int Count => _items.Length;

    public IReadOnlyList<string> Classes { get; }

    public int Label(int index) => _items[index].Label;

    public string Name(int index) => _items[index].Path;

    public ImageSample Get(int index)
    {
        (string path, int label) = _items[index];
        byte[] bytes = _tree.Read(path);
        try
        {
            return new ImageSample(ImageCodecs.Decode(bytes, new DecodeOptions { Limits = _limits }, path), label, path);
        }
        catch (ImageException e)
        {
            throw new DataException($"{_tree.Source}/{path}: {e.Message}", e);
        }
    }
}
