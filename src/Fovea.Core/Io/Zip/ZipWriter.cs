using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Fovea.Io.Zip;

/// <summary>Writes zip archives whose entries can be aligned, as PyTorch maps them into memory. The same entries give the same bytes.</summary>
internal sealed class ZipWriter(Stream stream, long startAt = 0)
{
    // The identifier under which PyTorch hides its padding; readers skip fields that they do not know.
    private const ushort PaddingExtra = 0x4246;
    private const ushort VersionNeeded = 45;
    private readonly List<ZipEntry> _entries = [];
    private long _at = startAt;

    /// <summary>Adds a file made of two pieces.</summary>
    /// <param name="name">Its path in the archive.</param>
    /// <param name="head">The first piece.</param>
    /// <param name="body">The second.</param>
    /// <param name="alignment">The content begins at a multiple of it; 1 for anywhere.</param>
    /// <param name="compress">Whether to deflate the content. It is compressed in memory.</param>
    public void Add(string name, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body = default, int alignment = 1, bool compress = false)
    {
        var crc = new Crc32();
        crc.Append(head);
        crc.Append(body);
        long bytes = (long)head.Length + body.Length;
        if (compress)
        {
            using var packed = new MemoryStream();
            using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            {
                deflate.Write(head);
                deflate.Write(body);
            }

            var entry = new ZipEntry(name, ZipFormat.Deflated, crc.GetCurrentHashAsUInt32(), packed.Length, bytes, _at);
            Append(entry, alignment, packed.GetBuffer().AsSpan(0, (int)packed.Length), default);
        }
        else
        {
            Append(new ZipEntry(name, ZipFormat.Stored, crc.GetCurrentHashAsUInt32(), bytes, bytes, _at), alignment, head, body);
        }
    }

    /// <summary>Writes the directory. Nothing can be added afterwards.</summary>
    public void Finish()
    {
        long directoryAt = _at;
        foreach (ZipEntry entry in _entries)
        {
            WriteCentral(entry);
        }

        long directoryBytes = _at - directoryAt;
        if (directoryAt >= uint.MaxValue || _entries.Count >= ushort.MaxValue)
        {
            WriteEnd64(directoryAt, directoryBytes);
        }

        Span<byte> end = stackalloc byte[ZipFormat.EndBytes];
        end.Clear();
        ushort count = (ushort)Math.Min(ushort.MaxValue, _entries.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(end, ZipFormat.End);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], count);
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], (uint)Math.Min(uint.MaxValue, directoryBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], (uint)Math.Min(uint.MaxValue, directoryAt));
        Put(end);
    }

    private void Append(ZipEntry entry, int alignment, ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        byte[] name = Encoding.UTF8.GetBytes(entry.Name);
        long dataAt = _at + ZipFormat.LocalHeaderBytes + name.Length;
        int padding = (int)(-dataAt & (alignment - 1));
        if (padding is > 0 and < 4)
        {
            // The padding's own head takes four bytes.
            padding += Math.Max(4, alignment);
        }

        byte[] header = new byte[ZipFormat.LocalHeaderBytes + name.Length + padding];
        Span<byte> at = header;
        BinaryPrimitives.WriteUInt32LittleEndian(at, ZipFormat.LocalHeader);
        BinaryPrimitives.WriteUInt16LittleEndian(at[4..], VersionNeeded);
        WriteCommon(at[6..], entry, name.Length, padding);
        name.CopyTo(at[ZipFormat.LocalHeaderBytes..]);
        if (padding > 0)
        {
            Span<byte> extra = at[(ZipFormat.LocalHeaderBytes + name.Length)..];
            BinaryPrimitives.WriteUInt16LittleEndian(extra, PaddingExtra);
            BinaryPrimitives.WriteUInt16LittleEndian(extra[2..], (ushort)(padding - 4));
            extra[4..].Fill((byte)'Z');
        }

        Put(header);
        Put(head);
        Put(body);
        _entries.Add(entry);
    }

    private void WriteCentral(ZipEntry entry)
    {
        byte[] name = Encoding.UTF8.GetBytes(entry.Name);
        bool isFar = entry.HeaderAt >= uint.MaxValue;
        int extra = isFar ? 12 : 0;
        byte[] header = new byte[ZipFormat.CentralHeaderBytes + name.Length + extra];
        Span<byte> at = header;
        BinaryPrimitives.WriteUInt32LittleEndian(at, ZipFormat.CentralHeader);
        BinaryPrimitives.WriteUInt16LittleEndian(at[4..], VersionNeeded);
        BinaryPrimitives.WriteUInt16LittleEndian(at[6..], VersionNeeded);
        WriteCommon(at[8..], entry, name.Length, extra);
        BinaryPrimitives.WriteUInt32LittleEndian(at[42..], isFar ? uint.MaxValue : (uint)entry.HeaderAt);
        name.CopyTo(at[ZipFormat.CentralHeaderBytes..]);
        if (isFar)
        {
            Span<byte> field = at[(ZipFormat.CentralHeaderBytes + name.Length)..];
            BinaryPrimitives.WriteUInt16LittleEndian(field, ZipFormat.Zip64Extra);
            BinaryPrimitives.WriteUInt16LittleEndian(field[2..], sizeof(ulong));
            BinaryPrimitives.WriteUInt64LittleEndian(field[4..], (ulong)entry.HeaderAt);
        }

        Put(header);
    }

    // The fields that the two headers share, from the flags to the length of the extra field. Tensors stay below 2³¹ bytes.
    private static void WriteCommon(Span<byte> at, ZipEntry entry, int nameBytes, int extraBytes)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(at, ZipFormat.FlagUtf8);
        BinaryPrimitives.WriteUInt16LittleEndian(at[2..], entry.Method);
        BinaryPrimitives.WriteUInt16LittleEndian(at[6..], ZipFormat.Date);
        BinaryPrimitives.WriteUInt32LittleEndian(at[8..], entry.Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(at[12..], checked((uint)entry.PackedBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(at[16..], checked((uint)entry.Bytes));
        BinaryPrimitives.WriteUInt16LittleEndian(at[20..], checked((ushort)nameBytes));
        BinaryPrimitives.WriteUInt16LittleEndian(at[22..], (ushort)extraBytes);
    }

    private void WriteEnd64(long directoryAt, long directoryBytes)
    {
        Span<byte> record = stackalloc byte[ZipFormat.End64Bytes + ZipFormat.Locator64Bytes];
        record.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, ZipFormat.End64);
        BinaryPrimitives.WriteUInt64LittleEndian(record[4..], ZipFormat.End64Bytes - 12);
        BinaryPrimitives.WriteUInt16LittleEndian(record[12..], VersionNeeded);
        BinaryPrimitives.WriteUInt16LittleEndian(record[14..], VersionNeeded);
        BinaryPrimitives.WriteUInt64LittleEndian(record[24..], (ulong)_entries.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(record[32..], (ulong)_entries.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(record[40..], (ulong)directoryBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(record[48..], (ulong)directoryAt);
        Span<byte> locator = record[ZipFormat.End64Bytes..];
        BinaryPrimitives.WriteUInt32LittleEndian(locator, ZipFormat.Locator64);
        BinaryPrimitives.WriteUInt64LittleEndian(locator[8..], (ulong)_at);
        BinaryPrimitives.WriteUInt32LittleEndian(locator[16..], 1);
        Put(record);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        _at += bytes.Length;
    }
}
