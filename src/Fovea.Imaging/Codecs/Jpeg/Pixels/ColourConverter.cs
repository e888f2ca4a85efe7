using System.Numerics;
using System.Runtime.InteropServices;

namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>The colour spaces that a file's components can stand for.</summary>
internal enum ColourSpace
{
    Grey,
    YCbCr,
    Rgb,
    Cmyk,
    Ycck,
}

/// <summary>
/// Turns rows of components into rows of pixels: <c>R = Y + 1.402 Cr</c>, <c>G = Y - 0.34414 Cb - 0.71414 Cr</c>,
/// <c>B = Y + 1.772 Cb</c> with Cb and Cr centred at 128, in 16-bit fixed point rounded as libjpeg rounds.
/// </summary>
internal static class ColourConverter
{
    private const int RedOfCr = 91881, GreenOfCb = 22554, GreenOfCr = 46802, BlueOfCb = 116130, Half = 1 << 15;

    /// <summary>The colour space by libjpeg's rules: JFIF first, then Adobe's transform, then the names of the components.</summary>
    public static ColourSpace Guess(JpegFrame frame, JpegTables tables)
    {
        JpegComponent[] c = frame.Components;
        return c.Length switch
        {
            1 => ColourSpace.Grey,
            3 when tables.SawJfif => ColourSpace.YCbCr,
            3 when tables.AdobeTransform is byte transform => transform == 0 ? ColourSpace.Rgb : ColourSpace.YCbCr,
            3 when (c[0].Id, c[1].Id, c[2].Id) == ((byte)'R', (byte)'G', (byte)'B') => ColourSpace.Rgb,
            3 => ColourSpace.YCbCr,
            _ => tables.AdobeTransform is null or 0 ? ColourSpace.Cmyk : ColourSpace.Ycck,
        };
    }

    /// <summary>The bytes behind a row that <see cref="YCbCrToRgb"/> may write over; the next row, or nothing of worth.</summary>
    public static int Overrun(int width) => 3 * (RowLength.Padded(width) - width) + 2;

    /// <summary>Writes one row of RGB pixels, and some bytes behind it (<see cref="Overrun"/>).</summary>
    public static void YCbCrToRgb(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blue, ReadOnlySpan<byte> red, int width, Span<byte> pixels)
    {
        if (!BitConverter.IsLittleEndian)
        {
            PlainYCbCrToRgb(luma, blue, red, width, pixels);
            return;
        }

        for (int x = 0; x < width; x += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(luma[x..]), out Vector<ushort> y0, out Vector<ushort> y1);
            Vector.Widen(new Vector<byte>(blue[x..]), out Vector<ushort> cb0, out Vector<ushort> cb1);
            Vector.Widen(new Vector<byte>(red[x..]), out Vector<ushort> cr0, out Vector<ushort> cr1);
            Convert(y0, cb0, cr0, pixels[(3 * x)..]);
            Convert(y1, cb1, cr1, pixels[(3 * (x + Vector<ushort>.Count))..]);
        }
    }

    /// <summary>The conversion without vectors: where the order of bytes does not suit them, and to check the other.</summary>
    public static void PlainYCbCrToRgb(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blue, ReadOnlySpan<byte> red, int width, Span<byte> pixels)
    {
        for (int x = 0; x < width; x++)
        {
            int y = luma[x];
            int cb = blue[x] - 128;
            int cr = red[x] - 128;
            Span<byte> pixel = pixels.Slice(3 * x, 3);
            pixel[0] = Clamp(y + ((RedOfCr * cr + Half) >> 16));
            pixel[1] = Clamp(y + ((-GreenOfCb * cb - GreenOfCr * cr + Half) >> 16));
            pixel[2] = Clamp(y + ((BlueOfCb * cb + Half) >> 16));
        }
    }

    /// <summary>Writes one row of RGB pixels from planes that are red, green and blue already.</summary>
    public static void Interleave(ReadOnlySpan<byte> red, ReadOnlySpan<byte> green, ReadOnlySpan<byte> blue, Span<byte> pixels)
    {
        for (int x = 0; x < pixels.Length / 3; x++)
        {
            Span<byte> pixel = pixels.Slice(3 * x, 3);
            pixel[0] = red[x];
            pixel[1] = green[x];
            pixel[2] = blue[x];
        }
    }

    /// <summary>
    /// Multiplies the key into a row that holds red, green and blue. Files store inks inverted (Adobe's habit, which Pillow
    /// takes for granted), so stored samples are light already: <c>R = K - (255 - R) K / 255</c>, rounded as Pillow rounds.
    /// </summary>
    public static void ApplyKey(ReadOnlySpan<byte> key, Span<byte> pixels)
    {
        for (int i = 0; i < pixels.Length; i++)
        {
            int k = key[i / 3];
            int t = (255 - pixels[i]) * k + 128;
            pixels[i] = Clamp(k - (((t >> 8) + t) >> 8));
        }
    }

    /// <summary>Inverts the samples of a row: what the colour transform of YCCK yields are inks.</summary>
    public static void Invert(Span<byte> pixels)
    {
        foreach (ref byte sample in pixels)
        {
            sample = (byte)~sample;
        }
    }

    private static byte Clamp(int value) => (byte)Math.Clamp(value, 0, 255);

    private static void Convert(Vector<ushort> luma, Vector<ushort> blue, Vector<ushort> red, Span<byte> pixels)
    {
        Vector.Widen(Vector.AsVectorInt16(luma), out Vector<int> y0, out Vector<int> y1);
        Vector.Widen(Vector.AsVectorInt16(blue), out Vector<int> cb0, out Vector<int> cb1);
        Vector.Widen(Vector.AsVectorInt16(red), out Vector<int> cr0, out Vector<int> cr1);
        Convert(y0, cb0, cr0, pixels);
        Convert(y1, cb1, cr1, pixels[(3 * Vector<int>.Count)..]);
    }

    private static void Convert(Vector<int> y, Vector<int> cb, Vector<int> cr, Span<byte> pixels)
    {
        Vector<int> half = new(Half);
        cb -= new Vector<int>(128);
        cr -= new Vector<int>(128);
        Vector<int> red = Clamp(y + ((cr * RedOfCr + half) >> 16));
        Vector<int> green = Clamp(y + ((half - cb * GreenOfCb - cr * GreenOfCr) >> 16));
        Vector<int> blue = Clamp(y + ((cb * BlueOfCb + half) >> 16));

        // Two pixels of four bytes sit in a 64-bit lane; the second is moved down over the first one's empty byte, and six
        // bytes of the eight that are stored count.
        Vector<ulong> pairs = Vector.AsVectorUInt64(red | (green << 8) | (blue << 16));
        pairs = (pairs & new Vector<ulong>(0xFFFFFF)) | ((pairs >> 8) & new Vector<ulong>(0xFFFFFF000000));
        for (int i = 0; i < Vector<ulong>.Count; i++)
        {
            MemoryMarshal.Write(pixels[(6 * i)..], pairs[i]);
        }
    }

    private static Vector<int> Clamp(Vector<int> value) =>
        Vector.Min(Vector.Max(value, Vector<int>.Zero), new Vector<int>(255));
}
