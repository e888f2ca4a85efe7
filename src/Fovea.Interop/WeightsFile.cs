using Fovea.Io.Zip;
using Fovea.Onnx;

namespace Fovea.Io;

/// <summary>The formats that weights are read from and written to.</summary>
public enum WeightsFormat
{
    /// <summary>.safetensors: the format to prefer. With .safetensors.index.json, several files as one, read only.</summary>
    Safetensors,

    /// <summary>.pth, .pt, .th, .bin, .ckpt: PyTorch's own.</summary>
    PyTorch,

    /// <summary>.npz: NumPy's.</summary>
    Npz,

    /// <summary>.onnx: the tensors of a graph. Read only; a model leaves as ONNX with its graph.</summary>
    Onnx,
}

/// <summary>
/// Weights of any format, from wherever they are (<see cref="WeightsSources"/>). Reading goes by the content, so that a wrong extension does no
/// harm; writing goes by the extension.
/// </summary>
public sealed class WeightsFile
{
    private WeightsFile(WeightsFormat format, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Format = format;
        Tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>The format that the content has.</summary>
    public WeightsFormat Format { get; }

    /// <summary>The tensors by name. They belong to the scope that was current when the file was read.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>Texts beside the tensors, which only safetensors and ONNX have.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Where the state dict of a PyTorch file lies, other state dicts of it, and what was left aside; null for other formats.</summary>
    public PyTorchState? State { get; private init; }

    /// <summary>Reads weights.</summary>
    /// <param name="path">The file, or another source.</param>
    /// <param name="key">Which state dict of a PyTorch file that holds several; see <see cref="PyTorchFile.StateDict"/>.</param>
    /// <param name="progress">Is told how much of the file was fetched and read.</param>
    /// <param name="cancellation">Stops the reading; nothing stays of it.</param>
    /// <exception cref="DataFormatException">The content is of no known format, or breaks the rules of its own.</exception>
    /// <exception cref="SourceException">The source cannot be had.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static WeightsFile Read(
        string path, string? key = null, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        LocalWeights source = WeightsSources.Open(path, progress, cancellation);
        return source.Read(file =>
        {
            WeightsFormat format = FormatOfContent(file, source.FileName);
            using var scope = TensorScope.Begin();
            WeightsFile weights = format switch
            {
                WeightsFormat.Safetensors => ReadSafetensors(source, progress, cancellation),
                WeightsFormat.Npz => new(format, NpzFile.Read(file, progress, cancellation), new Dictionary<string, string>()),
                WeightsFormat.Onnx => ReadOnnx(file, progress, cancellation),
                _ => ReadPyTorch(file, key, progress, cancellation),
            };
            foreach (Tensor tensor in weights.Tensors.Values)
            {
                scope.Keep(tensor);
            }

            return weights;
        });
    }

