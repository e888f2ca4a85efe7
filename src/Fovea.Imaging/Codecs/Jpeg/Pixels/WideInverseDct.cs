using System.Numerics;
using System.Runtime.InteropServices;
using static Fovea.Imaging.Codecs.Jpeg.InverseDct;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>
/// <see cref="InverseDct"/> on vectors of four or eight lanes. Columns: lane = column, so a column transform is the same
/// arithmetic on whole rows. Rows: lane = sample, and each coefficient of the row is spread over all lanes and multiplied by
/// its row of the basis; that needs no transposition.
/// </summary>
internal static class WideInverseDct
{
    /// <summary>Turns one block into samples.</summary>
    /// <param name="block">64 multiplied-out coefficients in natural order; overwritten.</param>
    /// <param name="corner">Whether all of them but those of the first four rows and columns are zero.</param>
    /// <param name="output">The sample at the block's top left, and those behind it.</param>
    /// <param name="stride">Samples from row to row.</param>
    public static void Transform(Span<int> block, bool corner, Span<byte> output, int stride)
    {
        Span<Vector<int>> rows = MemoryMarshal.Cast<int, Vector<int>>(block[..64]);
        for (int group = 0; group < 8 / Vector<int>.Count; group++)
        {
            if (corner)
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
        ReadOnlySpan<Vector<int>> basis = MemoryMarshal.Cast<int, Vector<int>>(Basis.AsSpan());
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

            if (!corner)
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
}
