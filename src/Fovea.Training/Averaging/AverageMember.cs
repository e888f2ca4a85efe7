using Fovea.Io;

namespace Fovea.Training;

/// <summary>Files of weights that are to be averaged: found, and compared with the first of them.</summary>
internal static class AverageMember
{
    private const int Shown = 3;

    /// <summary>The files that inputs stand for: of a run, the checkpoints that it kept of its epochs, in their order.</summary>
    /// <exception cref="OptionException">A run kept none, or there are less than two files.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static IReadOnlyList<string> Find(AverageOptions options)
    {
        string[] files = [.. options.Inputs.SelectMany(i => Directory.Exists(i) ? OfRun(i, options.Last) : [i])];
        if (Array.Find(files, f => !WeightsSources.MayExist(f)) is { } missing)
        {
            throw new FileNotFoundException($"average: there is no file \"{missing}\"; give files of weights, or folders of runs.");
        }

        return files.Length >= 2
            ? files
            : throw new OptionException("average", $"expected two files of weights or more, got {files.Length}; give more, or the folder of a run with --save-every.");
    }

    /// <summary>The options of the run that an input is the folder of; null where none is.</summary>
    public static TrainOptions? RunOf(AverageOptions options) => options.Inputs.FirstOrDefault(Directory.Exists) is { } folder
        ? TrainOptions.FromJson(File.ReadAllText(RunFolder.Open(folder).Config))
        : null;

    /// <summary>Refuses weights that are not of the first ones' model.</summary>
    /// <exception cref="DataFormatException">They are of another model; the message says by what.</exception>
    public static void Check(string path, WeightsContent weights, string firstPath, WeightsContent first)
    {
        string? difference = Difference(weights.Description, first.Description) ?? Difference(weights.State, first.State);
        if (difference is not null)
        {
            throw new DataFormatException($"{path}: expected weights of the model of {firstPath}, got others: {difference}. Average weights of one model, such as runs that began with the same weights.");
        }
    }

    private static IEnumerable<string> OfRun(string folder, int? last)
    {
        RunFolder run = RunFolder.Open(folder);
        string checkpoints = Path.GetDirectoryName(run.Checkpoints.LastPath)!;
        string[] kept = Directory.Exists(checkpoints) ? [.. Directory.EnumerateFiles(checkpoints, "epoch-*.ckpt").Order(StringComparer.Ordinal)] : [];
        return kept.Length > 0
            ? kept.TakeLast(last ?? kept.Length)
            : throw new OptionException("average", $"{folder} kept no checkpoints of its epochs; train with --save-every N, or name files of weights.");
    }

    private static string? Difference(ModelDescription? one, ModelDescription? first)
    {
        if (one is null || first is null)
        {
            return null;
        }

        return one.Model != first.Model ? $"the model {one.Model} for {first.Model}"
            : one.Attention != first.Attention || one.AttentionAt != first.AttentionAt || !Same(one.AttentionOptions, first.AttentionOptions)
                ? $"{one.Title} for {first.Title}"
            : !one.Classes.SequenceEqual(first.Classes, StringComparer.Ordinal) ? $"{one.Classes.Count} classes ({Few(one.Classes)}) for {first.Classes.Count} ({Few(first.Classes)})"
            : null;
    }

    private static string? Difference(IReadOnlyDictionary<string, Tensor> one, IReadOnlyDictionary<string, Tensor> first)
    {
        string[] missing = [.. first.Keys.Except(one.Keys)], added = [.. one.Keys.Except(first.Keys)];
        string[] others = [.. one.Keys.Intersect(first.Keys).Where(n => one[n].Spec != first[n].Spec).Select(n => $"{n} {one[n].Spec} for {first[n].Spec}")];
        return missing.Length > 0 ? $"{Few(missing)} missing"
            : added.Length > 0 ? $"{Few(added)} added"
            : others.Length > 0 ? Few(others)
            : null;
    }

    private static bool Same(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(o => other.TryGetValue(o.Key, out string? value) && value == o.Value);

    private static string Few(IReadOnlyList<string> names) => string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? $" and {names.Count - Shown} more" : string.Empty);
}
