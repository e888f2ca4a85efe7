namespace Fovea.Io;

/// <summary>Weights whose names stand below another name in the model, or the model's below another in the weights.</summary>
/// <param name="Part">The part of the model that they are for; empty for all of it.</param>
/// <param name="State">The tensors under the model's names.</param>
/// <param name="Outside">Tensors of the file that are not of it, by the file's names.</param>
internal sealed record FoundPart(string Part, IReadOnlyDictionary<string, Tensor> State, IReadOnlyList<string> Outside)
{
    private const int DeepestPrefix = 3;

    /// <summary>
    /// Finds the place: the model's own names, a part that they fit better (a classifier's weights as a U-Net's <c>encoder</c>), or a name
    /// in the file below which they fit better (a <c>backbone.</c>, another library's <c>encoder_q.</c>).
    /// </summary>
    public static FoundPart Of(ModelOutline model, IReadOnlyList<string> parts, IReadOnlyDictionary<string, Tensor> state)
    {
        int direct = Fitting(model, string.Empty, state);
        if (direct == model.Shapes.Count)
        {
            return new(string.Empty, state, []);
        }

        (string part, int inside) = Best(parts.Select(c => ($"{c}.", Fitting(model, $"{c}.", state))));
        (string prefix, int below) = Best(Prefixes(state.Keys).Select(p => (p, state.Count(t =>
            t.Key.StartsWith(p, StringComparison.Ordinal) && model.Shapes.ContainsKey(t.Key[p.Length..]) && model.Accepts(t.Key[p.Length..], t.Value.Shape)))));
        if (inside > direct && inside >= below)
        {
            return new(part.TrimEnd('.'), state.ToDictionary(t => part + t.Key, t => t.Value), []);
        }

        return below > direct
            ? new(
                string.Empty,
                state.Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(t => t.Key[prefix.Length..], t => t.Value),
                [.. state.Keys.Where(n => !n.StartsWith(prefix, StringComparison.Ordinal))])
            : new(string.Empty, state, []);
    }

    private static int Fitting(ModelOutline model, string before, IReadOnlyDictionary<string, Tensor> state) =>
        state.Count(t => model.Shapes.ContainsKey(before + t.Key) && model.Accepts(before + t.Key, t.Value.Shape));

    private static (string Name, int Count) Best(IEnumerable<(string Name, int Count)> places) =>
        places.Append((Name: string.Empty, Count: 0)).MaxBy(p => p.Count);

    // What many tensors stand below; a prefix of a few is no place for a model, and each costs a look at every tensor.
    private static IEnumerable<string> Prefixes(IEnumerable<string> names)
    {
        const int most = 8;
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            int end = -1;
            for (int depth = 0; depth < DeepestPrefix && (end = name.IndexOf('.', end + 1)) >= 0; depth++)
            {
                string prefix = name[..(end + 1)];
                counts[prefix] = counts.GetValueOrDefault(prefix) + 1;
            }
        }

        return counts.OrderByDescending(c => c.Value).ThenByDescending(c => c.Key.Length).Take(most).Select(c => c.Key);
    }
}
