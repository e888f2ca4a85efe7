namespace Fovea.Io;

/// <summary>Weights that lie in several safetensors files, read as one set: what the index names and what the files hold must be the same, tensor by tensor.</summary>
internal static class ShardedSafetensors
{
    // Of names that differ, as many as a message can bear.
    private const int Shown = 5;

    /// <summary>Reads all files of an index. The tensors belong to the current scope.</summary>
    /// <param name="path">The index.</param>
    /// <param name="files">Where a file is that the index names; null for all beside it.</param>
    /// <param name="progress">Is told how much of all files together was read.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="SafetensorsException">The index or a file breaks the rules of its format, or they contradict each other.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static (Dictionary<string, Tensor> Tensors, Dictionary<string, string> Metadata) Read(
        string path, Func<string, string>? files = null, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ShardIndex index = ShardIndex.Read(path);
        IReadOnlyList<string> paths = Locate(path, index, files);
        var meter = new WorkMeter(progress, cancellation);
        meter.Begin(WorkStage.Reading, paths.Sum(p => new FileInfo(p).Length));
        using var scope = TensorScope.Begin();
        var tensors = new Dictionary<string, Tensor>();
        var metadata = new Dictionary<string, string>();
        foreach ((string name, string file) in index.Files.Zip(paths))
        {
            SafetensorsFile shard = Read(file, meter);
            Compare(path, index, name, shard);
            foreach ((string tensor, Tensor value) in shard.Tensors)
            {
                tensors.Add(tensor, value);
            }

            Merge(path, metadata, shard.Metadata);
        }

        meter.End();
        foreach (Tensor tensor in tensors.Values)
        {
            scope.Keep(tensor);
        }

        return (tensors, metadata);
    }

    /// <summary>Reads the texts beside the tensors of all files.</summary>
    /// <inheritdoc cref="Read(string, Func{string, string}, IProgress{WorkProgress}, CancellationToken)" path="/param"/>
    /// <exception cref="SafetensorsException">The index or a file breaks the rules of its format, or they contradict each other.</exception>
    public static Dictionary<string, string> ReadMetadata(string path, Func<string, string>? files = null)
    {
        var metadata = new Dictionary<string, string>();
        foreach (string file in Locate(path, ShardIndex.Read(path), files))
        {
            Merge(path, metadata, SafetensorsFile.ReadMetadata(file));
        }

        return metadata;
    }

    private static IReadOnlyList<string> Locate(string path, ShardIndex index, Func<string, string>? files)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string[] paths = [.. index.Files.Select(name => files is null ? Path.Combine(folder, name) : files(name))];
        string[] missing = [.. index.Files.Where((_, i) => !File.Exists(paths[i]))];
        return missing.Length == 0
            ? paths
            : throw new SafetensorsException($"{missing.Length} of the {paths.Length} files that the index names are not beside it: {Some(missing)}; fetch them too", path);
    }

    private static SafetensorsFile Read(string path, WorkMeter meter)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        using Stream watched = meter.Watched(stream);
        try
        {
            return SafetensorsFile.Read(watched);
        }
        catch (SafetensorsException error)
        {
            throw new SafetensorsException(error.Problem, path, error);
        }
    }

    private static void Compare(string path, ShardIndex index, string file, SafetensorsFile shard)
    {
        string[] missing = [.. index.FileOf.Where(t => t.Value == file && !shard.Tensors.ContainsKey(t.Key)).Select(t => t.Key)];
        if (missing.Length > 0)
        {
            throw new SafetensorsException($"{file} lacks {missing.Length} tensors that the index says it has: {Some(missing)}; the files are not of one model", path);
        }

        string[] extra = [.. shard.Tensors.Keys.Where(t => index.FileOf.GetValueOrDefault(t) != file)];
        if (extra.Length > 0)
        {
            throw new SafetensorsException($"{file} has {extra.Length} tensors that the index does not say are in it: {Some(extra)}; the files are not of one model", path);
        }
    }

    private static void Merge(string path, Dictionary<string, string> all, IReadOnlyDictionary<string, string> more)
    {
        foreach ((string key, string text) in more)
        {
            if (!all.TryAdd(key, text) && all[key] != text)
            {
                throw new SafetensorsException($"its files say two things of '{ErrorText.Of(key)}'; they are not of one model", path);
            }
        }
    }

    private static string Some(string[] names) => $"{string.Join(", ", names.Take(Shown).Select(n => ErrorText.Of(n)))}{(names.Length > Shown ? ", …" : string.Empty)}";
}
