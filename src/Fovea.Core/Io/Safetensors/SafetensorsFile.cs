using System.Buffers.Binary;

namespace Fovea.Io;

/// <summary>
/// Named tensors in the safetensors format: a JSON header that says what lies where, then the data. Reading is strict, and a broken
/// or hostile file is nothing worse than a <see cref="SafetensorsException"/>.
/// </summary>
/// <remarks>
/// F16 and BF16 become <see cref="DType.Float32"/>, the integers other than U8 become <see cref="DType.Int64"/>. A file is read
/// tensor by tensor straight into their memory. Tensors belong to the current <see cref="TensorScope"/>; to keep them longer, hand
/// them to <see cref="TensorScope.Detach"/>. Source: the format's description in the safetensors repository.
/// </remarks>
public sealed class SafetensorsFile
{
    private const int LengthBytes = sizeof(ulong);

    private SafetensorsFile(IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, Tensor> tensors)
    {
        Metadata = metadata;
        Tensors = tensors;
    }

    /// <summary>The texts of <c>__metadata__</c>; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors by name, listed in the order of their data.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Is told how much of the file was read.</param>
    /// <param name="cancellation">Stops the reading; nothing stays of it.</param>
    /// <exception cref="SafetensorsException">The content breaks the rules of the format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static SafetensorsFile Read(string path, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        try
        {
            return new WorkMeter(progress, cancellation).Read(stream, Read);
        }
        catch (SafetensorsException error)
        {
            throw new SafetensorsException(error.Problem, path, error);
        }
    }

    /// <summary>Reads the texts of <c>__metadata__</c> alone. The whole header is checked, the data are not read.</summary>
    /// <exception cref="SafetensorsException">The content breaks the rules of the format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        try
        {
            return ReadHeader(stream).Metadata;
        }
        catch (SafetensorsException error)
        {
            throw new SafetensorsException(error.Problem, path, error);
        }
    }

    /// <summary>Reads from the stream's position to its end. A stream that cannot seek is first copied to memory.</summary>
    /// <exception cref="SafetensorsException">The content breaks the rules of the format.</exception>
    public static SafetensorsFile Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek)
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return Read(copy.GetBuffer().AsSpan(0, (int)copy.Length));
        }

        return Load(ReadHeader(stream), stream, static (from, entry, tensor) => StoredElements.Read(from, entry.Type, bigEndian: false, tensor));
    }

    /// <summary>Reads from memory.</summary>
    /// <exception cref="SafetensorsException">The content breaks the rules of the format.</exception>
    public static SafetensorsFile Read(ReadOnlySpan<byte> bytes)
    {
        int length = HeaderLength(bytes, bytes.Length);
        ReadOnlySpan<byte> data = bytes[(LengthBytes + length)..];
        var header = SafetensorsHeader.Parse(bytes.Slice(LengthBytes, length), data.Length);
        return Load(header, data, static (from, entry, tensor) =>
            StoredElements.Decode(from[(int)entry.Begin..(int)entry.End], entry.Type, tensor.AsBytes()));
    }

    /// <summary>Writes a file in one step (see <see cref="AtomicFile"/>).</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">Texts for <c>__metadata__</c>.</param>
    /// <exception cref="SafetensorsException">A name is not Unicode or is <c>__metadata__</c>, or the header gets too long.</exception>
    /// <exception cref="DiskFullException">There is not enough room; the file is as it was before.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        SafetensorsLayout layout = SafetensorsLayout.Of(tensors, metadata);
        AtomicFile.Write(path, layout.WriteTo, layout.TotalBytes);
    }

    /// <summary>Writes to a stream.</summary>
    /// <inheritdoc cref="Write(string, IReadOnlyDictionary{string, Tensor}, IReadOnlyDictionary{string, string})" path="/param"/>
    public static void Write(
        Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SafetensorsLayout.Of(tensors, metadata).WriteTo(stream);
    }

    /// <summary>The content that <see cref="Write(string, IReadOnlyDictionary{string, Tensor}, IReadOnlyDictionary{string, string})"/> would write.</summary>
    public static byte[] ToBytes(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        SafetensorsLayout layout = SafetensorsLayout.Of(tensors, metadata);
        byte[] bytes = new byte[layout.TotalBytes];
        using var stream = new MemoryStream(bytes);
        layout.WriteTo(stream);
        return bytes;
    }

    private static SafetensorsHeader ReadHeader(Stream stream)
    {
        Span<byte> prefix = stackalloc byte[LengthBytes];
        long available = stream.Length - stream.Position;
        if (available >= LengthBytes)
        {
            stream.ReadExactly(prefix);
        }

        byte[] json = new byte[HeaderLength(prefix, available)];
        stream.ReadExactly(json);
        return SafetensorsHeader.Parse(json, available - LengthBytes - json.Length);
    }

    private static int HeaderLength(ReadOnlySpan<byte> prefix, long available)
    {
        if (available < LengthBytes)
        {
            throw new SafetensorsException($"expected a header, got {available} bytes; the file was cut off or is of another format");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > SafetensorsHeader.MaxBytes)
        {
            throw new SafetensorsException(
                $"the header claims {length:N0} bytes; at most {SafetensorsHeader.MaxBytes:N0} are allowed. Is it a safetensors file?");
        }

        return (long)length <= available - LengthBytes
            ? (int)length
            : throw new SafetensorsException($"the header claims {length} bytes, got {available - LengthBytes}; the file was cut off");
    }

    private static SafetensorsFile Load<TData>(SafetensorsHeader header, TData data, Action<TData, SafetensorsEntry, Tensor> fill)
        where TData : allows ref struct
    {
        // Whatever stops the reading, the scope gives back the memory of the tensors that were made by then.
        using var scope = TensorScope.Begin();
        var tensors = new Dictionary<string, Tensor>(header.Entries.Length);
        foreach (SafetensorsEntry entry in header.Entries)
        {
            var tensor = Tensor.Empty(entry.Shape, entry.Type.Target());
            fill(data, entry, tensor);
            tensors.Add(entry.Name, tensor);
        }

        foreach (Tensor tensor in tensors.Values)
        {
            scope.Keep(tensor);
        }

        return new SafetensorsFile(header.Metadata, tensors);
    }
}