    /// <summary>Reads the texts beside the tensors alone: empty for formats other than safetensors, where it takes no time, and ONNX.</summary>
    /// <param name="path">The file, or another source.</param>
    /// <exception cref="DataFormatException">The content is of no known format, or breaks the rules of its own.</exception>
    /// <exception cref="SourceException">The source cannot be had.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        LocalWeights source = WeightsSources.Open(path);
        return source.Read<IReadOnlyDictionary<string, string>>(file => FormatOfContent(file, source.FileName) switch
        {
            WeightsFormat.Safetensors when ShardIndex.IsIndex(source.FileName) => ShardedSafetensors.ReadMetadata(file, source.Locate),
            WeightsFormat.Safetensors => SafetensorsFile.ReadMetadata(file),
            WeightsFormat.Onnx => OnnxWeights.ReadMetadata(file),
            _ => new Dictionary<string, string>(),
        });
    }

    /// <summary>Writes weights in the format of the extension, in one step (see <see cref="AtomicFile"/>).</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">Texts beside them, kept by safetensors; the other formats have no place for texts and leave them out.</param>
    /// <exception cref="DataFormatException">The extension is of no known format.</exception>
    /// <exception cref="DiskFullException">There is not enough room; the file is as it was before.</exception>
    public static void Write(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        switch (FormatOf(path))
        {
            case WeightsFormat.Safetensors when ShardIndex.IsIndex(path):
                throw new DataFormatException($"{path}: weights are written into one file; give a name that ends in .safetensors.");
            case WeightsFormat.Safetensors:
                SafetensorsFile.Write(path, tensors, metadata);
                break;
            case WeightsFormat.PyTorch:
                PyTorchFile.Write(path, tensors);
                break;
            case WeightsFormat.Npz:
                NpzFile.Write(path, tensors);
                break;
            case WeightsFormat.Onnx:
                throw new DataFormatException($"{path}: weights alone do not become ONNX, which holds a network; export their model instead.");
            default:
                throw new DataFormatException($"{path}: expected a file that ends in .safetensors, .pth, .pt, .th, .bin, .ckpt or .npz.");
        }
    }

    /// <summary>The format that a path's extension names, or null.</summary>
    public static WeightsFormat? FormatOf(string path) => ShardIndex.IsIndex(path) ? WeightsFormat.Safetensors : Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".safetensors" => WeightsFormat.Safetensors,
        ".pth" or ".pt" or ".th" or ".bin" or ".ckpt" => WeightsFormat.PyTorch,
        ".npz" => WeightsFormat.Npz,
        ".onnx" => WeightsFormat.Onnx,
        _ => null,
    };

    /// <summary>The format of a file's content, for which its extension counts only where the content does not tell.</summary>
    /// <param name="path">The file, or another source.</param>
    /// <exception cref="DataFormatException">It is of no known format.</exception>
    /// <exception cref="SourceException">The source cannot be had.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static WeightsFormat FormatOfContent(string path)
    {
        LocalWeights source = WeightsSources.Open(path);
        return source.Read(file => FormatOfContent(file, source.FileName));
    }

    private static WeightsFormat FormatOfContent(string path, string name)
    {
        Span<byte> start = stackalloc byte[9];
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        return start switch
        {
            [] => throw new DataFormatException($"{path}: the file is empty."),
            [(byte)'P', (byte)'K', 3, 4, ..] => SniffZip(path, stream),
            [(byte)'P', (byte)'K', 5, 6, ..] => WeightsFormat.Npz,
            [0x93, (byte)'N', (byte)'U', (byte)'M', ..] =>
                throw new DataFormatException($"{path}: holds one array without a name (.npy); expected named tensors. Read it with NpyFile."),
            // The length of a header, which is below 2³², then the header: before the pickle, whose first two bytes a length may have.
            [_, _, _, _, 0, 0, 0, 0, (byte)'{'] => WeightsFormat.Safetensors,
            [0x80, >= 2 and <= 5, ..] or [(byte)'L', (byte)'1', (byte)'1', (byte)'9', ..] => WeightsFormat.PyTorch,
            _ => FormatOf(name) ?? throw new DataFormatException(
                $"{path}: the content is of no known format; expected safetensors, a PyTorch file, a .npz archive or an .onnx model."),
        };
    }

    private static WeightsFile ReadSafetensors(LocalWeights source, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        if (ShardIndex.IsIndex(source.FileName))
        {
            (Dictionary<string, Tensor> tensors, Dictionary<string, string> metadata) = ShardedSafetensors.Read(source.Path, source.Locate, progress, cancellation);
            return new(WeightsFormat.Safetensors, tensors, metadata);
        }

        SafetensorsFile file = SafetensorsFile.Read(source.Path, progress, cancellation);
        return new(WeightsFormat.Safetensors, file.Tensors, file.Metadata);
    }

    private static WeightsFile ReadOnnx(string path, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        var file = OnnxWeights.Read(path, progress, cancellation);
        return new(WeightsFormat.Onnx, file.Tensors, file.Metadata);
    }

    private static WeightsFile ReadPyTorch(string path, string? key, IProgress<WorkProgress>? progress, CancellationToken cancellation)
    {
        PyTorchFile file = PyTorchFile.Read(path, progress, cancellation);
        try
        {
            PyTorchState state = file.FindState(key);
            return new(WeightsFormat.PyTorch, state.Tensors, new Dictionary<string, string>()) { State = state };
        }
        catch (PickleException error)
        {
            throw new PickleException(error.Problem, path, error);
        }
    }

    private static WeightsFormat SniffZip(string path, Stream stream)
    {
        var zip = new ZipReader(stream, problem => new DataFormatException($"{path}: {problem}."));
        return zip.Entries.All(e => e.Name.EndsWith(".npy", StringComparison.Ordinal)) ? WeightsFormat.Npz : WeightsFormat.PyTorch;
    }
}
