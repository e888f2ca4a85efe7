namespace Fovea.Models;

/// <summary>
/// A network that gives a picture a place among others: pictures of one identity lie near each other, whether or not it was among those that were
/// learnt. Of pictures [N, C, H, W] a call gives the embeddings [N, D]; in training [N, D + classes], the features that distances are learnt on, then
/// the logits of the identities.
/// </summary>
public interface IEmbedder
{
    /// <summary>D, the numbers of an embedding.</summary>
    int EmbeddingSize { get; }
}
