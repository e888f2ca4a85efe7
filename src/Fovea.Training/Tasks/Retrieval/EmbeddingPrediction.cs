using System.Globalization;
using Fovea.Imaging;

namespace Fovea.Training;

/// <summary>A picture of a gallery that lies near.</summary>
/// <param name="Path">The image file.</param>
/// <param name="Similarity">The cosine of the two embeddings, −1 to 1.</param>
public readonly record struct NearPicture(string Path, float Similarity);

/// <summary>Where a model puts an image among others.</summary>
/// <param name="Path">The image file.</param>
/// <param name="Embedding">The numbers that the model gives.</param>
/// <param name="Nearest">The nearest pictures of the gallery, the nearest first; null without a gallery.</param>
public sealed record EmbeddingPrediction(string Path, IReadOnlyList<float> Embedding, IReadOnlyList<NearPicture>? Nearest) : IPrediction
{
    /// <summary>The nearest pictures, <c>anna/3.jpg 0.913, anna/1.jpg 0.887</c>; without a gallery how long the embedding is.</summary>
    public string ToText(int top) => Nearest is null
        ? string.Create(CultureInfo.InvariantCulture, $"an embedding of {Embedding.Count} numbers; --json prints them, --gallery DIR finds what is near")
        : string.Join(", ", Nearest.Take(top).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n.Path} {n.Similarity:0.000}")));

    /// <summary>One line of JSON: <c>{"path":…,"embedding":[…],"nearest":[{"path":…,"similarity":…},…]}</c>; <c>nearest</c> with a gallery.</summary>
    public string ToJson(string? file) => JsonLine.Of(json =>
    {
        json.WriteString("path", Path);
        json.WriteStartArray("embedding");
        foreach (float value in Embedding)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
        if (Nearest is not null)
        {
            json.WriteStartArray("nearest");
            foreach (NearPicture picture in Nearest)
            {
                json.WriteStartObject();
                json.WriteString("path", picture.Path);
                json.WriteNumber("similarity", Math.Round(picture.Similarity, 4));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    });
}

/// <summary>Reads the outputs of retrieval networks, [N, D].</summary>
internal sealed class EmbeddingReader(PictureGallery? gallery, int top) : IOutputReader
{
    public IReadOnlyList<IPrediction> Read(Tensor outputs, IReadOnlyList<Image> images, IReadOnlyList<string> names)
    {
        var embeddings = new EmbeddingSearch();
        embeddings.Add(outputs);
        IReadOnlyList<NearPicture>[]? nearest = gallery?.Nearest([.. Enumerable.Range(0, names.Count).Select(i => embeddings[i])], top);
        float[] all = outputs.ToArray<float>();
        int length = outputs.Shape[1];
        return [.. names.Select((name, i) => new EmbeddingPrediction(name, all[(i * length)..((i + 1) * length)], nearest?[i]))];
    }
}
