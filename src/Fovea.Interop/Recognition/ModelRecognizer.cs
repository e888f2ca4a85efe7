using Fovea.Attention;
using Fovea.Io.KeyMaps;
using Fovea.Models;

namespace Fovea.Io;

/// <summary>
/// Finds out which model of the catalogue weights are for, by names and shapes alone: our own models, and other libraries' through their key
/// maps. The number of classes, the channels of the images and their size may be any; the classifier may be missing.
/// </summary>
public static class ModelRecognizer
{
    private static readonly string[] s_places = [AttentionPlacement.Blocks, AttentionPlacement.Stages];

    /// <summary>The model that weights are for, or null when it is none of the catalogue's.</summary>
    /// <param name="tensors">The weights by whatever names they have.</param>
    public static RecognizedModel? Recognize(IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Candidate? best = Forms(tensors).SelectMany(f => Candidates(f.State, f.Map)).MaxBy(c => c.Explained);
        if (best is null)
        {
            return null;
        }

        string[] extra = [.. best.Extra];
        (string Key, string At)[] mechanisms = extra.Length == 0 ? [] : [.. Mechanisms(best, extra)];
        return mechanisms is [var (key, at)]
            ? new RecognizedModel(best.Key, key, at, [])
            : new RecognizedModel(best.Key, null, AttentionPlacement.Blocks, extra);
    }

    /// <summary>The weights as they are, and under the names that the key maps of whole models give them.</summary>
    private static IEnumerable<(IReadOnlyDictionary<string, Tensor> State, KeyMap? Map)> Forms(IReadOnlyDictionary<string, Tensor> tensors)
    {
        yield return (tensors, null);
        foreach (KeyMap map in KeyMapList.All.Where(m => m.TellsModel || m.Mechanism.Length == 0 || m.Mechanism == VisionTransformer.Card.Key))
        {
            Mapping mapping = map.Apply(tensors, intoSingleModule: !map.TellsModel, []);
            if (mapping.Renamed > 0 && mapping.Clash is null && !mapping.Missing.Any())
            {
                yield return (mapping.Tensors.ToDictionary(t => t.Key, t => InOurLayout(t.Value, mapping.LayoutOf(t.Key))), map);
            }
        }
    }

    // The layouts that any shape accepts are left as they are.
    private static Tensor InOurLayout(Tensor value, KeyLayout layout) => (layout, value.Rank) switch
    {
        (KeyLayout.Scalar, 0) => value.Reshape(1),
        (KeyLayout.Column, 1) => value.Reshape(value.Shape[0], 1, 1),
        _ => value,
    };

    private static IEnumerable<Candidate> Candidates(IReadOnlyDictionary<string, Tensor> state, KeyMap? map) =>
        ModelCatalog.Keys.Select(k => new Candidate(k, CatalogOutlines.Of(k)!, state, map)).Where(c => c.IsWhole);

    private static IEnumerable<(string Key, string At)> Mechanisms(Candidate model, string[] extra)
    {
        IEnumerable<Card> fitting = Catalog.All.Select(e => e.Card).Where(c => c.KeepsShape && c.Inputs.Count == 1);
        foreach ((string key, string at) in fitting.SelectMany(c => s_places.Select(at => (c.Key, at))))
        {
            if (CatalogOutlines.Of(model.Key, key, at) is { } with
                && with.Shapes.Count == model.Outline.Shapes.Count + extra.Length
                && extra.All(n => with.Shapes.TryGetValue(n, out Shape shape) && shape == model.State[n].Shape))
            {
                yield return (key, at);
            }
        }
    }

    /// <summary>A model of the catalogue beside a state dict.</summary>
    private sealed record Candidate(string Key, ModelOutline Outline, IReadOnlyDictionary<string, Tensor> State, KeyMap? Map)
    {
        /// <summary>Whether the state dict has all of the model but for the classifier, in shapes that can be brought into its own.</summary>
        public bool IsWhole => Outline.Shapes.Keys.All(n => Outline.IsHead(n) || (Map?.IsZeroWhenAbsent(n) ?? false)
            || (State.TryGetValue(n, out Tensor? value) && Outline.Accepts(n, value.Shape)));

        /// <summary>How many tensors it explains: a smaller network's names are often a larger one's too.</summary>
        public int Explained => Outline.Shapes.Keys.Count(State.ContainsKey);

        public IEnumerable<string> Extra => State.Keys.Where(n => !Outline.Shapes.ContainsKey(n) && !ModelOutline.IsCounter(n));
    }
}
