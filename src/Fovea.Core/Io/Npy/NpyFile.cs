namespace Fovea.Io;

/// <summary>One tensor in NumPy's .npy format.</summary>
/// <remarks>
/// Reads versions 1 to 3, either byte order, row- and column-major; f2 becomes <see cref="DType.Float32"/>, the integers other than
/// u1 become <see cref="DType.Int64"/>. Writes version 1, little-endian, row-major. Source: NumPy's document NEP 1.
/// </remarks>
public static class NpyFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="NpyException">The content breaks the rules of the format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Tensor Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            return Read(stream);
        }
        catch (NpyException error)
        {
            throw new NpyException(error.Problem, path, error);
        }
    }

    /// <summary>Reads the array that a stream that can seek holds from its position to its end.</summary>
    /// <exception cref="NpyException">The content breaks the rules of the format.</exception>
    public static Tensor Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var header = NpyHeader.Read(stream);
        return ReadBody(stream, header, stream.Length - stream.Position);
    }

    /// <summary>Writes a file in one step (see <see cref="AtomicFile"/>).</summary>
    /// <exception cref="DiskFullException">There is not enough room; the file is as it was before.</exception>
    public static void Write(string path, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        AtomicFile.Write(path, stream => Write(stream, tensor), tensor.Spec.Bytes);
    }

    /// <summary>Writes to a stream.</summary>
    public static void Write(Stream stream, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensor);
        stream.Write(NpyHeader.Of(tensor));
        stream.Write(tensor.AsBytes());
    }

    internal static Tensor ReadBody(Stream stream, NpyHeader header, long available)
    {
        long bytes = (long)header.Shape.Elements * header.Type.Size();
        if (bytes != available)
        {
            string remedy = bytes > available ? "the file was cut off" : "bytes that belong to no array follow";
            throw new NpyException($"the array of shape {header.Shape} takes {bytes} bytes, got {available}; {remedy}");
        }

        using var scope = TensorScope.Begin();
        var tensor = Tensor.Empty(header.Shape, header.Type.Target());
        if (header.IsColumnMajor && header.Shape.Rank > 1)
        {
            using Tensor whole = ScratchBytes.Of(bytes);
            stream.ReadExactly(whole.AsBytes());
            long[] strides = StridedElements.Dense(header.Shape.Lengths, columnMajor: true);
            StridedElements.Read(whole.AsBytes(), 0, strides, header.Type, header.IsBigEndian, tensor);
        }
        else
        {
            StoredElements.Read(stream, header.Type, header.IsBigEndian, tensor);
        }

        return scope.Keep(tensor);
    }
}
