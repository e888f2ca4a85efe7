using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>A data set whose labels are those of a model: its classes may be in another order, or be only some of the model's.</summary>
internal sealed class RelabelledDataset : IImageDataset, IStoredInParts
{
    private readonly IImageDataset _inner;
    private readonly int[] _labels;

    private RelabelledDataset(IImageDataset inner, IReadOnlyList<string> classes, int[] labels)
    {
        _inner = inner;
        Classes = classes;
        _labels = labels;
    }

    public string Source => _inner.Source;

    public DataTask Task => _inner.Task;

    public DataRecipe? Recipe => _inner.Recipe;

    public int Count => _inner.Count;

    public IReadOnlyList<string> Classes { get; }

    /// <summary>The data with the model's labels; the data themselves when they have the same classes, or the model's have no names.</summary>
    /// <param name="data">The data.</param>
    /// <param name="classes">The model's classes.</param>
    /// <param name="areNamed">Whether the model's classes have names of their own.</param>
    /// <exception cref="DataException">The model does not know a class of the data.</exception>
    public static IImageDataset Of(IImageDataset data, IReadOnlyList<string> classes, bool areNamed)
    {
        if (data.Classes.SequenceEqual(classes, StringComparer.Ordinal))
        {
            return data;
        }

        if (!areNamed)
        {
            throw new DataException($"{data.Source}: has {data.Classes.Count} classes, and the model tells {classes.Count}; give the data that it was made for.");
        }

        string[] strange = [.. data.Classes.Except(classes, StringComparer.Ordinal)];
        if (strange.Length > 0)
        {
            throw new DataException($"{data.Source}: the model does not know {Few(strange)}; it tells {Few(classes)}.");
        }

        string[] known = [.. classes];
        return new RelabelledDataset(data, classes, [.. data.Classes.Select(c => Array.IndexOf(known, c))]);
    }

    public int Label(int index) => _labels[_inner.Label(index)];

    public string Name(int index) => _inner.Name(index);

    public int? PartOf(int index) => (_inner as IStoredInParts)?.PartOf(index);

    public string PartName(int index) => ((IStoredInParts)_inner).PartName(index);

    public bool IsFetched => _inner is IStoredInParts { IsFetched: true };

    public (int Width, int Height)? Size(int index) => _inner.Size(index);

    public ImageSample Get(int index)
    {
        ImageSample sample = _inner.Get(index);
        return sample with { Label = _labels[sample.Label] };
    }

    private static string Few(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(12)) + (names.Count > 12 ? $" and {names.Count - 12} more" : string.Empty);
}
