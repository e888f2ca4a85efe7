using System.Buffers.Binary;
using System.Text;

namespace Fovea.Training.Data;

/// <summary>
/// Reads a tar archive from front to back: the ustar, pax and GNU forms, as far as files and folders go. Every number that the archive
/// states is checked before memory is taken for it.
/// </summary>
internal sealed class TarStream(Stream stream, string source, long expandedLimit)
{
    private const int Block = 512;
    private const int LongestName = 1 << 16;
    private readonly byte[] _header = new byte[Block];
    private readonly byte[] _scratch = new byte[1 << 16];
    private long _read;
    private long _left;
    private int _padding;
    private byte[] _head = [];

    /// <summary>Bytes read so far: where the current file's content begins, before any of it is read.</summary>
    public long Position => _read;

    /// <summary>Goes to the next file or folder. False at the archive's end.</summary>
    /// <exception cref="DataException">The archive breaks the rules of its format or ends too early.</exception>
    public bool Next(out TarEntry entry)
    {
        entry = default;
        string? longName = null;
        long? longSize = null;
        while (true)
        {
            Skip(_left + _padding);
            _left = _padding = 0;
            _head = [];
            int got = Fill(_header);
            if (got > 0 && !_header.AsSpan(0, got).ContainsAnyExcept((byte)0))
            {
                Skip(null);
                return false;
            }

            if (got < Block || !TarHeader.ChecksumHolds(_header))
            {
                throw Broken(got == 0 ? "it ends without an end mark" : got < Block ? "it ends inside a header" : "a member's checksum is wrong");
            }

            long size = TarHeader.Number(_header.AsSpan(124, 12)) ?? throw Broken("a member's size is no number");
            char type = (char)_header[156];
            _left = type is '0' or '\0' or '7' ? longSize ?? size : size;
            _padding = (int)(-_left & (Block - 1));
            switch (type)
            {
                case 'L':
                    longName = TarHeader.Text(ReadSmall());
                    continue;
                case 'x':
                    TarHeader.ReadPax(ReadSmall(), ref longName, ref longSize);
                    continue;
                case '0' or '\0' or '7':
                    entry = new TarEntry(MemberPath.Normalise(longName ?? TarHeader.Name(_header), source), false, _left);
                    return true;
                case '5':
                    entry = new TarEntry(MemberPath.Normalise(longName ?? TarHeader.Name(_header), source), true, 0);
                    return true;
                case 'S':
                    throw Broken("sparse members are not supported; pack the data again without --sparse");
                default:
                    // Links, devices, global headers: nothing that holds pixels.
                    longName = null;
                    longSize = null;
                    continue;
            }
        }
    }

    /// <summary>The first bytes of the current file; <see cref="ReadBody"/> still gives all of it.</summary>
    public byte[] Head()
    {
        byte[] head = new byte[Math.Min(_left, FileTree.HeadLength)];
        _head = Fill(head) == head.Length ? head : throw Broken("it ends inside a member");
        _left -= head.Length;
        return head;
    }

    /// <summary>The content of the current file.</summary>
    /// <param name="limit">The most bytes that may be held.</param>
    public byte[] ReadBody(long limit)
    {
        long size = _left + _head.Length;
        if (size > Math.Min(limit, Array.MaxLength))
        {
            throw TooMuch(source);
        }

        // Not the stated size at once: an archive of a few bytes may state gigabytes.
        byte[] body = new byte[Math.Min(size, 1 << 20)];
        _head.CopyTo(body, 0);
        int filled = _head.Length;
        while (true)
        {
            if (Fill(body.AsSpan(filled)) < body.Length - filled)
            {
                throw Broken("it ends inside a member");
            }

            filled = body.Length;
            if (filled == size)
            {
                _left = 0;
                return body;
            }

            Array.Resize(ref body, (int)Math.Min(size, 2L * filled));
        }
    }

    /// <summary>The error of an archive that does not fit into memory.</summary>
    public static DataException TooMuch(string source) =>
        new($"{source}: its pictures take more memory than the limit; unpack the archive into a folder, or raise DatasetOptions.MemoryLimit.");

    private byte[] ReadSmall() =>
        _left <= LongestName ? ReadBody(LongestName) : throw Broken($"a name takes {_left} bytes, more than {LongestName}");

    /// <summary>Passes over bytes; null passes over all that is left, so that a compressed stream's own checksum is verified.</summary>
    private void Skip(long? count)
    {
        long left = count ?? long.MaxValue;
        if (count > _scratch.Length / 16 && stream.CanSeek && count <= stream.Length - stream.Position)
        {
            stream.Position += left;
            _read += left;
            return;
        }

        while (left > 0)
        {
            int got = Fill(_scratch.AsSpan(0, (int)Math.Min(left, _scratch.Length)));
            left -= got;
            if (got == 0)
            {
                if (count is not null)
                {
                    throw Broken("it ends inside a member");
                }

                return;
            }
        }
    }

    private int Fill(Span<byte> target)
    {
        try
        {
            int got = stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
            _read += got;
            return _read <= expandedLimit
                ? got
                : throw new DataException($"{source}: the archive unpacks to more than {expandedLimit} bytes; unpack it into a folder and give that.");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{source}: the archive cannot be read: {e.Message}", e);
        }
    }

    private DataException Broken(string what) =>
        new($"{source}: not a whole tar archive: {what} (near byte {_read}); pack or download it again.");
}
