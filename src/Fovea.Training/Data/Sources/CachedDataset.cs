namespace Fovea.Training.Data;

/// <summary>
/// Keeps decoded pictures as bytes until a limit is reached, so that from the second epoch on nothing is decoded or drawn again. The
/// pictures are the same with and without it.
/// </summary>
public sealed class CachedDataset : IImageDataset, IStoredInParts
{
    // What a sample costs besides its pixels: the record, two pictures, two array headers.
    private const int Overhead = 256;
    private readonly IImageDataset _inner;
    private readonly ImageSample?[] _kept;
    private long _left;

    /// <summary>Puts a cache before a set.</summary>
    /// <param name="inner">The set.</param>
    /// <param name="limit">The most bytes to keep.</param>
    public CachedDataset(IImageDataset inner, long limit)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        _inner = inner;
        _kept = new ImageSample?[inner.Count];
        _left = limit;
        Limit = limit;
    }

    /// <inheritdoc/>
    public string Source => _inner.Source;

    /// <inheritdoc/>
    public DataTask Task => _inner.Task;

    /// <inheritdoc/>
    public DataRecipe? Recipe => _inner.Recipe;

    /// <inheritdoc/>
    public int Count => _inner.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => _inner.Classes;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => _inner.Notes;

    /// <summary>The most bytes that are kept.</summary>
    public long Limit { get; }

    /// <summary>The bytes kept now.</summary>
    public long Held => Limit - Math.Max(0, Interlocked.Read(ref _left));

    /// <inheritdoc/>
    public int Label(int index) => _inner.Label(index);

    /// <inheritdoc/>
    public string Name(int index) => _inner.Name(index);

    /// <inheritdoc/>
    public (int Width, int Height)? Size(int index) =>
        Volatile.Read(ref _kept[index]) is { Image: var image } ? (image.Width, image.Height) : _inner.Size(index);

    int? IStoredInParts.PartOf(int index) => (_inner as IStoredInParts)?.PartOf(index);

    string IStoredInParts.PartName(int index) => ((IStoredInParts)_inner).PartName(index);

    bool IStoredInParts.IsFetched => _inner is IStoredInParts { IsFetched: true };

    /// <inheritdoc/>
    public ImageSample Get(int index)
    {
        if (Volatile.Read(ref _kept[index]) is { } kept)
        {
            return kept;
        }

        ImageSample sample = _inner.Get(index);
        long cost = sample.Image.Pixels.Length + (sizeof(float) * (sample.Image.Values?.LongLength ?? 0)) + (sample.Mask?.Pixels.Length ?? 0) + Overhead;
        if (Interlocked.Add(ref _left, -cost) < 0 || Interlocked.CompareExchange(ref _kept[index], sample, null) is not null)
        {
            Interlocked.Add(ref _left, cost);
        }

        return sample;
    }
}
