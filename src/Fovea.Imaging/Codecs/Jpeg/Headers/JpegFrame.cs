using System.Buffers.Binary;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>The frame header: the size of the picture and its components.</summary>
internal sealed class JpegFrame
{
    private JpegFrame(int width, int height, byte marker, JpegComponent[] components)
    {
        Width = width;
        Height = height;
        Progressive = marker is Marker.Sof2 or Marker.Sof10;
        Arithmetic = marker is Marker.Sof9 or Marker.Sof10;
        Components = components;
        foreach (JpegComponent component in components)
        {
            MaxHorizontal = Math.Max(MaxHorizontal, component.Horizontal);
            MaxVertical = Math.Max(MaxVertical, component.Vertical);
        }

        McusWide = CeilingDivide(width, 8 * MaxHorizontal);
        McusHigh = CeilingDivide(height, 8 * MaxVertical);
        foreach (JpegComponent component in components)
        {
            component.Width = CeilingDivide(width * component.Horizontal, MaxHorizontal);
            component.Height = CeilingDivide(height * component.Vertical, MaxVertical);
            component.BlocksWide = CeilingDivide(component.Width, 8);
            component.BlocksHigh = CeilingDivide(component.Height, 8);
            component.PaddedBlocksWide = McusWide * component.Horizontal;
            component.PaddedBlocksHigh = McusHigh * component.Vertical;
        }
    }

    public int Width { get; }

    public int Height { get; }

    public bool Progressive { get; }

    /// <summary>Whether the data are arithmetic-coded; Huffman-coded if not.</summary>
    public bool Arithmetic { get; }

    public JpegComponent[] Components { get; }

    public int MaxHorizontal { get; }

    public int MaxVertical { get; }

    /// <summary>Minimum coded units across and down, for interleaved scans.</summary>
    public int McusWide { get; }

    public int McusHigh { get; }

    /// <summary>Reads the segment of a SOF0, SOF1, SOF2, SOF9 or SOF10 marker.</summary>
    public static JpegFrame Parse(byte marker, ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 6 || segment.Length != 6 + 3 * segment[5])
        {
            throw JpegError.Malformed($"the frame header has {segment.Length + 2} bytes, which does not fit its number of components.");
        }

        int precision = segment[0];
        int height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
        int width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        int count = segment[5];
        if (precision != 8)
        {
            throw JpegError.Unsupported($"expected 8 bits a sample, got {precision}; convert the file to 8 bits.");
        }

        if (height == 0 && width > 0)
        {
            throw JpegError.Unsupported("the height is left to a later marker (DNL), which no common decoder reads; save the file anew.");
        }

        if (width == 0)
        {
            throw JpegError.Malformed("the frame header says width 0.");
        }

        if (count is not (1 or 3 or 4))
        {
            throw JpegError.Unsupported($"expected 1, 3 or 4 components, got {count}.");
        }

        JpegComponent[] components = new JpegComponent[count];
        for (int i = 0; i < count; i++)
        {
            components[i] = ParseComponent(i, segment.Slice(6 + 3 * i, 3), alone: count == 1);
        }

        JpegFrame frame = new(width, height, marker, components);
        frame.CheckSampling();
        return frame;
    }

    // A picture of one component is coded block by block whatever its factors are, so they are set to 1 here and nothing
    // later needs to know.
    private static JpegComponent ParseComponent(int index, ReadOnlySpan<byte> bytes, bool alone)
    {
        int horizontal = bytes[1] >> 4;
        int vertical = bytes[1] & 15;
        if (horizontal is < 1 or > 4 || vertical is < 1 or > 4)
        {
            throw JpegError.Malformed($"component {bytes[0]} has sampling factors {horizontal}x{vertical}; 1 to 4 were expected.");
        }

        if (bytes[2] > 3)
        {
            throw JpegError.Malformed($"component {bytes[0]} names quantisation table {bytes[2]}; 0 to 3 were expected.");
        }

        return alone ? new(index, bytes[0], 1, 1, bytes[2]) : new(index, bytes[0], horizontal, vertical, bytes[2]);
    }

    private void CheckSampling()
    {
        foreach (JpegComponent component in Components)
        {
            if (MaxHorizontal % component.Horizontal != 0 || MaxVertical % component.Vertical != 0)
            {
                throw JpegError.Unsupported(
                    $"component {component.Id} has sampling factors {component.Horizontal}x{component.Vertical}, which do not divide the largest ones ({MaxHorizontal}x{MaxVertical}).");
            }
        }
    }

    private static int CeilingDivide(int a, int b) => (a + b - 1) / b;
}
