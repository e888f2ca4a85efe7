using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fovea.Imaging.Codecs.Png;

/// <summary>
/// Undoes the five row filters of PNG. A filter predicts a byte from a (left, one pixel before), b (above) and c (above left),
/// and stores the difference modulo 256:
/// 0 none; 1 a; 2 b; 3 floor((a + b) / 2); 4 Paeth: whichever of a, b, c lies nearest a + b − c.
/// </summary>
internal static class PngFilter
{
    public const int None = 0, Sub = 1, Up = 2, Average = 3, Paeth = 4;

    /// <summary>Rebuilds a row.</summary>
    /// <param name="type">The filter's number, the row's first byte in the file.</param>
    /// <param name="source">The stored row without that byte.</param>
    /// <param name="above">The rebuilt row above, or zeros for the first; as long as the row.</param>
    /// <param name="row">Receives the row.</param>
    /// <param name="step">Bytes from a byte to its left neighbour.</param>
    public static void Undo(int type, ReadOnlySpan<byte> source, ReadOnlySpan<byte> above, Span<byte> row, int step)
    {
        switch (type)
        {
            case None:
                source.CopyTo(row);
                break;
            case Sub:
                UndoSub(source, row, step);
                break;
            case Up:
                AddBytes(source, above, row);
                break;
            case Average:
                UndoAverage(source, above, row, step);
                break;
            case Paeth when step == 1:
                UndoPaeth1(source, above, row);
                break;
            case Paeth when step == 3:
                UndoPaeth3(source, above, row);
                break;
            case Paeth:
                UndoPaeth(source, above, row, step);
                break;
            default:
                throw new ImageException(ImageError.Malformed, $"png: expected a row filter of 0 to 4, got {type}: the file is damaged.");
        }
    }

    /// <summary>The nearest of the three to left + above − corner; of equally near ones left, then above.</summary>
    /// <remarks>
    /// With e = 3 corner − left − above, the corner is nearest when min &lt; e &lt; max of the other two; at e ≥ max the smaller is, at e ≤ min the
    /// larger. The signs of differences select, because a branch here is as good as random and would be mispredicted every other byte.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Predict(int left, int above, int corner)
    {
        int difference = left - above;
        int min = above + (difference & (difference >> 31));
        int max = left + above - min;
        int e = 3 * corner - left - above;
        int inner = min ^ ((min ^ corner) & ((e - max) >> 31));
        return max ^ ((max ^ inner) & ((min - e) >> 31));
    }

    private static void UndoSub(ReadOnlySpan<byte> source, Span<byte> row, int step)
    {
        source = source[..row.Length];
        if (step == 3)
        {
            // Three running sums in registers: through memory each byte would wait for the store before it.
            int r = 0, g = 0, b = 0;
            for (int i = 0; i + 2 < row.Length; i += 3)
            {
                r += source[i];
                g += source[i + 1];
                b += source[i + 2];
                row[i] = (byte)r;
                row[i + 1] = (byte)g;
                row[i + 2] = (byte)b;
            }

            return;
        }

        source[..step].CopyTo(row);
        ReadOnlySpan<byte> left = row;
        for (int i = step; i < row.Length; i++)
        {
            row[i] = (byte)(source[i] + left[i - step]);
        }
    }

    private static void UndoAverage(ReadOnlySpan<byte> source, ReadOnlySpan<byte> above, Span<byte> row, int step)
    {
        source = source[..row.Length];
        above = above[..row.Length];
        for (int i = 0; i < step; i++)
        {
            row[i] = (byte)(source[i] + (above[i] >> 1));
        }

        for (int i = step; i < row.Length; i++)
        {
            row[i] = (byte)(source[i] + ((row[i - step] + above[i]) >> 1));
        }
    }

    private static void UndoPaeth(ReadOnlySpan<byte> source, ReadOnlySpan<byte> above, Span<byte> row, int step)
    {
        source = source[..row.Length];
        above = above[..row.Length];
        AddBytes(source[..step], above[..step], row[..step]);
        for (int i = step; i < row.Length; i++)
        {
            row[i] = (byte)(source[i] + Predict(row[i - step], above[i], above[i - step]));
        }
    }

    private static void UndoPaeth1(ReadOnlySpan<byte> source, ReadOnlySpan<byte> above, Span<byte> row)
    {
        source = source[..row.Length];
        above = above[..row.Length];
        int left = 0, corner = 0;
        for (int i = 0; i < row.Length; i++)
        {
            int next = above[i];
            left = (byte)(source[i] + Predict(left, next, corner));
            row[i] = (byte)left;
            corner = next;
        }
    }

    private static void UndoPaeth3(ReadOnlySpan<byte> source, ReadOnlySpan<byte> above, Span<byte> row)
    {
        source = source[..row.Length];
        above = above[..row.Length];
        int r = 0, g = 0, b = 0, aboveR = 0, aboveG = 0, aboveB = 0;
        for (int i = 0; i + 2 < row.Length; i += 3)
        {
            int nextR = above[i], nextG = above[i + 1], nextB = above[i + 2];
            r = (byte)(source[i] + Predict(r, nextR, aboveR));
            g = (byte)(source[i + 1] + Predict(g, nextG, aboveG));
            b = (byte)(source[i + 2] + Predict(b, nextB, aboveB));
            row[i] = (byte)r;
            row[i + 1] = (byte)g;
            row[i + 2] = (byte)b;
            (aboveR, aboveG, aboveB) = (nextR, nextG, nextB);
        }
    }

    /// <summary>sum[i] = x[i] + y[i] modulo 256, eight at a time: the top bits are added without carry so that no byte spills into the next.</summary>
    private static void AddBytes(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, Span<byte> sum)
    {
        const ulong low = 0x7F7F7F7F7F7F7F7F;
        Span<ulong> wide = MemoryMarshal.Cast<byte, ulong>(sum);
        ReadOnlySpan<ulong> wideX = MemoryMarshal.Cast<byte, ulong>(x)[..wide.Length];
        ReadOnlySpan<ulong> wideY = MemoryMarshal.Cast<byte, ulong>(y)[..wide.Length];
        for (int i = 0; i < wide.Length; i++)
        {
            ulong a = wideX[i], b = wideY[i];
            wide[i] = ((a & low) + (b & low)) ^ ((a ^ b) & ~low);
        }

        for (int i = wide.Length * 8; i < sum.Length; i++)
        {
            sum[i] = (byte)(x[i] + y[i]);
        }
    }
}
