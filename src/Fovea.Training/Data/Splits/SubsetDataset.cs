namespace Fovea.Training.Data;

/// <summary>Some pictures of another set, in a given order.</summary>
public sealed class SubsetDataset : IImageDataset, IStoredInParts
{
    private readonly IImageDataset _all;
    private readonly int[] _indices;

    /// <summary>Selects pictures.</summary>
    /// <param name="all">The set to take from.</param>
    /// <param name="indices">Which pictures, each from 0 to the set's count − 1.</param>
    /// <param name="source">What the part is called; null for the name of the whole.</param>
    public SubsetDataset(IImageDataset all, IReadOnlyList<int> indices, string? source = null)
    {
        ArgumentNullException.ThrowIfNull(all);
        ArgumentNullException.ThrowIfNull(indices);
        _all = all;
        _indices = [.. indices];
        Source = source ?? all.Source;
        foreach (int index in _indices)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(indices));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, all.Count, nameof(indices));
        }
    }

    /// <inheritdoc/>
    public string Source { get; }

    /// <inheritdoc/>
    public DataTask Task => _all.Task;

    /// <inheritdoc/>
    public DataRecipe? Recipe => _all.Recipe;

    /// <inheritdoc/>
    public int Count => _indices.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => _all.Classes;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => _all.Notes;

    /// <inheritdoc/>
    public int Label(int index) => _all.Label(_indices[index]);

    /// <inheritdoc/>
    public string Name(int index) => _all.Name(_indices[index]);

    /// <inheritdoc/>
    public (int Width, int Height)? Size(int index) => _all.Size(_indices[index]);

    int? IStoredInParts.PartOf(int index) => (_all as IStoredInParts)?.PartOf(_indices[index]);

    string IStoredInParts.PartName(int index) => ((IStoredInParts)_all).PartName(_indices[index]);

    bool IStoredInParts.IsFetched => _all is IStoredInParts { IsFetched: true };

    /// <inheritdoc/>
    public ImageSample Get(int index) => _all.Get(_indices[index]);
}
