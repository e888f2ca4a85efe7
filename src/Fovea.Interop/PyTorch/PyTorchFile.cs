using Fovea.Io.PyTorch;

namespace Fovea.Io;

/// <summary>
/// A file of PyTorch's <c>torch.save</c>: the zip form (.pth, .pt, .bin) and the legacy form before 1.6 (.th). Only tensors and
/// plain data are read; everything else, such as an object of a training script's, becomes an inert <see cref="PickleObject"/>, and
/// nothing is ever run.
/// </summary>
/// <remarks>
/// Half and BFloat16 become <see cref="DType.Float32"/>, the integers other than uint8 become <see cref="DType.Int64"/>. Views with
/// strides become dense tensors. Tensors belong to the current <see cref="TensorScope"/>. Source: torch/serialization.py and
/// torch/_utils.py of PyTorch 1.13.
/// </remarks>
public sealed class PyTorchFile
{
    private const byte PickleStart = 0x80;

    // Protocols 0 and 1 have no mark of their own; what comes first is the magic number, in digits.
    private const byte PlainStart = (byte)'L';
    private readonly Lazy<IReadOnlyDictionary<string, Tensor>> _tensors;

    private PyTorchFile(PickleValue root, ParseBudget budget)
    {
        Root = root;
        Budget = budget;
        _tensors = new(() => TensorPaths.Of(root, budget.Renewed()));
    }

    /// <summary>What was saved, as a tree.</summary>
    public PickleValue Root { get; }

    /// <summary>
    /// Every tensor in the tree by its path: keys and list positions joined by dots, <c>optimizer.state.0.exp_avg</c>. The tensor of
    /// a file that holds just one has an empty name.
    /// </summary>
    /// <exception cref="PickleException">Two paths are the same, or shared containers give too many.</exception>
    public IReadOnlyDictionary<string, Tensor> Tensors => _tensors.Value;

    /// <summary>What reading has cost.</summary>
    internal ParseBudget Budget { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Is told how much of the file was read.</param>
    /// <param name="cancellation">Stops the reading; nothing stays of it.</param>
    /// <exception cref="PickleException">The content breaks the rules of the format or wants what is not allowed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static PyTorchFile Read(string path, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        try
        {
            return new WorkMeter(progress, cancellation).Read(stream, Read);
        }
        catch (PickleException error)
        {
            throw new PickleException(error.Problem, path, error);
        }
    }

    /// <summary>Reads a whole stream, from its first byte to its last. A stream that cannot seek is first copied to memory.</summary>
    /// <exception cref="PickleException">The content breaks the rules of the format or wants what is not allowed.</exception>
    public static PyTorchFile Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek)
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return Read(copy);
        }

        // Whatever stops the reading, the scope gives back the memory of the tensors that were made by then.
        using var scope = TensorScope.Begin();
        (PickleValue root, TorchStorages storages, ParseBudget budget) = ReadTree(stream);
        IReadOnlyCollection<PickleTensor> tensors = PickleTree.Tensors(root);
        TensorLoader.Load(tensors, storages, stream.Length);
        foreach (PickleTensor tensor in tensors)
        {
            scope.Keep(tensor.Value);
        }

        return new PyTorchFile(root, budget);
    }

    /// <summary>The tensors of <see cref="FindState"/>.</summary>
    /// <inheritdoc cref="FindState"/>
    public IReadOnlyDictionary<string, Tensor> StateDict(string? key = null) => FindState(key).Tensors;

    /// <summary>
    /// The weights of the model in the file, and what lies beside them: the dictionary of tensors that <paramref name="key"/> names or, without
    /// one, the file's own, or the nearest under usual names (<c>state_dict</c> before <c>model_state_dict</c> before <c>model</c>; also
    /// <c>state.model</c>), or else the only one nearest to the top. The prefixes of modules that only wrap another (<c>module.</c> of
    /// DataParallel and of averaged models, <c>_orig_mod.</c> of compile) are taken off, also inside a name. Plain values among the
    /// tensors are left aside.
    /// </summary>
    /// <param name="key">The key of the dictionary, such as <c>ema</c>; dots lead into nested ones, numbers into lists.</param>
    /// <exception cref="PickleException">There is no such dictionary, or more than one, or a tensor depends on an inert object; the message says which.</exception>
    public PyTorchState FindState(string? key = null) => StateDictSearch.Find(Root, key, Budget.Renewed());

    /// <summary>Writes a state dict in the zip form, in one step (see <see cref="AtomicFile"/>). <c>torch.load</c> reads it, also with <c>weights_only=True</c>.</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="tensors">The tensors by name, kept in their order. One that is there under two names is stored once.</param>
    /// <exception cref="DiskFullException">There is not enough room; the file is as it was before.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var writer = new PyTorchWriter(tensors);
        AtomicFile.Write(path, writer.WriteTo, writer.LeastBytes);
    }

    /// <summary>Writes a state dict in the zip form to a stream.</summary>
    /// <inheritdoc cref="Write(string, IReadOnlyDictionary{string, Tensor})" path="/param"/>
    public static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        new PyTorchWriter(tensors).WriteTo(stream);
    }

    private static (PickleValue Root, TorchStorages Storages, ParseBudget Budget) ReadTree(Stream stream)
    {
        byte[] start = new byte[512];
        stream.Position = 0;
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (start.AsSpan(0, read) is [(byte)'P', (byte)'K', 3, 4, ..])
        {
            return ZipCheckpoint.Read(stream);
        }

        if (start.AsSpan(257).StartsWith("ustar"u8))
        {
            throw new PickleException("the file has the tar form from before PyTorch 0.1.10; load it in PyTorch and save it again");
        }

        return start[0] is PickleStart or PlainStart
            ? LegacyCheckpoint.Read(stream)
            : throw new PickleException("the file is neither a zip archive nor a pickle; is it a PyTorch file?");
    }
}
