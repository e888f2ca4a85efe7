namespace Fovea.Training.Data;

/// <summary>Two parts of one set, one after the other: the data as they lay before a part was held out.</summary>
internal sealed class JoinedDataset(IImageDataset first, IImageDataset second) : IImageDataset
{
    public string Source => first.Source;

    public DataTask Task => first.Task;

    public DataRecipe? Recipe => first.Recipe;

    public int Count => first.Count + second.Count;

    public IReadOnlyList<string> Classes => first.Classes;

    public int Label(int index) => index < first.Count ? first.Label(index) : second.Label(index - first.Count);

    public string Name(int index) => index < first.Count ? first.Name(index) : second.Name(index - first.Count);

    public (int Width, int Height)? Size(int index) => index < first.Count ? first.Size(index) : second.Size(index - first.Count);

    public ImageSample Get(int index) => index < first.Count ? first.Get(index) : second.Get(index - first.Count);
}
