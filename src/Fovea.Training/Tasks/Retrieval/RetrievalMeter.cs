using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Collects the embeddings of pictures, and ranks for each query the gallery: where the data have neither, for each picture all others.</summary>
/// <param name="identities">The names of the identities.</param>
internal sealed class RetrievalMeter(IReadOnlyList<string> identities) : IEvaluationMeter
{
    private readonly EmbeddingSearch _embeddings = new();
    private readonly List<int> _identities = [];
    private readonly List<IdentityRole> _roles = [];
    private readonly List<string> _names = [];

    public int Images => _embeddings.Count;

    // Every picture is needed to rank one.
    public double? Score => null;

    public void Add(Tensor outputs, Batch batch) => Add(outputs, batch.Labels.ToArray<long>(), [.. Enumerable.Range(0, batch.Count).Select(i =>
        (batch.Kept(i) as IdentityRole? ?? IdentityRole.Both, batch.Name(i)))]);

    /// <summary>Takes embeddings in.</summary>
    /// <param name="embeddings">[N, D].</param>
    /// <param name="labels">N indices of identities.</param>
    /// <param name="pictures">What each picture does, and its name.</param>
    public void Add(Tensor embeddings, IReadOnlyList<long> labels, IReadOnlyList<(IdentityRole Role, string Name)> pictures)
    {
        _embeddings.Add(embeddings);
        _identities.AddRange(labels.Select(l => (int)l));
        _roles.AddRange(pictures.Select(p => p.Role));
        _names.AddRange(pictures.Select(p => p.Name));
    }

    public Evaluation Result(double seconds)
    {
        int[] queries = [.. Enumerable.Range(0, Images).Where(i => _roles[i] != IdentityRole.Gallery)];
        int[] gallery = [.. Enumerable.Range(0, Images).Where(i => _roles[i] != IdentityRole.Query)];
        var ranked = new RankedQuery[queries.Length];
        if (gallery.Length > 0)
        {
            Among(gallery).Search([.. queries.Select(q => _embeddings[q])], (number, similarity) =>
                ranked[number] = RankedQuery.Of((queries[number], _names[queries[number]]), gallery, similarity, _identities));
        }

        return new RetrievalResult
        {
            Images = Images,
            Loss = null,
            Seconds = seconds,
            Gallery = gallery.Length,
            Identities = identities,
            Queries = gallery.Length > 0 ? ranked : [],
        };
    }

    private EmbeddingSearch Among(int[] pictures) => pictures.Length == Images ? _embeddings : _embeddings.Only(pictures);
}
