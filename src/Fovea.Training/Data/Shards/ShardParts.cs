namespace Fovea.Training.Data;

/// <summary>Opens shards by what stands beside their pictures: the training part, or all, and a validation part whose labels mean what those of the training part do.</summary>
/// <param name="options">What is asked for, and how pictures are decoded.</param>
internal sealed class ShardParts(DatasetOptions options)
{
    /// <summary>The layout of shards that are not divided.</summary>
    /// <param name="source">Finds the shards; called when they are opened.</param>
    /// <param name="kind">What stands beside the pictures.</param>
    public DataLayout Whole(Func<ShardSource> source, Func<ShardLabels> kind) => new("shards", null, null, () => Open(source(), kind(), null));

    /// <summary>The layout of a training and a validation part.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="train">The training part.</param>
    /// <param name="val">The validation part.</param>
    /// <param name="kind">What stands beside the pictures.</param>
    public DataLayout Divided(string name, ShardSource train, ShardSource val, ShardLabels kind)
    {
        var trained = new Trained(
            new Lazy<MaskLabels>(() => ShardMasks.LabelsOf(train, options)), new Lazy<BoxClasses>(() => new ShardBoxes(train, null, options).Trained.Value));
        return new DataLayout(name, () => Open(train, kind, trained), () => Open(val, kind, trained), null);
    }

    private ShardSet Open(ShardSource source, ShardLabels kind, Trained? trained) => kind switch
    {
        ShardLabels.Masks => new ShardMasks(source, trained?.Masks ?? new Lazy<MaskLabels>(() => ShardMasks.LabelsOf(source, options)), options),
        ShardLabels.Boxes => new ShardBoxes(source, trained?.Boxes, options),
        _ => new ShardClasses(source, options),
    };

    private sealed record Trained(Lazy<MaskLabels> Masks, Lazy<BoxClasses> Boxes);
}
