using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Unicode;

namespace Fovea.Io.Zip;

/// <summary>
/// Reads zip archives. Unlike a general reader it refuses what only hostile or broken files have: entries that overlap
/// (the small archive that unpacks to petabytes), sizes that nothing unpacks to, and whatever <see cref="ZipTerms"/> say.
/// </summary>
internal sealed class ZipReader
{
    private readonly Stream _stream;
    private readonly Func<string, DataFormatException> _error;
    private readonly ZipTerms _terms;
    private readonly List<ZipEntry> _all = [];
    private readonly Dictionary<string, ZipEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<long, long> _limits = [];
    private long _unpacked;

    /// <summary>Reads the directory of an archive.</summary>
    /// <param name="stream">The archive from its first byte to its last; it must be able to seek.</param>
    /// <param name="error">Makes the exception of the format that the archive is used for.</param>
    /// <param name="terms">What is demanded of it; null for <see cref="ZipTerms.Weights"/>.</param>
    public ZipReader(Stream stream, Func<string, DataFormatException> error, ZipTerms? terms = null)
    {
        _terms = terms ?? ZipTerms.Weights;
        _stream = stream;
        _error = error;
        (long directoryAt, long directoryBytes, long count) = ZipEnd.Find(stream, error);
        if (directoryBytes > _terms.MostDirectoryBytes)
        {
            throw error($"the zip directory takes {directoryBytes:N0} bytes; at most {_terms.MostDirectoryBytes:N0} are allowed");
        }

        byte[] directory = new byte[directoryBytes];
        stream.Position = directoryAt;
        stream.ReadExactly(directory);
        for (ReadOnlySpan<byte> rest = directory; !rest.IsEmpty;)
        {
            Add(ReadEntry(ref rest));
        }

        if (_all.Count != count)
        {
            throw error($"the zip directory lists {_all.Count} files, but its end says {count}");
        }

        // What lies behind an entry: the next one, or the directory.
        long limit = directoryAt;
        foreach (ZipEntry entry in _all.OrderByDescending(e => e.HeaderAt))
        {
            if (entry.HeaderAt + ZipFormat.LocalHeaderBytes + entry.PackedBytes > limit || !_limits.TryAdd(entry.HeaderAt, limit))
            {
                throw error($"the zip entry '{ErrorText.Of(entry.Name)}' overlaps what follows it");
            }

            limit = entry.HeaderAt;
        }
    }

    /// <summary>The entries in the order of the directory; of those of one name the last.</summary>
    public IReadOnlyCollection<ZipEntry> Entries => _entries.Values;

    /// <summary>Whether a path stays inside the archive, were it unpacked.</summary>
    public static bool IsSafe(string name) =>
        !name.AsSpan().ContainsAny('\\', '\0') && !name.StartsWith('/')
        && !name.StartsWith("../", StringComparison.Ordinal) && !name.EndsWith("/..", StringComparison.Ordinal)
        && name != ".." && !name.Contains("/../", StringComparison.Ordinal);

    /// <summary>The entry of a name, or null.</summary>
    public ZipEntry? Find(string name) => _entries.GetValueOrDefault(name);

    /// <summary>Opens an entry. Its last byte is given out only if length and check value are right. One entry can be open at a time.</summary>
    public Stream Open(ZipEntry entry) => Open(entry, _stream);

    /// <summary>Opens an entry in a stream of its own over the same archive, so that several can be open at a time.</summary>
    public Stream Open(ZipEntry entry, Stream stream)
    {
        Span<byte> header = stackalloc byte[ZipFormat.LocalHeaderBytes];
        stream.Position = entry.HeaderAt;
        stream.ReadExactly(header);
        int names = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        long dataAt = entry.HeaderAt + ZipFormat.LocalHeaderBytes + names;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != ZipFormat.LocalHeader
            || BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) != entry.Method
            || dataAt + entry.PackedBytes > _limits[entry.HeaderAt])
        {
            throw _error($"the zip entry '{ErrorText.Of(entry.Name)}' does not lie where the directory says");
        }

        Stream packed = new BoundedStream(stream, dataAt, entry.PackedBytes);
        Stream content = entry.Method == ZipFormat.Stored ? packed : new DeflateStream(packed, CompressionMode.Decompress);
        return new ZipEntryStream(content, entry, _error);
    }

    /// <summary>The whole content of an entry.</summary>
    public byte[] ReadAll(ZipEntry entry, long maxBytes) => ReadAll(entry, maxBytes, _stream);

    /// <summary>The whole content of an entry, from a stream of its own over the same archive.</summary>
    public byte[] ReadAll(ZipEntry entry, long maxBytes, Stream from)
    {
        if (entry.Bytes > maxBytes)
        {
            throw _error($"the zip entry '{ErrorText.Of(entry.Name)}' takes {entry.Bytes:N0} bytes; at most {maxBytes:N0} are allowed");
        }

        byte[] content = new byte[entry.Bytes];
        using Stream stream = Open(entry, from);
        stream.ReadExactly(content);
        return content;
    }

    private void Add(ZipEntry entry)
    {
        if (_terms.IsStrict && !IsSafe(entry.Name))
        {
            throw _error($"the zip entry '{ErrorText.Of(entry.Name)}' has a path that leads out of the archive");
        }

        if (entry.Method is not (ZipFormat.Stored or ZipFormat.Deflated))
        {
            throw _error($"the zip entry '{ErrorText.Of(entry.Name)}' is packed by method {ZipFormat.MethodName(entry.Method)}; expected 0 (stored) or 8 (deflated)");
        }

        if (entry.Method == ZipFormat.Stored && entry.Bytes != entry.PackedBytes)
        {
            throw _error($"the zip entry '{ErrorText.Of(entry.Name)}' is stored, but in {entry.PackedBytes} bytes instead of {entry.Bytes}");
        }

        long most = _terms.FreeInflation + _terms.MostInflation * _stream.Length;
        if (entry.Bytes > most - _unpacked)
        {
            throw _error($"the zip entry '{ErrorText.Of(entry.Name)}' claims to unpack {entry.PackedBytes:N0} bytes to {entry.Bytes:N0}; " +
                $"at most {most:N0} are allowed from a file of {_stream.Length:N0}");
        }

        _unpacked += entry.Bytes;
        _all.Add(entry);
        if (!_entries.TryAdd(entry.Name, entry) && _terms.IsStrict)
        {
            throw _error($"the zip entry '{ErrorText.Of(entry.Name)}' is there twice");
        }

        _entries[entry.Name] = entry;
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

        string name = NameOf(rest.Slice(ZipFormat.CentralHeaderBytes, nameBytes));
        if ((flags & ZipFormat.FlagEncrypted) != 0)
        {
            throw _error($"the zip entry '{ErrorText.Of(name)}' is encrypted; pack it again without a password");
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

    // Old packers write the code page of their machine, which the archive does not name; any reading keeps the names apart.
    private static string NameOf(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);

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
