using Fovea.Io;

namespace Fovea.Training;

/// <summary>
/// The run's <c>checkpoints</c> folder. The last checkpoint is written beside the old one first; the old one then becomes
/// <c>last.previous.ckpt</c>. A process that is killed at any moment leaves at least one whole file under a name that is looked for.
/// </summary>
public sealed class CheckpointFolder
{
    private const string Last = "last.ckpt";
    private const string Next = "last.next.ckpt";
    private const string Previous = "last.previous.ckpt";
    private const string Interrupt = "interrupt.ckpt";
    private readonly string _folder;

    /// <summary>Names the folder; it is made when the first checkpoint is written.</summary>
    public CheckpointFolder(string folder) => _folder = folder;

    /// <summary>The last checkpoint's file.</summary>
    public string LastPath => Path.Combine(_folder, Last);

    /// <summary>The interrupted step's file.</summary>
    public string InterruptPath => Path.Combine(_folder, Interrupt);

    /// <summary>The best epoch's file.</summary>
    public string BestPath => Path.Combine(_folder, "best.ckpt");

    /// <summary>Whether there is a checkpoint to go on from, whole or not.</summary>
    public bool HasAny => new[] { Last, Next, Previous, Interrupt }.Any(n => File.Exists(Path.Combine(_folder, n)));

    /// <summary>The file of an epoch that is kept for itself.</summary>
    /// <param name="epoch">The epoch, counted from 1.</param>
    public string EpochPath(int epoch) => Path.Combine(_folder, $"epoch-{epoch:D4}.ckpt");

    /// <summary>Replaces the last checkpoint and keeps the one before it.</summary>
    /// <exception cref="DiskFullException">There is not enough room; both are as they were before.</exception>
    public void SaveLast(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        string next = Path.Combine(_folder, Next);
        Save(next, tensors, metadata);
        if (File.Exists(LastPath))
        {
            File.Move(LastPath, Path.Combine(_folder, Previous), overwrite: true);
        }

        File.Move(next, LastPath);
    }

    /// <summary>Writes one of the other checkpoints.</summary>
    /// <exception cref="DiskFullException">There is not enough room; the file is as it was before.</exception>
    public void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Directory.CreateDirectory(_folder);
        Checkpoint.Write(path, tensors, metadata);
    }

    /// <summary>The newest checkpoint that is whole.</summary>
    /// <param name="progress">How far a checkpoint is, from its texts: the farther of the last and the interrupted one is taken.</param>
    /// <param name="warn">Is told of every file that had to be passed over, and what is taken instead.</param>
    /// <returns>The checkpoint and its file. The tensors belong to the current <see cref="TensorScope"/>.</returns>
    /// <exception cref="CheckpointException">There is no whole checkpoint.</exception>
    public (SafetensorsFile Content, string Path) LoadNewest(
        Func<IReadOnlyDictionary<string, string>, long> progress, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(progress);
        ArgumentNullException.ThrowIfNull(warn);
        (SafetensorsFile, string)? last = FirstWhole([Last, Next, Previous], warn);
        (SafetensorsFile Content, string Path)? interrupted = FirstWhole([Interrupt], warn);
        if (interrupted is { } i && (last is not { Item1: var l } || progress(i.Content.Metadata) >= progress(l.Metadata)))
        {
            Release(last?.Item1);
            return i;
        }

        Release(interrupted?.Content);
        return last ?? throw new CheckpointException(_folder, "expected last.ckpt or interrupt.ckpt of a run, got no file that is whole");
    }

    /// <summary>What the run's model is, by the first checkpoint that can be read; null when there is none.</summary>
    public ModelDescription? Describe()
    {
        foreach (string path in new[] { LastPath, Path.Combine(_folder, Next), Path.Combine(_folder, Previous), InterruptPath, BestPath }.Where(File.Exists))
        {
            try
            {
                return ModelWeights.Describe(path);
            }
            catch (DataFormatException)
            {
                // Which checkpoints are damaged is told where they are loaded.
                continue;
            }
        }

        return null;
    }

    /// <summary>Removes the interrupted step's file once the run has gone past it.</summary>
    public void ForgetInterrupt() => File.Delete(InterruptPath);

    private static void Release(SafetensorsFile? content)
    {
        foreach (Tensor tensor in content?.Tensors.Values ?? [])
        {
            tensor.Dispose();
        }
    }

    private (SafetensorsFile Content, string Path)? FirstWhole(string[] names, Action<string> warn)
    {
        var problems = new List<string>();
        foreach (string path in names.Select(n => Path.Combine(_folder, n)).Where(File.Exists))
        {
            try
            {
                SafetensorsFile content = Checkpoint.Read(path);
                if (problems.Count > 0)
                {
                    warn($"{string.Join(' ', problems)} Falling back to {path}.");
                }

                return (content, path);
            }
            catch (CheckpointException e)
            {
                problems.Add(e.Message);
            }
        }

        if (problems.Count > 0)
        {
            warn(string.Join(' ', problems));
        }

        return null;
    }
}
