namespace Fovea.Attention;

/// <summary>The table of contents: every mechanism, one line each. From its line it appears everywhere.</summary>
public static class Catalog
{
    /// <summary>All mechanisms, by family and in the order of their invention within it.</summary>
    public static IReadOnlyList<Entry> All { get; } =
    [
        Entry.Of<SqueezeExcitation>(),
        Entry.Of<CbamChannel>(),
        Entry.Of<GatherExcite>(),
        Entry.Of<GlobalContext>(),
        Entry.Of<EfficientChannelAttention>(),
        Entry.Of<SpatialAttention>(),
        Entry.Of<AttentionGate>(),
        Entry.Of<SpatialGroupEnhance>(),
        Entry.Of<Cbam>(),
        Entry.Of<BottleneckAttention>(),
        Entry.Of<ConcurrentSqueezeExcitation>(),
        Entry.Of<CoordinateAttention>(),
        Entry.Of<PolarizedAttention>(),
        Entry.Of<ShuffleAttention>(),
        Entry.Of<SimAm>(),
        Entry.Of<TripletAttention>(),
        Entry.Of<PointwiseSpatialAttention>(),
        Entry.Of<SimplifiedPointwiseAttention>(),
        Entry.Of<NonLocal>(),
        Entry.Of<PositionAttention>(),
        Entry.Of<ChannelRelationAttention>(),
        Entry.Of<DualAttention>(),
        Entry.Of<CrissCrossAttention>(),
        Entry.Of<RelationAwareAttention>(),
        Entry.Of<SelfAttention>(),
        Entry.Of<MultiHeadAttention>(),
        Entry.Of<VisionTransformer>(),
        Entry.Of<Bottleneck>(),
    ];

    /// <summary>All keys.</summary>
    public static IReadOnlyList<string> Keys { get; } = [.. All.Select(e => e.Card.Key)];

    /// <summary>The mechanism of that key.</summary>
    /// <exception cref="OptionException">There is none; the message names the nearest.</exception>
    public static Entry Find(string key) => All.FirstOrDefault(e => e.Card.Key == key)
        ?? throw new OptionException("attention", $"there is no mechanism \"{key}\"; {Suggestion.Hint(key, Keys)}");

    /// <summary>The options of a mechanism that the catalogue built, whether by itself or in a model's slot; null for other modules.</summary>
    public static AttentionOptions? OptionsOf(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return Entry.OptionsOf(module);
    }
}
