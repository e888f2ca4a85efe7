namespace Fovea.Attention;

/// <summary>
/// The table of contents: every mechanism, one line each, and those that programs register. From its line it appears everywhere.
/// </summary>
public static class Catalog
{
    private static readonly Registry<Entry> s_registry = new("mechanism", static e => e.Card.Key,
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
        Entry.Of<LargeKernelAttention>(),
        Entry.Of<EfficientMultiScaleAttention>(),
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
    ]);

    /// <summary>All mechanisms, by family and in the order of their invention within it; then the registered ones.</summary>
    public static IReadOnlyList<Entry> All => s_registry.All;

    /// <summary>All keys.</summary>
    public static IReadOnlyList<string> Keys => s_registry.Keys;

    /// <summary>
    /// Adds a mechanism of your own: models take it in their slots, checkpoints, goldens and the command line know its key.
    /// </summary>
    /// <exception cref="ArgumentException">The key is taken, or has other characters than letters, digits, <c>_</c>, <c>-</c> and <c>.</c>.</exception>
    public static void Register<TAttention>()
        where TAttention : Module, IAttention<TAttention> => s_registry.Add(Entry.Of<TAttention>());

    /// <summary>The mechanism of that key.</summary>
    /// <exception cref="OptionException">There is none; the message names the nearest.</exception>
    public static Entry Find(string key) => s_registry.Get(key)
        ?? throw new OptionException("attention", $"there is no mechanism \"{key}\"; {Suggestion.Hint(key, Keys)}");

    /// <summary>The options that a mechanism was built with, whether by itself or in a model's slot; null for other modules.</summary>
    public static AttentionOptions? OptionsOf(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        return (module as IMechanism)?.Options;
    }
}
