namespace Fovea.Training.Data;

/// <summary>Some pictures of another set, in a given order.</summary>
public sealed class SubsetDataset : IImageDataset
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
    public int Count => _indices.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes => _all.Classes;

    /// <inheritdoc/>
    public int Label(int index) => _all.Label(_indices[index]);

    /// <inheritdoc/>
    public string Name(int index) => _all.Name(_indices[index]);

    /// <inheritdoc/>
    public ImageSample Get(int index) => _all.Get(_indices[index]);

    /// <summary>Divides a set by class: the given part of each class (rounded, but one at least of a class with two) and the rest.</summary>
    /// <param name="all">The set to divide.</param>
    /// <param name="fraction">The size of the part, 0 to 1.</param>
    /// <param name="random">Chooses which pictures; its position is not used or moved.</param>
    /// <returns>The part and the rest, each in the order of the whole.</returns>
    public static (int[] Part, int[] Others) Divide(IImageDataset all, double fraction, Generator random)
    {
        ArgumentNullException.ThrowIfNull(all);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentOutOfRangeException.ThrowIfNegative(fraction);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fraction, 1);
        var members = new List<int>[all.Classes.Count];
        for (int i = 0; i < all.Count; i++)
        {
            (members[all.Label(i)] ??= []).Add(i);
        }

        var part = new List<int>();
        var rest = new List<int>();
        for (int label = 0; label < members.Length; label++)
        {
            if (members[label] is not { } list)
            {
                continue;
            }

            int[] shuffled = [.. list];
            random.Fork((ulong)label).Shuffle<int>(shuffled);
            int take = (int)Math.Round(fraction * shuffled.Length, MidpointRounding.AwayFromZero);
            take = fraction > 0 && take == 0 && shuffled.Length > 1 ? 1 : take;
            part.AddRange(shuffled.AsSpan(0, take));
            rest.AddRange(shuffled.AsSpan(take));
        }

        part.Sort();
        rest.Sort();
        return ([.. part], [.. rest]);
    }
}
