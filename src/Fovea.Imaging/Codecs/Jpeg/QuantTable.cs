namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>The 64 quantisation steps of a table, in the two orders that decoding wants.</summary>
internal sealed class QuantTable
{
    /// <summary>Steps in natural (row by row) order.</summary>
    public readonly short[] Natural = new short[64];

    /// <summary>By place in the zigzag, see <see cref="Zigzag.Pack"/>: where a coefficient goes, and its step.</summary>
    public readonly int[] Packed;

    /// <summary>Makes a table from 64 steps in zigzag order.</summary>
    public QuantTable(ReadOnlySpan<ushort> steps)
    {
        // Steps above 32,767 wrap, as the 16-bit multipliers of libjpeg-turbo do; no 8-bit picture has them.
        for (int i = 0; i < 64; i++)
        {
            Natural[Zigzag.Natural[i]] = (short)steps[i];
        }

        Packed = Zigzag.Pack(steps);
    }
}
