using System.Runtime.InteropServices;

namespace Fovea.Imaging.Codecs.Tiff;

/// <summary>Puts the strips or tiles of a page together.</summary>
internal static class TiffPixels
{
    /// <summary>Hands every row of every strip or tile on, what lies outside of the picture cut away.</summary>
    /// <exception cref="ImageException">The data are damaged.</exception>
    public static void Read(TiffChunks chunks, TiffLayout layout, ITiffTarget target)
    {
        // A channel that has strips of its own and is not kept is not unpacked.
        int planes = layout.IsSeparate ? (int)layout.Format : 1;
        int step = layout.SamplesInChunk;
        ushort[] samples = new ushort[layout.ChunkWidth * step];
        for (int plane = 0; plane < planes; plane++)
        {
            for (int down = 0; down < layout.Down; down++)
            {
                int top = down * layout.ChunkHeight, rows = Math.Min(layout.ChunkHeight, layout.Height - top);
                for (int across = 0; across < layout.Across; across++)
                {
                    int index = (((plane * layout.Down) + down) * layout.Across) + across, left = across * layout.ChunkWidth;
                    ReadOnlySpan<byte> bytes = chunks.Read(index, layout.IsTiled ? layout.ChunkHeight : rows);
                    Span<ushort> row = samples.AsSpan(0, Math.Min(layout.ChunkWidth, layout.Width - left) * step);
                    for (int y = 0; y < rows; y++)
                    {
                        Unpack(bytes.Slice(y * (int)layout.RowBytes, (int)layout.RowBytes), row, layout.Bits);
                        Invert(row, plane, layout);
                        target.Put(left, top + y, plane, row);
                    }
                }
            }
        }
    }

    private static void Unpack(ReadOnlySpan<byte> bytes, Span<ushort> samples, int bits)
    {
        switch (bits)
        {
            case 16:
                MemoryMarshal.Cast<byte, ushort>(bytes)[..samples.Length].CopyTo(samples);
                break;
            case 8:
                for (int i = 0; i < samples.Length; i++)
                {
                    samples[i] = bytes[i];
                }

                break;
            default:
                int mask = (1 << bits) - 1;
                for (int i = 0; i < samples.Length; i++)
                {
                    int bit = i * bits;
                    samples[i] = (ushort)((bytes[bit >> 3] >> (8 - bits - (bit & 7))) & mask);
                }

                break;
        }
    }

    private static void Invert(Span<ushort> row, int plane, TiffLayout layout)
    {
        if (layout.Photometric != TiffPhotometric.WhiteIsZero || plane > 0)
        {
            return;
        }

        for (int i = 0; i < row.Length; i += layout.SamplesInChunk)
        {
            row[i] = (ushort)(layout.Maximum - row[i]);
        }
    }
}
