namespace Fovea.Training.Data;

/// <summary>
/// Pictures without labels, for prediction: files, and folders that are searched to the bottom, without what <see cref="DatasetFactory"/> passes over
/// in data. Each page of a file of several is a picture: <c>stack.tif#1</c> and so on.
/// </summary>
public sealed class ImageFiles : IImageDataset
{
    private readonly string[] _paths;
    private readonly DatasetOptions _options;
    private readonly PagedTree _tree;

    /// <summary>Finds the pictures.</summary>
    /// <param name="inputs">Files are taken as they are, whatever their names; folders give their pictures in ordinal order.</param>
    /// <param name="options">Null for <see cref="DatasetOptions.Default"/>.</param>
    /// <exception cref="DataException">An input is not there, or there is no picture in any.</exception>
    public ImageFiles(IEnumerable<string> inputs, DatasetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        _options = options ?? DatasetOptions.Default;
        _tree = new PagedTree(DirectoryTree.WithoutList(string.Empty, _options.MemoryLimit));
        var paths = new List<string>();
        var notes = new List<string>();
        foreach (string input in inputs)
        {
            if (Directory.Exists(input))
            {
                var folder = new DirectoryTree(input, _options.MemoryLimit);
                notes.AddRange([.. folder.Notes, .. ForeignNames.Notes(folder, _options)]);
                paths.AddRange(folder.Files.Where(f => folder.IsImage(f, _options)).SelectMany(f => _tree.PagesOf(Path.Combine(input, f))));
            }
            else if (File.Exists(input))
            {
                paths.AddRange(_tree.PagesOf(input));
            }
            else if (_tree.FileOf(input, out int page) is { } stack && page > 0 && File.Exists(stack))
            {
                paths.Add(input);
            }
            else
            {
                throw new DataException($"{input}: there is no such file or folder.");
            }
        }

        Notes = notes;
        _paths = paths.Count > 0
            ? [.. paths]
            : throw new DataException($"{string.Join(", ", inputs)}: no pictures found; their names end in {string.Join(' ', _options.Extensions)}.");
    }

    /// <inheritdoc/>
    public string Source => _paths.Length == 1 ? _paths[0] : $"{_paths.Length} pictures";

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes { get; }

    /// <inheritdoc/>
    public int Count => _paths.Length;

    /// <summary>None: the labels are not known.</summary>
    public IReadOnlyList<string> Classes => [];

    /// <summary>Always −1: the labels are not known.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    public int Label(int index) => -1;

    /// <summary>The path of a picture.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    public string Name(int index) => _paths[index];

    /// <inheritdoc/>
    public ImageSample Get(int index)
    {
        string path = _paths[index];
        return new ImageSample(new PictureFile(_tree, path, _options).Decode(), -1, path);
    }

    /// <inheritdoc/>
    public (int Width, int Height)? Size(int index) => new PictureFile(_tree, _paths[index], _options).ReadSize();
}
