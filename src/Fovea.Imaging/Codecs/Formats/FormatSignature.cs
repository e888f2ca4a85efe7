using System.Buffers.Binary;
using System.Text;

namespace Fovea.Imaging.Codecs;

/// <summary>The signatures that are more than a few fixed bytes at the start.</summary>
internal static class FormatSignature
{
    public static bool IsNetpbm(ReadOnlySpan<byte> content) =>
        content is [(byte)'P', >= (byte)'1' and <= (byte)'6', (byte)' ' or (>= 9 and <= 13) or (byte)'#', ..];

    /// <summary>Whether an ISO media file names one of these brands: its main one, or one of those it is compatible with.</summary>
    public static bool HasBrand(ReadOnlySpan<byte> content, params ReadOnlySpan<string> brands)
    {
        if (content.Length < 16 || !content[4..].StartsWith("ftyp"u8))
        {
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(content);
        int end = (int)Math.Min(length, (uint)Math.Min(content.Length, PictureFormats.HeadLength));
        for (int at = 8; at + 4 <= end; at += 4)
        {
            // The word behind the main brand is its version.
            if (at != 12 && brands.Contains(Encoding.Latin1.GetString(content.Slice(at, 4))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Targa has no signature; version 2 ends with one.</summary>
    public static bool IsTarga(ReadOnlySpan<byte> content) => content.Length >= 26 + 18 && content[^18..].SequenceEqual("TRUEVISION-XFILE.\0"u8);

    /// <summary>An SVG element near the start, behind an XML declaration, comments or a document type.</summary>
    public static bool IsSvg(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> head = content[..Math.Min(content.Length, PictureFormats.HeadLength)];
        head = head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? head[3..] : head;
        head = head.TrimStart(" \t\r\n"u8);
        return head.StartsWith("<"u8) && !head.StartsWith("<html"u8) && head.IndexOf("<svg"u8) >= 0;
    }
}
