using Fovea.Imaging;
using Fovea.Inspect;
using Fovea.Serving.Http;
using Fovea.Studio.Stores;

namespace Fovea.Studio.Sessions;

/// <summary>A model that looked at a picture: the input, what came out, and the map of every mechanism on the way.</summary>
internal sealed class StudioSession
{
    private readonly ModelMaps _maps;
    private FirstRow? _firstRow;

    private StudioSession(StudioModel model, Tensor input, ModelMaps maps, long bytes)
    {
        (Model, Input, _maps, Bytes) = (model, input, maps, bytes);
        Scores = ScoresOf(maps.Output);
        Seen = model.Seen(input);
    }

    /// <summary>The model.</summary>
    public StudioModel Model { get; }

    /// <summary>[1, channels, size, size].</summary>
    public Tensor Input { get; }

    /// <summary>The input as a picture.</summary>
    public Image Seen { get; }

    /// <summary>What the model gave: [1, classes], or [1, classes, H, W].</summary>
    public Shape OutputShape => _maps.Output.Shape;

    /// <summary>The maps in the order in which they were made.</summary>
    public IReadOnlyList<AttentionSite> Sites => _maps.Sites;

    /// <summary>Bytes that the maps hold.</summary>
    public long Bytes { get; }

    /// <summary>A score for each class: the logit, of segmentation models its mean over the pixels.</summary>
    public float[] Scores { get; }

    /// <summary>The map of the first relation's middle cell, which a page begins with; null without a relation. Made when it is first asked for.</summary>
    public FirstRow? FirstRow => _firstRow ??= FirstRow.Of(this);

    /// <summary>Runs the model on a picture.</summary>
    public static StudioSession Run(StudioModel model, Image picture)
    {
        long before = TensorMemory.LiveBytes;
        using TensorScope scope = TensorScope.Begin();
        Tensor input = TensorScope.Detach(model.Input(picture));
        ModelMaps maps = ModelMaps.Of(model.Module, input);
        return new StudioSession(model, input, maps, Math.Max(4L * input.Elements, TensorMemory.LiveBytes - before));
    }

    /// <summary>A map by its name.</summary>
    /// <exception cref="HttpProblem">There is none.</exception>
    public AttentionSite Site(string name) =>
        Sites.FirstOrDefault(s => s.Name == name) ?? throw HttpProblem.NotFound("site", name, "the session lists those that there are.");

    private static float[] ScoresOf(Tensor output)
    {
        float[] values = output.ToArray<float>();
        int classes = output.Shape[1], each = values.Length / classes;
        return [.. Enumerable.Range(0, classes).Select(c => values.AsSpan(c * each, each).ToArray().Average())];
    }
}
