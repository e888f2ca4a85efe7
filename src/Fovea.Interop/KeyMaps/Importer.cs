using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Io.KeyMaps;

namespace Fovea.Io;

/// <summary>
/// Loads state dicts of other libraries through explicit key maps: names, layouts (1×1 convolution against linear map, the order of a
/// patch's axes), and the options that a source implies without showing them (such as the order of CBAM's pools). A source that is
/// unknown or ambiguous is an error, never a guess.
/// </summary>
public static class Importer
{
    /// <summary>The name of the source whose names are ours.</summary>
    public const string Own = "fovea";

    /// <summary>All sources by name.</summary>
    public static IReadOnlyList<string> Sources { get; } = [Own, .. KeyMapList.All.Select(m => m.Source).Distinct()];

    /// <summary>Every module of every source.</summary>
    public static IReadOnlyList<ImportSource> Known { get; } = [.. KeyMapList.All.Select(m => new ImportSource(m.Source, m.Mechanism, m.Origin)).Distinct()];

    /// <summary>
    /// The options that a source leaves no choice in, such as CBAM's <c>poolOrder</c>: a module that is built with them takes its weights.
    /// Where forms of one source differ in an option, it is not among them.
    /// </summary>
    /// <param name="source">One of <see cref="Sources"/>.</param>
    /// <param name="mechanism">The mechanism's key.</param>
    /// <returns>Options as JSON by name; empty when nothing is implied.</returns>
    public static JsonObject ImpliedOptions(string source, string mechanism)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(mechanism);
        KeyMap[] maps = [.. KeyMapList.All.Where(m => m.Source == source && (m.Mechanism == mechanism || m.Implies.Any(i => i.Mechanism == mechanism)))];
        IEnumerable<Implied> agreed = maps.SelectMany(m => m.Implies.Where(i => i.Mechanism == mechanism)).Distinct().Where(i => maps.All(m => m.Implies.Contains(i)));
        return new JsonObject(agreed.Select(i => KeyValuePair.Create(i.Option, JsonNode.Parse(i.Value))));
    }

    /// <summary>Translates weights and loads them into a module.</summary>
    /// <param name="module">The module to fill: a mechanism of the catalogue, or a model.</param>
    /// <param name="tensors">The weights by the source's names.</param>
    /// <param name="source">One of <see cref="Sources"/>; null finds it by its names.</param>
    /// <returns>Which source it was, and what it implies.</returns>
    /// <exception cref="ImportException">The source is unknown or ambiguous, or contradicts the module's options.</exception>
    /// <exception cref="StateDictException">The source is known, and shapes or names do not fit the module.</exception>
    public static ImportResult Load(Module module, IReadOnlyDictionary<string, Tensor> tensors, string? source = null)
    {
        ImportResult result = Translate(module, tensors, source);
        StateDict.Load(module, result.Tensors);
        return result;
    }

    /// <summary>Translates weights to a module's names and layouts without loading them.</summary>
    /// <inheritdoc cref="Load"/>
    public static ImportResult Translate(Module module, IReadOnlyDictionary<string, Tensor> tensors, string? source = null)
    {
        Search search = Find(module, tensors, source);
        return search.Mapping is { } mapping
            ? Apply(module, search, mapping)
            : search.AreOurs ? Kept(tensors) : throw ImportErrors.Unknown(module, tensors, source, search.Tried);
    }

    /// <summary>
    /// Translates weights as <see cref="Translate"/> does, and keeps names that no source explains for this module: they may be of a part of it,
    /// or of another model, which <see cref="WeightsFitter"/> finds out.
    /// </summary>
    /// <inheritdoc cref="Load"/>
    public static ImportResult TranslateOrKeep(Module module, IReadOnlyDictionary<string, Tensor> tensors, string? source = null)
    {
        if (source is not null)
        {
            return Translate(module, tensors, source);
        }

        Search search = Find(module, tensors, null);
        return search.Mapping is { } mapping && ImportChecks.HasMechanism(module, mapping.Map) ? Apply(module, search, mapping) : Kept(tensors);
    }

    private static Search Find(Module module, IReadOnlyDictionary<string, Tensor> tensors, string? source)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(tensors);
        IReadOnlyDictionary<string, Tensor> own = StateDict.Of(module);
        bool single = Catalog.All.Any(e => e.Type == module.GetType());
        if (source is not null && !Sources.Contains(source))
        {
            throw new ImportException($"source: there is no source \"{source}\"; {Suggestion.Hint(source, Sources)}");
        }

        HashSet<string> names = [.. own.Keys];
        Mapping[] all = [.. KeyMapList.All.Where(m => source is null || m.Source == source).Select(m => m.Apply(tensors, single, names))];
        Mapping[] fitting = [.. all.Where(m => m.Fits)];
        bool ours = source is Own or null && tensors.Keys.All(n => own.ContainsKey(n) || n.EndsWith("num_batches_tracked", StringComparison.Ordinal));

        // Names that are ours but for some are told in detail when they are loaded.
        bool nearlyOurs = source is null && tensors.Keys.Any(own.ContainsKey) && all.All(m => m.Renamed == 0);
        return new Search(own, single, all, fitting.Length == 0 ? null : Choose(module, Fullest(fitting)), ours || nearlyOurs || source == Own);
    }

    private static ImportResult Apply(Module module, Search search, Mapping mapping)
    {
        ImportChecks.Check(module, search.IsSingle, mapping);
        return new ImportResult(
            mapping.Map.Source, mapping.Map.Origin, LayoutConversion.Run(mapping, search.Own),
            mapping.Map.Implies.ToDictionary(i => $"{i.Mechanism}.{i.Option}", i => i.Value.Trim('"')));
    }

    private static ImportResult Kept(IReadOnlyDictionary<string, Tensor> tensors) => new(Own, "Fovea", tensors, new Dictionary<string, string>());

    /// <summary>Without the maps that explain less than others do, such as one of a part where another is of the whole.</summary>
    private static Mapping[] Fullest(Mapping[] fitting)
    {
        int most = fitting.Max(m => m.Explained);
        return [.. fitting.Where(m => m.Explained == most)];
    }

    /// <summary>The only meaning that the names can have, or an error.</summary>
    private static Mapping Choose(Module module, Mapping[] fitting)
    {
        var meanings = fitting.GroupBy(m => $"{m.Map.Mechanism}: {string.Join(", ", m.Map.Implies)}").ToArray();
        return meanings.Length == 1 ? fitting[0] : throw ImportErrors.Ambiguous(module, fitting);
    }

    /// <summary>What the key maps make of a state dict.</summary>
    /// <param name="Own">The module's state.</param>
    /// <param name="IsSingle">Whether the module is one mechanism rather than a model.</param>
    /// <param name="Tried">Every map of the source.</param>
    /// <param name="Mapping">The one that fits; null when none does.</param>
    /// <param name="AreOurs">Whether the names are the module's own, all or all but some.</param>
    private sealed record Search(IReadOnlyDictionary<string, Tensor> Own, bool IsSingle, Mapping[] Tried, Mapping? Mapping, bool AreOurs);
}
