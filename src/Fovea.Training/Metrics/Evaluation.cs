using System.Text.Json;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>What an evaluation came to, whatever the labels are. <see cref="ToJson"/> is what <c>eval --json</c> prints.</summary>
public abstract record Evaluation
{
    /// <summary>Images evaluated.</summary>
    public required int Images { get; init; }

    /// <summary>Images that cannot be read, in the order of the data: they are no part of <see cref="Images"/> or of any number. Mostly none.</summary>
    public IReadOnlyList<DamagedPicture> Unreadable { get; init; } = [];

    /// <summary>Mean loss over what counts: of classes the cross entropy, in nats, over the images or the pixels; null where nothing counts.</summary>
    public required double? Loss { get; init; }

    /// <summary>Wall-clock seconds, loading included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Images per second, loading included.</summary>
    public double ImagesPerSecond => Seconds > 0 ? Images / Seconds : 0;

    /// <summary>The model that was measured, and how the images were prepared for it; null for a model that was given from code.</summary>
    public ModelDescription? Description { get; init; }

    /// <summary>The number that says how good it is: the first of <see cref="Metrics"/>; null where nothing counts.</summary>
    public double? Score => Metrics.Values.Count == 0 ? null : Metrics.Values[0].Value;

    /// <summary>
    /// The numbers that <see cref="Score"/> is the mean of, one for each image that counts, in the order of the data; null (default) where it is no such mean,
    /// as of counts that are summed over the set.
    /// </summary>
    public virtual IReadOnlyList<double>? ScoreTerms => null;

    /// <summary>What was measured, under the names of the task's metrics.</summary>
    public abstract MetricSet Metrics { get; }

    /// <summary>What was measured in lines for people, each a name and a value.</summary>
    public abstract IEnumerable<(string Name, string Value)> Lines { get; }

    /// <summary>The numbers that come first on a page; by default <see cref="Lines"/>.</summary>
    public virtual IEnumerable<(string Name, string Value)> Headline => Lines;

    /// <summary>A table beside them; null (default) for none.</summary>
    public virtual EvaluationTable? Table => null;

    /// <summary>What has to be said about the numbers, in sentences; null (default) for nothing.</summary>
    public virtual string? Note => null;

    /// <summary>How well the model did on each image, in the order of the data; empty (default) where the task does not say.</summary>
    public virtual IEnumerable<JudgedImage> Judged => [];

    /// <summary>One line of JSON.</summary>
    public abstract string ToJson();

    /// <summary>The images that were evaluated, whose places are those that <see cref="Judged"/> gives.</summary>
    /// <param name="data">The images that were to be.</param>
    internal IImageDataset Evaluated(IImageDataset data)
    {
        HashSet<string> left = [.. Unreadable.Select(u => u.Name)];
        return left.Count == 0 ? data : new SubsetDataset(data, [.. Enumerable.Range(0, data.Count).Where(i => !left.Contains(data.Name(i)))]);
    }

    private protected void WriteModel(Utf8JsonWriter json)
    {
        if (Unreadable.Count > 0)
        {
            json.WriteStartArray("unreadable");
            foreach (DamagedPicture picture in Unreadable)
            {
                json.WriteStartObject();
                json.WriteString("image", picture.Name);
                json.WriteString("reason", picture.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (Description is { } description)
        {
            json.WriteString("model", description.Key);
            json.WriteSize("imageSize", description.ImageSize);
            json.WriteString("preprocessing", description.Preprocessing.ToString());
        }
    }
}
