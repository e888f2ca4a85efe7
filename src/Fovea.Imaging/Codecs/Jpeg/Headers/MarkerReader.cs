using System.Buffers.Binary;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>Walks the file from marker to marker.</summary>
internal ref struct MarkerReader(ReadOnlySpan<byte> file)
{
    public readonly ReadOnlySpan<byte> File = file;

    /// <summary>The next byte to read.</summary>
    public int Position;

    /// <summary>
    /// Moves behind the next marker and returns it, or <see cref="Marker.None"/> at the end of the data.
    /// Bytes that belong to no segment are skipped, as every reader does: encoders leave padding there.
    /// </summary>
    public byte Next()
    {
        while (true)
        {
            int skip = File[Position..].IndexOf((byte)0xFF);
            if (skip < 0)
            {
                Position = File.Length;
                return Marker.None;
            }

            Position += skip;
            while (Position < File.Length && File[Position] == 0xFF)
            {
                Position++;
            }

            if (Position == File.Length)
            {
                return Marker.None;
            }

            byte code = File[Position++];
            if (code != 0)
            {
                return code;
            }
        }
    }

    /// <summary>Moves behind the segment of the marker just read and returns its payload, the length field taken off.</summary>
    public ReadOnlySpan<byte> Segment(byte marker)
    {
        ReadOnlySpan<byte> rest = File[Position..];
        if (rest.Length < 2)
        {
            throw Ends(marker);
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (length < 2)
        {
            throw JpegError.Malformed($"the segment of marker {marker:X2} at byte {Position} says length {length}; at least 2 was expected.");
        }

        if (length > rest.Length)
        {
            throw Ends(marker);
        }

        Position += length;
        return rest[2..length];
    }

    private readonly ImageException Ends(byte marker) =>
        JpegError.Truncated($"the file of {File.Length} bytes ends inside the segment of marker {marker:X2} at byte {Position}.");
}
