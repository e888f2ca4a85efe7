namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>A scan header: which components, which band of coefficients, and which of their bits.</summary>
internal readonly record struct ScanHeader(JpegComponent[] Components, int First, int Last, int High, int Low)
{
    /// <summary>The most blocks of an interleaved coded unit (T.81, B.2.3).</summary>
    private const int MaxBlocksPerUnit = 10;

    /// <summary>Reads the segment of an SOS marker, and gives each component the tables that it names.</summary>
    public static ScanHeader Parse(ReadOnlySpan<byte> segment, JpegFrame frame, JpegTables tables)
    {
        int count = segment.Length == 0 ? 0 : segment[0];
        if (count is < 1 or > 4 || segment.Length != 4 + 2 * count)
        {
            throw JpegError.Malformed($"the scan header has {segment.Length + 2} bytes for {count} components; 6 + 2 for each of 1 to 4 were expected.");
        }

        ReadOnlySpan<byte> band = segment[(1 + 2 * count)..];
        ScanHeader scan = frame.Progressive
            ? new(new JpegComponent[count], band[0], band[1], band[2] >> 4, band[2] & 15)
            : new(new JpegComponent[count], 0, 63, 0, 0);
        scan.CheckBand(frame.Progressive);
        int blocks = 0;
        for (int i = 0; i < count; i++)
        {
            byte id = segment[1 + 2 * i];
            JpegComponent component = Array.Find(frame.Components, c => c.Id == id && Array.IndexOf(scan.Components, c) < 0)
                ?? throw JpegError.Malformed($"a scan names component {id}, which the frame has not or which was named before.");
            scan.Components[i] = component;
            blocks += component.Horizontal * component.Vertical;
            scan.AssignTables(component, segment[2 + 2 * i], frame, tables);
            component.Quant ??= tables.Quant[component.QuantIndex]
                ?? throw JpegError.Malformed($"component {component.Id} names quantisation table {component.QuantIndex}, which was not sent before its first scan.");
        }

        return count == 1 || blocks <= MaxBlocksPerUnit ? scan
            : throw JpegError.Malformed($"a coded unit has {blocks} blocks; at most {MaxBlocksPerUnit} are allowed.");
    }

    /// <summary>Notes which bits of which coefficients a progressive scan brings.</summary>
    public void NoteBits()
    {
        foreach (JpegComponent component in Components)
        {
            if (component.MissingBits is null)
            {
                component.MissingBits = new sbyte[64];
                component.MissingBits.AsSpan().Fill(-1);
            }

            component.MissingBits.AsSpan(First, Last - First + 1).Fill((sbyte)Low);
        }
    }

    private void CheckBand(bool progressive)
    {
        bool dc = First == 0;
        bool sound = !progressive
            || ((dc ? Last == 0 : Components.Length == 1 && Last >= First && Last <= 63)
                && Low <= 13 && (High == 0 || High == Low + 1));
        if (!sound)
        {
            throw JpegError.Malformed($"a progressive scan of {Components.Length} components sends coefficients {First} to {Last}, bits {High} to {Low}, which the format does not allow.");
        }
    }

    private void AssignTables(JpegComponent component, byte selector, JpegFrame frame, JpegTables tables)
    {
        int dc = selector >> 4;
        int ac = selector & 15;
        (component.DcTable, component.AcTable) = (dc, ac);
        if (frame.Arithmetic)
        {
            // Its tables need not be sent: they adapt from nothing.
            return;
        }

        bool wantsDc = First == 0 && High == 0;
        bool wantsAc = Last > 0;
        if ((wantsDc && dc > 3) || (wantsAc && ac > 3))
        {
            throw JpegError.Malformed($"a scan names Huffman tables {dc} and {ac}; 0 to 3 were expected.");
        }

        component.Dc = wantsDc ? tables.Dc[dc] ?? (frame.Progressive ? null : StandardHuffman.Dc(dc)) : null;
        component.Ac = wantsAc ? tables.Ac[ac] ?? (frame.Progressive ? null : StandardHuffman.Ac(ac)) : null;
        if ((wantsDc && component.Dc is not { IsUsable: true }) || (wantsAc && component.Ac is null))
        {
            throw JpegError.Malformed($"a scan of component {component.Id} names Huffman tables {dc} and {ac}, which were not sent or hold impossible sizes.");
        }
    }
}
