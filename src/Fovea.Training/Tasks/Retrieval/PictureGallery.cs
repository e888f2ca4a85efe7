using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Pictures that others are looked for among. They are embedded when the first is asked for.</summary>
internal sealed class PictureGallery
{
    private readonly ImageFiles _files;
    private readonly Lazy<EmbeddingSearch> _embeddings;

    /// <summary>Finds the pictures.</summary>
    /// <exception cref="DataException">There are none.</exception>
    public PictureGallery(Module model, ModelDescription description, PredictOptions options)
    {
        _files = new ImageFiles(options.Gallery, new DatasetOptions { Orientation = description.Decoding.Orientation, Levels = description.Levels });
        _embeddings = new Lazy<EmbeddingSearch>(() => Embed(model, description, options));
    }

    /// <summary>The pictures nearest to some embeddings, for each so many, the nearest first.</summary>
    /// <param name="asked">The embeddings, of length 1.</param>
    /// <param name="most">How many.</param>
    /// <exception cref="DataException">A picture of the gallery cannot be read, or the model gives no numbers for it.</exception>
    public IReadOnlyList<NearPicture>[] Nearest(IReadOnlyList<float[]> asked, int most)
    {
        var found = new IReadOnlyList<NearPicture>[asked.Count];
        _embeddings.Value.Search(asked, (number, similarity) =>
            found[number] = [.. EmbeddingSearch.Ranked(similarity).Take(most).Select(i => new NearPicture(_files.Name(i), similarity[i]))]);
        return found;
    }

    private EmbeddingSearch Embed(Module model, ModelDescription description, PredictOptions options)
    {
        SamplePipeline pipeline = description.EvaluationPipeline();
        using var compiled = new InferenceModel(model, options.Engine, compiles: _files.Count > 1);
        var embeddings = new EmbeddingSearch();
        foreach (int[] pictures in Enumerable.Range(0, _files.Count).Chunk(options.BatchSize))
        {
            using TensorScope scope = TensorScope.Begin();
            Tensor outputs = compiled.Run(pipeline.ToInput([.. pictures.Select(i => _files.Get(i).Image)]));
            FiniteOutputs.Check(outputs, [.. pictures.Select(_files.Name)]);
            embeddings.Add(outputs);
        }

        return embeddings;
    }
}
