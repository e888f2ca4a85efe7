using System.Buffers.Binary;

namespace Fovea.Imaging.Codecs.Tiff;

/// <summary>
/// The skeleton of a TIFF file: its byte order, whether offsets have 4 bytes or 8, and the chain of its directories. All of it is read and checked
/// here, before the library that unpacks the samples sees the file.
/// </summary>
internal sealed class TiffFile
{
    private readonly Stream _stream;
    private readonly bool _little;
    private readonly bool _big;

    private TiffFile(Stream stream, bool little, bool big)
    {
        (_stream, _little, _big) = (stream, little, big);
        Length = stream.Length;
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    private int EntrySize => _big ? 20 : 12;

    /// <summary>Reads the first bytes.</summary>
    /// <exception cref="ImageException">The file is none of this format.</exception>
    public static TiffFile Open(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> head = stackalloc byte[8];
        stream.Position = 0;
        if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length)
        {
            throw TiffError.Truncated($"the file of {stream.Length} bytes ends inside its header.");
        }

        (bool little, bool known) = (head[0] == 'I', (head[0], head[1]) is ((byte)'I', (byte)'I') or ((byte)'M', (byte)'M'));
        int version = little ? BinaryPrimitives.ReadUInt16LittleEndian(head[2..]) : BinaryPrimitives.ReadUInt16BigEndian(head[2..]);
        if (!known || version is not (42 or 43))
        {
            throw TiffError.Malformed("the file does not begin as TIFF does (II or MM, and 42 or 43).");
        }

        // What unpacks the strips reads offsets of 8 bytes in the one order only.
        return little || version == 42 ? new TiffFile(stream, little, version == 43)
            : throw TiffError.Unsupported("BigTIFF with the most significant byte first is not read; save the file as TIFF, or as BigTIFF with the least significant first (II).");
    }

    /// <summary>
    /// The places of the directories that are pages, in order. Those that say they are a smaller copy or a mask of another are none.
    /// </summary>
    /// <param name="most">No more pages than this are looked for.</param>
    /// <exception cref="ImageException">The chain leaves the file or comes back to itself, or there is no page.</exception>
    public IReadOnlyList<long> Pages(int most = int.MaxValue)
    {
        var pages = new List<long>();
        var seen = new HashSet<long>();
        for (long at = Offset(_big ? 8 : 4); at != 0 && pages.Count < most;)
        {
            if (!seen.Add(at))
            {
                throw TiffError.Malformed($"the directory at byte {at} follows itself: the chain of pages is a circle.");
            }

            (IReadOnlyList<TiffEntry> entries, long next) = Directory(at);
            bool isCopy = entries.FirstOrDefault(e => e.Tag == TiffTag.NewSubfileType) is { IsWhole: true, Count: 1 } kind && (Number(kind, 0) & 5) != 0;
            if (!isCopy)
            {
                pages.Add(at);
            }

            at = next;
        }

        // Camera raws begin with a thumbnail, and keep their picture where TIFF's pages are not.
        return pages.Count > 0 ? pages
            : seen.Count == 0 ? throw TiffError.Malformed("the file has no directory, and so no picture.")
            : throw TiffError.Unsupported("the file has no picture but a smaller copy of one, as camera raws do; develop it into TIFF, PNG or JPEG.");
    }

    /// <summary>The directory of a page.</summary>
    /// <exception cref="ImageException">There is no such page, or its directory is damaged.</exception>
    public (IReadOnlyList<TiffEntry> Entries, long At) Page(int page)
    {
        IReadOnlyList<long> pages = Pages(page);
        if (page < 1 || page > pages.Count)
        {
            throw new ImageException(ImageError.Unsupported, $"tiff: expected a page of 1 to {pages.Count}, got {page}.");
        }

        long at = pages[page - 1];
        IReadOnlyList<TiffEntry> entries = Directory(at).Entries;

        // Values do not overlap in a sound file, and what takes them all in is no larger than the file.
        long sum = 0;
        foreach (TiffEntry entry in entries)
        {
            sum += entry.Count * entry.Size;
            if (sum > Length)
            {
                throw TiffError.Malformed($"the tags of the directory at byte {at} hold more than the {Length} bytes of the file.");
            }
        }

        return (entries, at);
    }

    /// <summary>A value of an entry that holds whole numbers.</summary>
    public long Number(TiffEntry entry, long index) => Whole(entry.At + (index * entry.Size), entry.Size);

    private (IReadOnlyList<TiffEntry> Entries, long Next) Directory(long at)
    {
        int head = _big ? 8 : 2;
        long count = _big ? Whole(at, 8) : Whole(at, 2);
        if (count == 0 || count > (Length - at) / EntrySize)
        {
            throw TiffError.Malformed($"the directory at byte {at} says {count} entries, which the file of {Length} bytes cannot hold.");
        }

        byte[] bytes = new byte[count * EntrySize];
        Read(at + head, bytes);
        TiffEntry[] entries = new TiffEntry[count];
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = Entry(bytes.AsSpan(i * EntrySize, EntrySize), at + head + ((long)i * EntrySize));
        }

        long end = at + head + (count * EntrySize);

        // A file that ends behind its last directory leaves out that none follows.
        return (entries, end + (_big ? 8 : 4) > Length ? 0 : Offset(end));
    }

    private TiffEntry Entry(ReadOnlySpan<byte> bytes, long at)
    {
        int tag = (int)Whole(bytes[..2]), type = (int)Whole(bytes[2..4]);
        ulong count = _big ? Whole(bytes[4..12]) : Whole(bytes[4..8]);
        var entry = new TiffEntry((TiffTag)tag, type, (long)Math.Min(count, (ulong)long.MaxValue), 0);
        int room = _big ? 8 : 4;
        long place = entry.Count <= room / entry.Size ? at + EntrySize - room : (long)Math.Min(Whole(bytes[^room..]), (ulong)long.MaxValue);
        if (entry.Count > Length / entry.Size || place > Length - (entry.Count * entry.Size))
        {
            throw TiffError.Truncated($"tag {tag} says {entry.Count} values at byte {place}, beyond the end of the file at {Length}.");
        }

        return entry with { At = place };
    }

    private long Offset(long at) => Whole(at, _big ? 8 : 4);

    private long Whole(long at, int size)
    {
        Span<byte> bytes = stackalloc byte[8];
        Read(at, bytes[..size]);
        return (long)Math.Min(Whole(bytes[..size]), (ulong)long.MaxValue);
    }

    private ulong Whole(ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            value = (value << 8) | bytes[_little ? bytes.Length - 1 - i : i];
        }

        return value;
    }

    private void Read(long at, Span<byte> into)
    {
        if (at < 0 || at > Length - into.Length)
        {
            throw TiffError.Truncated($"expected {into.Length} bytes at byte {at}, the file ends at {Length}.");
        }

        _stream.Position = at;
        _stream.ReadExactly(into);
    }
}
