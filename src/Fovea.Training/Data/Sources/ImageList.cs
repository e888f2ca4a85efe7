namespace Fovea.Training.Data;

/// <summary>Encoded pictures of a tree with their labels, decoded when they are asked for.</summary>
internal sealed class ImageList : IImageDataset, IEncodedPictures
{
    private readonly FileTree _tree;
    private readonly (string Path, int Label)[] _items;
    private readonly DatasetOptions _options;

    public ImageList(FileTree tree, (string Path, int Label)[] items, IReadOnlyList<string> classes, DatasetOptions options, string? source = null)
    {
        _tree = tree;
        _items = items;
        _options = options;
        Classes = classes;
        Source = source ?? tree.Source;
    }

    public string Source { get; }

    public int Count => _items.Length;

    public IReadOnlyList<string> Classes { get; }

    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Names of the pictures where their paths are not enough to tell them apart; null for the paths.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    public int Label(int index) => _items[index].Label;

    public string Name(int index) => Names is null ? _items[index].Path : Names[index];

    public ImageSample Get(int index)
    {
        (string path, int label) = _items[index];
        var file = new PictureFile(_tree, path, _options);
        return new ImageSample(file.Decode(), label, Name(index)) { IsDeep = file.IsDeep };
    }

    public (byte[] Bytes, string Ending)? Encoded(int index) => new PictureFile(_tree, _items[index].Path, _options).Encoded();

    public (int Width, int Height)? Size(int index) => new PictureFile(_tree, _items[index].Path, _options).ReadSize();
}
