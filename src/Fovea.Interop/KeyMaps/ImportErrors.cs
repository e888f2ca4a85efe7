namespace Fovea.Io.KeyMaps;

/// <summary>The words of errors about sources.</summary>
internal static class ImportErrors
{
    private const int Shown = 8;

    public static ImportException Unknown(Module module, IReadOnlyDictionary<string, Tensor> tensors, string? source, Mapping[] tried)
    {
        string found = $"found {Some(tensors.Select(t => $"{t.Key} {t.Value.Shape}"), tensors.Count)}";
        if (source is not null)
        {
            Mapping nearest = tried.MaxBy(m => m.Explained)!;
            string[] problems =
            [
                .. nearest.Missing.Any() ? new[] { $"it lacks {Some(nearest.Missing.Select(r => r.From), nearest.Missing.Count())}" } : [],
                .. nearest.Unexplained.Count > 0 ? new[] { $"it has {Some(nearest.Unexplained, nearest.Unexplained.Count)}, which {source} has not" } : [],
                .. nearest.Missing.Any() || nearest.Unexplained.Count > 0 ? Array.Empty<string>() : ["its shapes are not those of the source"],
            ];
            return new ImportException(
                $"{module.GetType().Name}: the weights are not of the source {source}: {string.Join("; ", problems)} ({found}). Known sources: {Known()}.");
        }

        Mapping? almost = tried.Where(m => m.Renamed > 0 && !m.Missing.Any()).MaxBy(m => m.Explained);
        string hint = almost is null
            ? string.Empty
            : $" The nearest is {almost.Map.Source}, but for {Some(almost.Unexplained, almost.Unexplained.Count)}, which neither it nor the module has.";
        return new ImportException(
            $"{module.GetType().Name}: the weights are of no known source: {found}.{hint} Known sources: {Known()}. Rename the tensors to the module's own names, or name the source.");
    }

    public static ImportException Ambiguous(Module module, Mapping[] fitting) => new(
        $"{module.GetType().Name}: the names of the weights belong to more than one source: {string.Join("; ", fitting.Select(Describe))}. Name the source.");

    /// <summary>A list, cut when it is long.</summary>
    public static string Some(IEnumerable<string> names, int count) =>
        string.Join(", ", names.Order(StringComparer.Ordinal).Take(Shown)) + (count > Shown ? $" and {count - Shown} more" : string.Empty);

    private static string Describe(Mapping mapping)
    {
        string implied = string.Join(", ", mapping.Map.Implies.Select(i => $"{i.Option} {i.Value.Trim('"')}"));
        return $"{mapping.Map.Source} ({mapping.Map.Mechanism}{(implied.Length > 0 ? $" with {implied}" : string.Empty)}; {mapping.Map.Origin})";
    }

    private static string Known() => string.Join(", ", KeyMapList.All.GroupBy(m => m.Source).Select(g => $"{g.Key} ({g.First().Origin})"));
}
