using Fovea.Io;

namespace Fovea.Training;

/// <summary>Reads weights of any kind, safetensors, PyTorch's files, NumPy archives, and the checkpoints of runs, from wherever they are (<see cref="WeightsSources"/>).</summary>
public static class ModelWeights
{
    /// <summary>The text that only checkpoints of runs have in their metadata.</summary>
    internal const string CheckpointKey = "kind";

    /// <summary>Before the names of the weights in a checkpoint.</summary>
    internal const string ModelPrefix = "model.";

    /// <summary>Before the names of their running average.</summary>
    internal const string AveragePrefix = "ema.";

    /// <summary>Which weights a path means: the folder of a run stands for those of its best epoch, all else for itself.</summary>
    /// <param name="path">A file, the folder of a run, or another source.</param>
    public static string PathOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string best = Path.Combine(path, RunFolder.BestName);
        return Directory.Exists(path) && File.Exists(best) ? best : path;
    }

    /// <summary>Reads weights. Of a run's checkpoint, the weight average is taken where there is one, else the raw weights.</summary>
    /// <param name="path">The file, the folder of a run, or another source.</param>
    /// <param name="key">Which state dict of a PyTorch file that holds several; null for the only one.</param>
    /// <param name="part">Take only the tensors below this name, which is left out of theirs; null for all.</param>
    /// <param name="progress">Is told how far the file was fetched and read.</param>
    /// <param name="cancellation">Stops it; nothing stays of it.</param>
    /// <returns>The weights, in the current <see cref="TensorScope"/>.</returns>
    /// <exception cref="DataFormatException">The file is damaged or of no known format.</exception>
    /// <exception cref="SourceException">The source cannot be had.</exception>
    /// <exception cref="OptionException">Nothing is below <paramref name="part"/>, or the source is of no form that is known.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static WeightsContent Read(
        string path, string? key = null, string? part = null, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        path = PathOf(path);
        WeightsFile file = WeightsFile.Read(path, key, progress, cancellation);
        if (part is not null)
        {
            // What the file says of its model is not said of the part.
            return new(Below(path, file.Tensors, part), null, file.State);
        }

        ModelDescription? description = ModelDescription.FromMetadata(file.Metadata);
        if (!file.Metadata.ContainsKey(CheckpointKey))
        {
            return new(file.Tensors, description, file.State);
        }

        string prefix = file.Tensors.Keys.Any(k => k.StartsWith(AveragePrefix, StringComparison.Ordinal)) ? AveragePrefix : ModelPrefix;
        return new(file.Tensors.Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(t => t.Key[prefix.Length..], t => t.Value), description, null);
    }

    /// <summary>The description in a file of weights; null in those of other software.</summary>
    /// <param name="path">The file, the folder of a run, or another source.</param>
    /// <exception cref="DataFormatException">The file is damaged or of no known format.</exception>
    /// <exception cref="SourceException">The source cannot be had.</exception>
    public static ModelDescription? Describe(string path) => ModelDescription.FromMetadata(WeightsFile.ReadMetadata(PathOf(path)));

    private static IReadOnlyDictionary<string, Tensor> Below(string path, IReadOnlyDictionary<string, Tensor> all, string part)
    {
        const int shown = 12;
        string prefix = $"{part.TrimEnd('.')}.";
        var found = all.Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(t => t.Key[prefix.Length..], t => t.Value);
        string[] tops = [.. all.Keys.Select(n => n.Split('.')[0]).Distinct().Order(StringComparer.Ordinal)];
        return found.Count > 0
            ? found
            : throw new OptionException("part", $"{path}: no tensor is below \"{part}\"; the file has {string.Join(", ", tops.Take(shown))}{(tops.Length > shown ? ", …" : string.Empty)}.");
    }
}
