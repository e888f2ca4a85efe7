using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Pictures with known classes, and where the data say so (Clutter does) with the place of the labelled object, prepared for one model: what maps are judged
/// on. Which pictures are taken is drawn from a seed; they come in the order of the data, one at a time.
/// </summary>
public sealed class ObjectSamples
{
    private readonly IImageDataset _data;
    private readonly SamplePipeline _pipeline;
    private readonly int[] _chosen;

    /// <summary>Prepares them.</summary>
    /// <param name="data">The data, their classes those of the model.</param>
    /// <param name="model">How pictures are prepared.</param>
    /// <param name="pictures">How many are taken at most, at least 1.</param>
    /// <param name="seed">What the choice is drawn from.</param>
    public ObjectSamples(IImageDataset data, ModelDescription model, int pictures, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(pictures, 1);
        (_data, _pipeline) = (data, model.EvaluationPipeline());
        int[] all = [.. Enumerable.Range(0, data.Count)];
        new Generator(seed).Fork("objects").Shuffle(all.AsSpan());
        _chosen = [.. all.Take(pictures).Order()];
    }

    /// <summary>How many there are.</summary>
    public int Count => _chosen.Length;

    /// <summary>Opens data by path or name.</summary>
    /// <param name="model">The model whose classes the data must have.</param>
    /// <param name="source">A path, a name, or null for Clutter.</param>
    /// <param name="pictures">How many are taken at most, at least 1.</param>
    /// <param name="seed">What Clutter's pictures and the choice are derived from.</param>
    /// <exception cref="DataException">There are no such data, they cannot be read, or their classes are not the model's.</exception>
    /// <exception cref="OptionException">The model is no classifier.</exception>
    public static ObjectSamples Open(ModelDescription model, string? source, int pictures, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Task != DataTask.Classify)
        {
            throw new OptionException("data", $"{model.Model} is no classifier, and maps are judged by the probability of a class; give a classifier.");
        }

        var options = new DatasetOptions { Seed = seed, CacheLimit = 0, Task = DataTask.Classify, Orientation = model.Decoding.Orientation, Levels = model.Levels };
        return new ObjectSamples(RelabelledDataset.Of(DatasetFactory.Open(source, options), model.Classes, model.HasClassNames), model, pictures, seed);
    }

    /// <summary>Reads them. The tensors are the reader's to dispose, or a scope's.</summary>
    /// <exception cref="DataException">A picture cannot be read.</exception>
    public IEnumerable<ObjectSample> Read()
    {
        int area = _pipeline.Height * _pipeline.Width;
        float[] planes = new float[_pipeline.Channels * area];
        long[] labels = new long[area];
        var unused = new Generator(0);
        foreach (int index in _chosen)
        {
            ImageSample sample = _data.Get(index);
            _pipeline.Write(sample, unused, planes, sample.Mask is null ? [] : labels);

            // 255, the object, does not count as a class, and 0 is what lies around it.
            bool[]? mask = sample.Mask is null ? null : Array.ConvertAll(labels, static l => l != 0);
            yield return new ObjectSample(sample.Name, Tensor.From(planes, [1, _pipeline.Channels, _pipeline.Height, _pipeline.Width]), sample.Label, mask);
        }
    }
}
