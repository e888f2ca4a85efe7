using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Fovea.Io.Zip;

/// <summary>
/// Reads zip archives of weights. Unlike a general reader it refuses what only hostile or broken files have: entries that overlap
/// (the small archive that unpacks to petabytes), two entries of one name, paths that lead out of the archive.
/// </summary>
internal sealed class ZipReader
{
    private const int MaxDirectoryBytes = 64 << 20;
    private const long FreeInflation = 64 << 20;
    private const int MaxInflation = 64;
    private readonly Stream _stream;
    private readonly Func<string, DataFormatException> _error;
    private readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<long, long> _limits = [];
    private long _unpacked;

    /// <summary>Reads the directory of an archive.</summary>
    /// <param name="stream">The archive from its first byte to its last; it must be able to seek.</param>
    /// <param name="error">Makes the exception of the format that the archive is used for.</param>
    public ZipReader(Stream stream, Func<string, DataFormatException> error)
    {
        _stream = stream;
        _error = error;
        (long directoryAt, long directoryBytes, long count) = ZipEnd.Find(stream, error);
        if (directoryBytes > MaxDirectoryBytes)
        {
            throw error($"the zip directory takes {directoryBytes:N0} bytes; at most {MaxDirectoryBytes:N0} are allowed");
        }

        byte[] directory = new byte[directoryBytes];
        stream.Position = directoryAt;
        stream.ReadExactly(directory);
        for (ReadOnlySpan<byte> rest = directory; !rest.IsEmpty;)
        {
            Add(ReadEntry(ref rest));
        }

        if (_entries.Count != count)
        {
            throw error($"the zip directory lists {_entries.Count} files, but its end says {count}");
        }

        // What lies behind an entry: the next one, or the directory.
        long limit = directoryAt;
        foreach (ZipEntry entry in _entries.Values.OrderByDescending(e => e.HeaderAt))
        {
            if (entry.HeaderAt + ZipFormat.LocalHeaderBytes + entry.PackedBytes > limit || !_limits.TryAdd(entry.HeaderAt, limit))
            {
                throw error($"the zip entry '{ErrorText.Of(entry.Name)}' overlaps what follows it");
            }

            limit = entry.HeaderAt;
        }
    }

    /// <summary>The entries in the order of the directory.</summary>
    public IReadOnlyCollection<ZipEntry> Entries => _entries.Values;

    /// <summary>Whether a path stays inside the archive, were it unpacked.</summary>
    public static bool IsSafe(string name) =>
        !name.AsSpan().ContainsAny('\\', '\0') && !name.StartsWith('/')
        && !name.StartsWith("../", StringComparison.Ordinal) && !name.EndsWith("/..", StringComparison.Ordinal)
        && name != ".." && !name.Contains("/../", StringComparison.Ordinal);

