using System.Buffers.Binary;
using System.IO.Compression;

namespace Fovea.Imaging.Codecs.Png;

/// <summary>
/// Finds the orientation in a PNG file's chunks, before or behind its pixels: eXIf, or else the text that ImageMagick writes EXIF data
/// into ("Raw profile type exif"), or else an XMP packet.
/// </summary>
internal static class PngOrientation
{
    // Pillow's bound on a text chunk. Metadata that are larger are taken for none.
    private const int MostText = 1 << 20;

    private const uint Exif = 0x65584966, Text = 0x74455874, CompressedText = 0x7A545874, InternationalText = 0x69545874, Iend = 0x49454E44;

    public static ExifOrientation Find(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> exif = [], profile = [], xmp = [];
        ReadOnlySpan<byte> rest = data[Math.Min(data.Length, PngFile.Signature.Length)..];
        while (rest.Length >= 12)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(rest), type = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
            if (length > (uint)rest.Length - 12 || type == Iend)
            {
                break;
            }

            if (type is Exif or Text or CompressedText or InternationalText && PngFile.ChecksumHolds(rest, (int)length))
            {
                ReadOnlySpan<byte> chunk = rest.Slice(4, (int)length + 4);
                if (type == Exif)
                {
                    exif = exif.IsEmpty ? chunk[4..] : exif;
                }
                else if (chunk[4..].StartsWith("Raw profile type exif\0"u8) || chunk[4..].StartsWith("Raw profile type APP1\0"u8))
                {
                    profile = profile.IsEmpty ? chunk : profile;
                }
                else if (chunk[4..].StartsWith("XML:com.adobe.xmp\0"u8))
                {
                    xmp = xmp.IsEmpty ? chunk : xmp;
                }
            }

            rest = rest[((int)length + 12)..];
        }

        ExifOrientation? found = exif.IsEmpty && !profile.IsEmpty ? ExifSegment.Find(Bytes(Words(profile))) : ExifSegment.Find(exif);
        return found ?? (xmp.IsEmpty ? null : XmpPacket.Find(Words(xmp))) ?? ExifOrientation.TopLeft;
    }

    /// <summary>The text of a chunk, its type and keyword taken off, inflated if need be; nothing if it is damaged.</summary>
    private static ReadOnlySpan<byte> Words(ReadOnlySpan<byte> chunk)
    {
        uint type = BinaryPrimitives.ReadUInt32BigEndian(chunk);
        ReadOnlySpan<byte> body = chunk[4..];
        body = body[(body.IndexOf((byte)0) + 1)..];
        if (type == Text)
        {
            return body;
        }

        if (type == CompressedText)
        {
            return body is [0, ..] ? Inflate(body[1..]) : [];
        }

        // iTXt: compressed or not, the method, then the language and the translated keyword, each up to a zero.
        if (body.Length < 2)
        {
            return [];
        }

        bool compressed = body[0] == 1;
        body = body[2..];
        for (int i = 0; i < 2; i++)
        {
            body = body[(body.IndexOf((byte)0) + 1)..];
        }

        return compressed ? Inflate(body) : body;
    }

    private static ReadOnlySpan<byte> Inflate(ReadOnlySpan<byte> body)
    {
        // Deflate grows by about a thousand at the most, and only the start of a long text is looked at.
        byte[] text = new byte[(int)Math.Min(MostText, body.Length * 1032L)];
        try
        {
            using var inflater = new ZLibStream(new MemoryStream(body.ToArray()), CompressionMode.Decompress);
            return text.AsSpan(0, inflater.ReadAtLeast(text, text.Length, throwOnEndOfStream: false));
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    /// <summary>ImageMagick's profile: a line of its name, a line of its length, then hexadecimal digits in lines.</summary>
    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> profile)
    {
        for (int line = 0; line < 3; line++)
        {
            profile = profile[(profile.IndexOf((byte)'\n') + 1)..];
        }

        byte[] bytes = new byte[profile.Length / 2];
        int digits = 0;
        foreach (byte b in profile)
        {
            int value = HexValue(b);
            if (value >= 0 && digits < 2 * bytes.Length)
            {
                bytes[digits / 2] |= (byte)(value << (digits % 2 == 0 ? 4 : 0));
                digits++;
            }
        }

        return bytes.AsSpan(0, digits / 2);
    }

    private static int HexValue(byte b) => (char)b switch
    {
        >= '0' and <= '9' => b - '0',
        >= 'a' and <= 'f' => b - 'a' + 10,
        >= 'A' and <= 'F' => b - 'A' + 10,
        _ => -1,
    };
}
