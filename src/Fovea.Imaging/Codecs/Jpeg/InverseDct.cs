using System.Numerics;
using System.Runtime.InteropServices;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>
/// The inverse cosine transform of 8x8 coefficients in integers, with the rounding of libjpeg's accurate method: columns first,
/// constants of 13 bits, two extra bits kept between the passes.
/// </summary>
/// <remarks>
/// Between its two roundings the transform is linear, so only the sums of the constants matter, not the order of additions that
/// a butterfly gives. They are: row k of <see cref="s_basis"/> is what coefficient k adds to the eight samples. Arithmetic wraps
/// at 32 bits, which no coefficient of a sound file reaches.
/// </remarks>
internal static class InverseDct
{
    private const int ColumnShift = 13 - 2;
    private const int RowShift = 13 + 2 + 3;
    private const int RowRound = (1 << (RowShift - 1)) + (128 << RowShift); // half, and the level shift to 0..255

    // Up to this place of the zigzag all coefficients lie in the first four rows and columns.
    private const int LastInCorner = 9;

    private const int C2a = 10703, C2b = 4433, C6b = 10704;

    private static readonly int[] s_basis = MakeBasis();

    /// <summary>Turns one block into samples.</summary>
    /// <param name="block">64 multiplied-out coefficients in natural order; overwritten.</param>
    /// <param name="last">The zigzag place of the last coefficient that may differ from zero.</param>
    /// <param name="output">The sample at the block's top left, and those behind it.</param>
    /// <param name="stride">Samples from row to row.</param>
    public static void Transform(Span<int> block, int last, Span<byte> output, int stride)
    {
        if (last == 0)
        {
            Flat(block[0], output, stride);
        }
        else if (Vector<int>.Count <= 8)
        {
            Wide(block, last <= LastInCorner ? 4 : 8, output, stride);
        }
        else
        {
            Plain(block, output, stride);
        }
    }

    /// <summary>The transform without vectors: for machines whose vectors do not fit, and to check the other.</summary>
    public static void Plain(Span<int> block, Span<byte> output, int stride)
    {
        Span<int> columns = stackalloc int[64];
        for (int y = 0; y < 8; y++)
        {
            for (int x = 0; x < 8; x++)
            {
                int sum = 1 << (ColumnShift - 1);
                for (int k = 0; k < 8; k++)
                {
                    sum += block[k * 8 + x] * s_basis[k * 8 + y];
                }

                columns[y * 8 + x] = sum >> ColumnShift;
            }
        }

        for (int y = 0; y < 8; y++)
        {
            for (int x = 0; x < 8; x++)
            {
                int sum = RowRound;
                for (int k = 0; k < 8; k++)
                {
                    sum += columns[y * 8 + k] * s_basis[k * 8 + x];
                }

                output[y * stride + x] = (byte)Math.Clamp(sum >> RowShift, 0, 255);
            }
        }
    }

    private static void Flat(int dc, Span<byte> output, int stride)
    {
        int sample = Math.Clamp(((dc << 2) + (128 << 5) + 16) >> 5, 0, 255);
        ulong eight = (ulong)sample * 0x0101010101010101;
        for (int y = 0; y < 8; y++)
        {
            MemoryMarshal.Write(output[(y * stride)..], eight);
        }
    }

    // Columns: lane = column, so a column transform is the same arithmetic on whole rows. Rows: lane = sample, and each
    // coefficient of the row is spread over all lanes and multiplied by its basis row; that needs no transposition.
    private static void Wide(Span<int> block, int corner, Span<byte> output, int stride)
    {
        Span<Vector<int>> rows = MemoryMarshal.Cast<int, Vector<int>>(block[..64]);
        for (int group = 0; group < 8 / Vector<int>.Count; group++)
        {
            if (corner == 4)
            {
                CornerColumns(rows[group..]);
            }
            else
            {
                Columns(rows[group..]);
            }
        }

        Span<int> samples = stackalloc int[64];
        Span<Vector<int>> sums = MemoryMarshal.Cast<int, Vector<int>>(samples);
        ReadOnlySpan<Vector<int>> basis = MemoryMarshal.Cast<int, Vector<int>>(s_basis.AsSpan());
        int step = 8 / Vector<int>.Count;
        for (int group = 0; group < step; group++)
        {
            Vector<int> b0 = basis[group], b1 = basis[step + group], b2 = basis[2 * step + group], b3 = basis[3 * step + group];
            for (int y = 0; y < 8; y++)
            {
                ReadOnlySpan<int> row = block.Slice(y * 8, 8);
                sums[y * step + group] = new Vector<int>(row[0]) * b0 + new Vector<int>(row[1]) * b1
                    + (new Vector<int>(row[2]) * b2 + new Vector<int>(row[3]) * b3);
            }

            if (corner == 8)
            {
                b0 = basis[4 * step + group];
                b1 = basis[5 * step + group];
                b2 = basis[6 * step + group];
                b3 = basis[7 * step + group];
                for (int y = 0; y < 8; y++)
                {
                    ReadOnlySpan<int> row = block.Slice(y * 8, 8);
                    sums[y * step + group] += new Vector<int>(row[4]) * b0 + new Vector<int>(row[5]) * b1
                        + (new Vector<int>(row[6]) * b2 + new Vector<int>(row[7]) * b3);
                }
            }
        }

        Store(sums, output, stride);
    }

