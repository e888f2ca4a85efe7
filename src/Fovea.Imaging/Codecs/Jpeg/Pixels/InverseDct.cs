using System.Numerics;
using System.Runtime.InteropServices;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>
/// The inverse cosine transform of 8x8 coefficients in integers, with the rounding of libjpeg's accurate method: columns first,
/// constants of 13 bits, two extra bits kept between the passes.
/// </summary>
/// <remarks>
/// Between its two roundings the transform is linear, so only the sums of the constants matter, not the order of additions that
/// a butterfly gives. They are: row k of <see cref="Basis"/> is what coefficient k adds to the eight samples. Arithmetic wraps
/// at 32 bits, which no coefficient of a sound file reaches.
/// </remarks>
internal static class InverseDct
{
    public const int ColumnShift = 13 - 2;
    public const int RowShift = 13 + 2 + 3;
    public const int RowRound = (1 << (RowShift - 1)) + (128 << RowShift); // half, and the level shift to 0..255

    // Up to this place of the zigzag all coefficients lie in the first four rows and columns.
    private const int LastInCorner = 9;

    public const int C2a = 10703, C2b = 4433, C6b = 10704;

    /// <summary>Row k holds what coefficient k adds to the eight samples, in units of 1/8192.</summary>
    public static readonly int[] Basis = MakeBasis();

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
            WideInverseDct.Transform(block, last <= LastInCorner, output, stride);
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
                    sum += block[k * 8 + x] * Basis[k * 8 + y];
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
                    sum += columns[y * 8 + k] * Basis[k * 8 + x];
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
