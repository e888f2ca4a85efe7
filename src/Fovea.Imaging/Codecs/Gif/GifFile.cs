using System.Buffers.Binary;

namespace Fovea.Imaging.Codecs.Gif;

/// <summary>What comes before the pixels of a GIF's first frame: the canvas, the palette, the extension that names a transparent index, the frame's place.</summary>
internal sealed class GifFile
{
    private const int ScreenLength = 13, FrameLength = 9;
    private const byte Extension = 0x21, FrameMark = 0x2C, Trailer = 0x3B, GraphicControl = 0xF9;

    /// <summary>The first row and the step of each pass of an interlaced frame.</summary>
    public static (int First, int Step)[] Passes { get; } = [(0, 8), (4, 8), (2, 4), (1, 2)];

    /// <summary>The one pass of a frame that is not interlaced.</summary>
    public static (int First, int Step)[] Whole { get; } = [(0, 1)];

    private GifFile(int width, int height)
    {
        Width = width;
        Height = height;
    }

    /// <summary>Width of the canvas, the first frame included.</summary>
    public int Width { get; }

    /// <summary>Height of the canvas, the first frame included.</summary>
    public int Height { get; }

    /// <summary>Where the first frame lies.</summary>
    public Region Frame { get; private init; }

    /// <summary>Whether its rows come in four passes.</summary>
    public bool Interlaced { get; private init; }

    /// <summary>The frame's colours as R, G, B triples, its own or the file's; empty where there are none, and then indices are greys.</summary>
    public byte[] Palette { get; private init; } = [];

    /// <summary>The index that is transparent.</summary>
    public int? Transparent { get; private init; }

    /// <summary>Bits of an index in the frame's codes, 1 to 8.</summary>
    public int Bits { get; private init; }

    /// <summary>Where the codes begin.</summary>
    public int DataOffset { get; private init; }

    /// <summary>Whether no colour is anything but grey.</summary>
    public bool IsGrey
    {
        get
        {
            for (int i = 0; i < Palette.Length; i += 3)
            {
                if (Palette[i] != Palette[i + 1] || Palette[i] != Palette[i + 2])
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Reads up to the codes of the first frame.</summary>
    /// <exception cref="ImageException">There is no frame, or it is damaged or beyond the limits.</exception>
    public static GifFile Read(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        if (!PictureFormats.Gif.Matches(data))
        {
            throw new ImageException(ImageError.Malformed, "gif: the file does not begin with GIF87a or GIF89a.");
        }

        ReadOnlySpan<byte> screen = Take(data, 0, ScreenLength, "its header");
        int at = ScreenLength;
        byte[] common = ReadPalette(data, ref at, screen[10]);
        int? transparent = null;
        while (true)
        {
            byte mark = Take(data, at++, 1, "the list of its blocks, before any frame")[0];
            switch (mark)
            {
                case Extension:
                    transparent = ReadExtension(data, ref at) ?? transparent;
                    break;
                case FrameMark:
                    return ReadFrame(data, at, screen, common, transparent, limits);
                case 0:
                    // Some writers end an extension twice.
                    break;
                case Trailer:
                    throw new ImageException(ImageError.Malformed, "gif: the file has no frame, and so no picture.");
                default:
                    throw new ImageException(ImageError.Malformed, $"gif: expected a frame (2C) or an extension (21) at byte {at - 1}, got {mark:X2}.");
            }
        }
    }

    private static GifFile ReadFrame(ReadOnlySpan<byte> data, int at, ReadOnlySpan<byte> screen, byte[] common, int? transparent, ImageLimits limits)
    {
        ReadOnlySpan<byte> head = Take(data, at, FrameLength, "the header of its frame");
        at += FrameLength;
        var frame = new Region(Word(head), Word(head[2..]), Word(head[4..]), Word(head[6..]));
        limits.Check("gif", frame.Width, frame.Height, 0);
        (int width, int height) = (Math.Max(Word(screen[6..]), frame.X + frame.Width), Math.Max(Word(screen[8..]), frame.Y + frame.Height));
        limits.Check("gif", width, height, 0);
        byte[] own = ReadPalette(data, ref at, head[8]);
        int bits = Take(data, at++, 1, "the header of its frame")[0];
        if (bits is < 1 or > 8)
        {
            throw new ImageException(ImageError.Malformed, $"gif: expected indices of 1 to 8 bits, got {bits}.");
        }

        return new GifFile(width, height)
        {
            Frame = frame,
            Interlaced = (head[8] & 0x40) != 0,
            Palette = own.Length > 0 ? own : common,
            Transparent = transparent,
            Bits = bits,
            DataOffset = at,
        };
    }

    // Returns the transparent index, if that is what the extension names.
    private static int? ReadExtension(ReadOnlySpan<byte> data, ref int at)
    {
        int? transparent = null;
        byte label = Take(data, at++, 1, "an extension")[0];
        for (int length; (length = Take(data, at++, 1, "an extension")[0]) > 0; at += length)
        {
            ReadOnlySpan<byte> block = Take(data, at, length, "an extension");
            if (label == GraphicControl && length >= 4 && (block[0] & 1) != 0)
            {
                transparent = block[3];
            }
        }

        return transparent;
    }

    private static byte[] ReadPalette(ReadOnlySpan<byte> data, ref int at, byte flags)
    {
        if ((flags & 0x80) == 0)
        {
            return [];
        }

        byte[] palette = Take(data, at, 3 * (2 << (flags & 7)), "a palette").ToArray();
        at += palette.Length;
        return palette;
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> data, int at, int length, string where) => length <= data.Length - at
        ? data.Slice(at, length)
        : throw new ImageException(ImageError.Truncated, $"gif: the file ends inside {where}, after {data.Length} bytes.");

    private static int Word(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
