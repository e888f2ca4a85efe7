namespace Fovea.Training.Data;

/// <summary>What is in a part of the data: the names that a run keeps, to find the same pictures again.</summary>
public static class SampleNames
{
    /// <summary>The names of a set's pictures in its order; no two are the same.</summary>
    /// <param name="dataset">The set.</param>
    public static IReadOnlyList<string> Of(IImageDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return [.. Enumerable.Range(0, dataset.Count).Select(dataset.Name)];
    }
}
