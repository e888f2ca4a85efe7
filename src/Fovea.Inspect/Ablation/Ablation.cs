namespace Fovea.Inspect;

/// <summary>Something that is taken away from a model, or from a picture, to see what depends on it.</summary>
/// <param name="Site">The module's dotted name; empty for the picture.</param>
public abstract record Ablation(string Site)
{
    /// <summary>What is taken away, in a few words, such as <c>head 2 off</c>.</summary>
    public abstract string Title { get; }

    /// <summary>Takes it away in a scene.</summary>
    internal abstract void Begin(AblationScene scene);
}

/// <summary>How an attention is taken away.</summary>
public enum SiteChange
{
    /// <summary>
    /// The mechanism is passed by: what goes in comes out. Gates are 1 and a residual branch is nothing. For mechanisms whose output has the shape of their
    /// input.
    /// </summary>
    Bypass,

    /// <summary>Each position looks at itself; see <see cref="Attention.RelationChange.Identity"/>.</summary>
    Identity,

    /// <summary>Each position looks at all alike; see <see cref="Attention.RelationChange.Mean"/>.</summary>
    Mean,

    /// <summary>Nobody looks at anything; see <see cref="Attention.RelationChange.Off"/>.</summary>
    Off,
}

/// <summary>A site of attention is taken away.</summary>
/// <param name="Site">The module's dotted name.</param>
/// <param name="Change">How.</param>
public sealed record SiteAblation(string Site, SiteChange Change = SiteChange.Bypass) : Ablation(Site)
{
    /// <inheritdoc/>
    public override string Title => Change switch
    {
        SiteChange.Bypass => "passed by",
        SiteChange.Off => "off",
        _ => $"relation → {Change.ToString().ToLowerInvariant()}",
    };

    /// <inheritdoc/>
    internal override void Begin(AblationScene scene)
    {
        if (Change == SiteChange.Bypass)
        {
            scene.Change(Site, (inputs, y) => inputs[0].Shape == y.Shape
                ? inputs[0]
                : throw new OptionException("ablation", $"{Site}: {y.Shape} comes out of {inputs[0].Shape}, so it cannot be passed by; take the mean, or switch it off."));
        }
        else
        {
            scene.Replace(Site, Change switch
            {
                SiteChange.Identity => Attention.RelationChange.Identity,
                SiteChange.Mean => Attention.RelationChange.Mean,
                _ => Attention.RelationChange.Off,
            }, null);
        }
    }
}

/// <summary>A head of a relation is taken away.</summary>
/// <param name="Site">The module's dotted name.</param>
/// <param name="Head">The head, from 0.</param>
/// <param name="Change">What takes its place (default <see cref="Attention.RelationChange.Off"/>: it adds nothing to the output).</param>
public sealed record HeadAblation(string Site, int Head, Attention.RelationChange Change = Attention.RelationChange.Off) : Ablation(Site)
{
    /// <inheritdoc/>
    public override string Title => Change == Attention.RelationChange.Off ? $"head {Head} off" : $"head {Head} → {Change.ToString().ToLowerInvariant()}";

    /// <inheritdoc/>
    internal override void Begin(AblationScene scene) => scene.Replace(Site, Change, Head);
}

/// <summary>A channel of a layer is masked.</summary>
/// <param name="Site">The module's dotted name.</param>
/// <param name="Channel">The channel, from 0.</param>
/// <param name="Fill">What stands there instead.</param>
public sealed record ChannelAblation(string Site, int Channel, AblationFill Fill = AblationFill.Zero) : Ablation(Site)
{
    /// <inheritdoc/>
    public override string Title => $"channel {Channel} → {Fill.ToString().ToLowerInvariant()}";

    /// <inheritdoc/>
    internal override void Begin(AblationScene scene) => scene.Change(Site, (_, y) => FeatureMask.OfChannel(Site, y, Channel).Fill(y, Fill));
}

/// <summary>A region of a layer's maps or tokens is masked, in all channels.</summary>
/// <param name="Site">The module's dotted name.</param>
/// <param name="Region">Which cells.</param>
/// <param name="Fill">What stands there instead.</param>
public sealed record RegionAblation(string Site, GridCells Region, AblationFill Fill = AblationFill.Zero) : Ablation(Site)
{
    /// <inheritdoc/>
    public override string Title => $"cells {FeatureMask.Words(Region)} → {Fill.ToString().ToLowerInvariant()}";

    /// <inheritdoc/>
    internal override void Begin(AblationScene scene)
    {
        GridLayer layer = scene.Layer(Site);
        scene.Change(Site, (_, y) => FeatureMask.OfRegion(layer, y, Region).Fill(y, Fill));
    }
}

/// <summary>A region of the picture is masked.</summary>
/// <param name="Region">Which pixels.</param>
/// <param name="Fill">What stands there instead; null for the picture's blur.</param>
public sealed record PictureAblation(GridCells Region, PictureFill? Fill = null) : Ablation(string.Empty)
{
    /// <inheritdoc/>
    public override string Title => $"pixels {FeatureMask.Words(Region)} → {(Fill ?? new PictureFill()).Kind.ToString().ToLowerInvariant()}";

    /// <inheritdoc/>
    internal override void Begin(AblationScene scene) => scene.Mask(Region, Fill ?? new PictureFill());
}
