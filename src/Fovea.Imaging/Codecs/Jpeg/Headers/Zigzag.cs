namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>The order in which a block's coefficients are sent (T.81, figure A.6).</summary>
internal static class Zigzag
{
    /// <summary>A run in damaged data can step past the block by up to 16 places; these land on the last coefficient.</summary>
    public const int Length = 64 + 16;

    /// <summary>The natural (row by row) index of each place.</summary>
    public static readonly byte[] Natural = Walk();

    /// <summary>The table for coefficients that are kept as they are sent: in this order, times 1.</summary>
    public static readonly int[] AsSent = Array.ConvertAll(Enumerable.Range(0, Length).ToArray(), k => 256 + Math.Min(k, 63));

    /// <summary>Joins place and step in one number, <c>step * 256 + natural index</c>, so that the inner loop loads once.</summary>
    public static int[] Pack(ReadOnlySpan<ushort> steps)
    {
        int[] packed = new int[Length];
        for (int i = 0; i < Length; i++)
        {
            // Steps above 32,767 wrap, as the 16-bit multipliers of libjpeg-turbo do; no 8-bit picture has them.
            packed[i] = (short)steps[Math.Min(i, 63)] * 256 + Natural[i];
        }

        return packed;
    }

    private static byte[] Walk()
    {
        byte[] order = new byte[Length];
        int at = 0;
        for (int diagonal = 0; diagonal < 15; diagonal++)
        {
            for (int i = Math.Max(0, diagonal - 7); i <= Math.Min(7, diagonal); i++)
            {
                // Even diagonals run up to the right, odd ones down to the left.
                int row = diagonal % 2 == 0 ? diagonal - i : i;
                order[at++] = (byte)(row * 8 + (diagonal - row));
            }
        }

        order.AsSpan(64).Fill(63);
        return order;
    }
}
