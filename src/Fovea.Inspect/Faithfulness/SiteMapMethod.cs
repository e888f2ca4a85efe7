namespace Fovea.Inspect;

/// <summary>
/// The map of one of the model's own attention sites, as a method beside others: of a gate the mean over its channels, of a relation how much each position is
/// looked at on average. It asks for no class.
/// </summary>
/// <param name="site">The site's name.</param>
public sealed class SiteMapMethod(string site) : IMapMethod
{
    /// <summary>The site's name.</summary>
    public string Name => site;

    /// <summary>A method for each site of a model whose maps lie over the picture.</summary>
    /// <param name="model">The model; run once.</param>
    /// <param name="images">[N, C, H, W].</param>
    public static IReadOnlyList<IMapMethod> All(Module model, Tensor images)
    {
        using ModelMaps maps = ModelMaps.Of(model, images);
        return [.. maps.Sites.Where(static s => s.IsOverPicture && s.Keys.Cells > 1).Select(static s => new SiteMapMethod(s.Name))];
    }

    /// <inheritdoc/>
    /// <exception cref="OptionException">There is no such site.</exception>
    public IReadOnlyList<ScalarMap> Explain(
        Module model, Tensor images, ITarget target, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        var meter = new WorkMeter(progress, cancellation);
        meter.Begin(WorkStage.Running, 1);
        using ModelMaps maps = ModelMaps.Of(model, images);
        meter.Step();
        AttentionSite seen = maps[site];
        ScalarMap[] made = [.. Enumerable.Range(0, images.Shape[0]).Select(n => seen.Map(new MapView { Sample = n }))];
        meter.End();
        return made;
    }
}