    /// <summary>The entry of a name, or null.</summary>
    public ZipEntry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>Opens an entry. Its last byte is given out only if length and check value are right. One entry can be open at a time.</summary>
    public Stream Open(ZipEntry entry)
    {
        Span<byte> header = stackalloc byte[ZipFormat.LocalHeaderBytes];
        _stream.Position = entry.HeaderAt;
        _stream.ReadExactly(header);
        int names = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        long dataAt = entry.HeaderAt + ZipFormat.LocalHeaderBytes + names;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != ZipFormat.LocalHeader
            || BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) != entry.Method
            || dataAt + entry.PackedBytes > _limits[entry.HeaderAt])
        {
            throw _error($"the zip entry '{ErrorText.Of(entry.Name)}' does not lie where the directory says");
        }

        Stream packed = new BoundedStream(_stream, dataAt, entry.PackedBytes);
        Stream content = entry.Method == ZipFormat.Stored ? packed : new DeflateStream(packed, CompressionMode.Decompress);
        return new ZipEntryStream(content, entry, _error);
    }

    /// <summary>The whole content of an entry.</summary>
    public byte[] ReadAll(ZipEntry entry, long maxBytes)
    {
        if (entry.Bytes > maxBytes)
        {
            throw _error($"the zip entry '{ErrorText.Of(entry.Name)}' takes {entry.Bytes:N0} bytes; at most {maxBytes:N0} are allowed");
        }

        byte[] content = new byte[entry.Bytes];
        using Stream stream = Open(entry);
        stream.ReadExactly(content);
        return content;
    }

    private void Add(ZipEntry entry)
    {
        if (!IsSafe(entry.Name))
        {
            throw _error($"the zip entry '{ErrorText.Of(entry.Name)}' has a path that leads out of the archive");
        }

        if (entry.Method is not (ZipFormat.Stored or ZipFormat.Deflated))
        {
            throw _error($"the zip entry '{ErrorText.Of(entry.Name)}' is packed by method {entry.Method}; expected 0 (stored) or 8 (deflated)");
        }

        if (entry.Method == ZipFormat.Stored && entry.Bytes != entry.PackedBytes)
        {
            throw _error($"the zip entry '{ErrorText.Of(entry.Name)}' is stored, but in {entry.PackedBytes} bytes instead of {entry.Bytes}");
        }

        long most = FreeInflation + MaxInflation * _stream.Length;
        if (entry.Bytes > most - _unpacked)
        {
            throw _error($"the zip entry '{ErrorText.Of(entry.Name)}' claims to unpack {entry.PackedBytes:N0} bytes to {entry.Bytes:N0}; " +
                $"at most {most:N0} are allowed from a file of {_stream.Length:N0}");
        }

        _unpacked += entry.Bytes;
        if (!_entries.TryAdd(entry.Name, entry))
        {
            throw _error($"the zip entry '{ErrorText.Of(entry.Name)}' is there twice");
        }
    }

    private ZipEntry ReadEntry(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < ZipFormat.CentralHeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(rest) != ZipFormat.CentralHeader)
        {
            throw _error("the zip directory is damaged");
        }

        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(rest[8..]);
        int nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(rest[28..]);
        int extraBytes = BinaryPrimitives.ReadUInt16LittleEndian(rest[30..]);
        int commentBytes = BinaryPrimitives.ReadUInt16LittleEndian(rest[32..]);
        if (rest.Length < ZipFormat.CentralHeaderBytes + nameBytes + extraBytes + commentBytes)
        {
            throw _error("the zip directory is damaged");
        }

        string name = Encoding.UTF8.GetString(rest.Slice(ZipFormat.CentralHeaderBytes, nameBytes));
        if ((flags & ZipFormat.FlagEncrypted) != 0)
        {
            throw _error($"the zip entry '{ErrorText.Of(name)}' is encrypted");
        }

        ulong packed = BinaryPrimitives.ReadUInt32LittleEndian(rest[20..]);
        ulong bytes = BinaryPrimitives.ReadUInt32LittleEndian(rest[24..]);
        ulong at = BinaryPrimitives.ReadUInt32LittleEndian(rest[42..]);
        ReadZip64(rest.Slice(ZipFormat.CentralHeaderBytes + nameBytes, extraBytes), ref bytes, ref packed, ref at);
        if (packed > (ulong)_stream.Length || at > (ulong)_stream.Length || bytes > long.MaxValue)
        {
            throw _error($"the zip entry '{ErrorText.Of(name)}' lies beyond the end of the file");
        }

        var entry = new ZipEntry(name, BinaryPrimitives.ReadUInt16LittleEndian(rest[10..]),
            BinaryPrimitives.ReadUInt32LittleEndian(rest[16..]), (long)packed, (long)bytes, (long)at);
        rest = rest[(ZipFormat.CentralHeaderBytes + nameBytes + extraBytes + commentBytes)..];
        return entry;
    }

    // The 64-bit values that stand in for 32-bit fields of all ones, in this order.
    private static void ReadZip64(ReadOnlySpan<byte> extra, ref ulong bytes, ref ulong packed, ref ulong at)
    {
        while (extra.Length >= 4)
        {
            ushort id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]), extra.Length - 4);
            ReadOnlySpan<byte> field = extra.Slice(4, length);
            extra = extra[(4 + length)..];
            if (id == ZipFormat.Zip64Extra)
            {
                Take(ref field, ref bytes);
                Take(ref field, ref packed);
                Take(ref field, ref at);
            }
        }

        static void Take(ref ReadOnlySpan<byte> field, ref ulong value)
        {
            if (value == uint.MaxValue && field.Length >= sizeof(ulong))
            {
                value = BinaryPrimitives.ReadUInt64LittleEndian(field);
                field = field[sizeof(ulong)..];
            }
        }
    }
}