    private static void Columns(Span<Vector<int>> rows)
    {
        int step = 8 / Vector<int>.Count;
        Vector<int> i1 = rows[step], i3 = rows[3 * step], i5 = rows[5 * step], i7 = rows[7 * step];
        Vector<int> o0 = i1 * 11363 + i3 * 9633 + (i5 * 6437 + i7 * 2260);
        Vector<int> o1 = i1 * 9633 - i3 * 2259 - (i5 * 11362 + i7 * 6436);
        Vector<int> o2 = i1 * 6437 - i3 * 11362 + (i5 * 2261 + i7 * 9633);
        Vector<int> o3 = i1 * 2260 - i3 * 6436 + (i5 * 9633 - i7 * 11363);
        Vector<int> i0 = rows[0], i2 = rows[2 * step], i4 = rows[4 * step], i6 = rows[6 * step];
        Vector<int> round = new(1 << (ColumnShift - 1));
        Vector<int> sum = ((i0 + i4) << 13) + round;
        Vector<int> difference = ((i0 - i4) << 13) + round;
        Vector<int> outer = i2 * C2a + i6 * C2b;
        Vector<int> inner = i2 * C2b - i6 * C6b;
        Mirror(rows, 0, sum + outer, o0);
        Mirror(rows, 1, difference + inner, o1);
        Mirror(rows, 2, difference - inner, o2);
        Mirror(rows, 3, sum - outer, o3);
    }

    // The same with the last four coefficients of every column zero.
    private static void CornerColumns(Span<Vector<int>> rows)
    {
        int step = 8 / Vector<int>.Count;
        Vector<int> i0 = rows[0], i1 = rows[step], i2 = rows[2 * step], i3 = rows[3 * step];
        Vector<int> sum = (i0 << 13) + new Vector<int>(1 << (ColumnShift - 1));
        Vector<int> outer = i2 * C2a;
        Vector<int> inner = i2 * C2b;
        Mirror(rows, 0, sum + outer, i1 * 11363 + i3 * 9633);
        Mirror(rows, 1, sum + inner, i1 * 9633 - i3 * 2259);
        Mirror(rows, 2, sum - inner, i1 * 6437 - i3 * 11362);
        Mirror(rows, 3, sum - outer, i1 * 2260 - i3 * 6436);
    }

    private static void Mirror(Span<Vector<int>> rows, int y, Vector<int> even, Vector<int> odd)
    {
        int step = 8 / Vector<int>.Count;
        rows[y * step] = (even + odd) >> ColumnShift;
        rows[(7 - y) * step] = (even - odd) >> ColumnShift;
    }

    private static void Store(ReadOnlySpan<Vector<int>> sums, Span<byte> output, int stride)
    {
        Span<ulong> packed = stackalloc ulong[8];
        Span<Vector<byte>> bytes = MemoryMarshal.Cast<ulong, Vector<byte>>(packed);
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = Vector.Narrow(
                Vector.Narrow(Sample(sums[4 * i]), Sample(sums[4 * i + 1])),
                Vector.Narrow(Sample(sums[4 * i + 2]), Sample(sums[4 * i + 3])));
        }

        for (int y = 0; y < 8; y++)
        {
            MemoryMarshal.Write(output[(y * stride)..], packed[y]);
        }
    }

    private static Vector<uint> Sample(Vector<int> sum) =>
        Vector.AsVectorUInt32(
            Vector.Min(Vector.Max((sum + new Vector<int>(RowRound)) >> RowShift, Vector<int>.Zero), new Vector<int>(255)));

    private static int[] MakeBasis()
    {
        // Half of each row; the other half mirrors it, with the sign turned for odd coefficients.
        ReadOnlySpan<int> half =
        [
            8192, 8192, 8192, 8192,
            11363, 9633, 6437, 2260,
            C2a, C2b, -C2b, -C2a,
            9633, -2259, -11362, -6436,
            8192, -8192, -8192, 8192,
            6437, -11362, 2261, 9633,
            C2b, -C6b, C6b, -C2b,
            2260, -6436, 9633, -11363,
        ];
        int[] basis = new int[64];
        for (int i = 0; i < half.Length; i++)
        {
            int k = i / 4;
            basis[k * 8 + i % 4] = half[i];
            basis[k * 8 + 7 - i % 4] = k % 2 == 0 ? half[i] : -half[i];
        }

        return basis;
    }
}
