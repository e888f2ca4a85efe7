using Fovea.Io.Zip;

namespace Fovea.Io;

/// <summary>Named tensors in NumPy's .npz format: a zip archive of .npy files, stored or deflated.</summary>
public static class NpzFile
{
    private const string Extension = ".npy";

    /// <summary>Reads a file. The names are those of NumPy: the entries' without <c>.npy</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Is told how much of the file was read.</param>
    /// <param name="cancellation">Stops the reading; nothing stays of it.</param>
    /// <exception cref="NpyException">The content breaks the rules of the format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(
        string path, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return new WorkMeter(progress, cancellation).Read(stream, Read);
        }
        catch (NpyException error)
        {
            throw new NpyException(error.Problem, path, error);
        }
    }

    /// <summary>Reads an archive from a stream that can seek, from its first byte to its last.</summary>
    /// <exception cref="NpyException">The content breaks the rules of the format.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var zip = new ZipReader(stream, static problem => new NpyException(problem));
        using var scope = TensorScope.Begin();
        var tensors = new Dictionary<string, Tensor>();
        foreach (ZipEntry entry in zip.Entries)
        {
            if (!entry.Name.EndsWith(Extension, StringComparison.Ordinal))
            {
                throw new NpyException($"the zip entry '{ErrorText.Of(entry.Name)}' is not a .npy file; is it a .npz archive?");
            }

            tensors.Add(entry.Name[..^Extension.Length], Read(zip, entry));
        }

        foreach (Tensor tensor in tensors.Values)
        {
            scope.Keep(tensor);
        }

        return tensors;
    }

    /// <summary>Writes a file in one step (see <see cref="AtomicFile"/>).</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="tensors">The tensors by name, written in the order of the names.</param>
    /// <param name="compress">Whether to deflate them, as <c>numpy.savez_compressed</c> does.</param>
    /// <exception cref="ArgumentException">A name cannot be a path in the archive.</exception>
    /// <exception cref="DiskFullException">There is not enough room; the file is as it was before.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, bool compress = false)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        AtomicFile.Write(path, stream => Write(stream, tensors, compress), compress ? 0 : tensors.Values.Sum(t => t.Spec.Bytes));
    }

    /// <summary>Writes to a stream.</summary>
    /// <inheritdoc cref="Write(string, IReadOnlyDictionary{string, Tensor}, bool)" path="/param"/>
    public static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors, bool compress = false)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var zip = new ZipWriter(stream);
        foreach ((string name, Tensor tensor) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            if (!ZipReader.IsSafe(name))
            {
                throw new ArgumentException($"npz: '{name}' cannot be the name of a file in an archive: it has a backslash, a zero, .. or a leading /.");
            }

            zip.Add(name + Extension, NpyHeader.Of(tensor), tensor.AsBytes(), compress: compress);
        }

        zip.Finish();
    }

    private static Tensor Read(ZipReader zip, ZipEntry entry)
    {
        using Stream content = zip.Open(entry);
        using var counted = new CountedStream(content);
        try
        {
            var header = NpyHeader.Read(counted);
            return NpyFile.ReadBody(counted, header, entry.Bytes - counted.Count);
        }
        catch (NpyException error)
        {
            throw new NpyException($"{ErrorText.Of(entry.Name)}: {error.Problem}", inner: error);
        }
    }

    private sealed class CountedStream(Stream stream) : ForwardStream
    {
        public long Count { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            int read = stream.Read(buffer);
            Count += read;
            return read;
        }
    }
}
