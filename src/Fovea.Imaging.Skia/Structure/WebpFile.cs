using System.Buffers.Binary;

namespace Fovea.Imaging.Codecs.Webp.Structure;

/// <summary>The container up to the pixels of the first picture, its sizes checked against each other: nothing else reaches native code.</summary>
internal sealed class WebpFile
{
    private const int HeadLength = 12, ExtendedLength = 10, FrameLength = 16;
    private const byte AnimationFlag = 0x02, AlphaFlag = 0x10;

    private WebpFile(int length, int width, int height)
    {
        Length = length;
        Width = width;
        Height = height;
    }

    /// <summary>Bytes of the file, less what follows it.</summary>
    public int Length { get; }

    /// <summary>Width of the canvas.</summary>
    public int Width { get; }

    /// <summary>Height of the canvas.</summary>
    public int Height { get; }

    /// <summary>Whether the headers say that there is alpha.</summary>
    public bool HasAlpha { get; private init; }

    /// <summary>Whether the pixels of the first picture, or their alpha, are coded as lossless ones are.</summary>
    public bool HasLossless { get; private init; }

    /// <summary>Whether the first bytes are those of a WebP.</summary>
    public static bool HasSignature(ReadOnlySpan<byte> content) => content.Length >= HeadLength && content.StartsWith("RIFF"u8) && content[8..].StartsWith("WEBP"u8);

    /// <summary>Reads up to the first picture.</summary>
    /// <exception cref="ImageException">There is none, it is damaged, or it is beyond the limits.</exception>
    public static WebpFile Read(ReadOnlySpan<byte> data, ImageLimits limits)
    {
        if (!HasSignature(data))
        {
            throw WebpError.Malformed("the file does not begin with RIFF, a length and WEBP.");
        }

        uint size = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        if (size > (uint)data.Length - 8)
        {
            throw WebpError.Truncated($"the file says {size + 8L} bytes and has {data.Length}.");
        }

        if (size < HeadLength - 8)
        {
            throw WebpError.Malformed($"the file says that {size} bytes are all it has.");
        }

        int length = (int)size + 8;
        ReadOnlySpan<byte> rest = data[HeadLength..length];
        WebpChunk first = WebpChunk.Read(rest);
        if (first.Is("VP8X"u8))
        {
            return Extended(first, first.After(rest), length, limits);
        }

        RequirePixels(first);
        var stream = WebpBitstream.Read(first, limits);
        return new WebpFile(length, stream.Width, stream.Height) { HasAlpha = stream.HasAlpha, HasLossless = first.Is("VP8L"u8) };
    }

    /// <summary>Refuses a picture whose decoding may take more than the limits allow.</summary>
    /// <remarks>
    /// Counted are the canvas in four channels, the picture where it has three, a lossless picture's own copy and cache (5 bytes a pixel), the file's copy, and
    /// the code tables of a lossless one: at least 20 bits of the file and 16 pixels have a set of them, 6 KB, and there are 65,536 sets at most.
    /// </remarks>
    public void CheckMemory(ImageLimits limits)
    {
        long pixels = (long)Width * Height;
        long bytes = (pixels * ((int)PixelFormat.Rgba + (HasAlpha ? 0 : (int)PixelFormat.Rgb))) + Length;
        if (HasLossless)
        {
            bytes += (5 * pixels) + (6 * 1024 * Math.Min(65_536, Math.Min(pixels / 16, 8L * Length / 20)));
        }

        limits.Check("webp", Width, Height, bytes);
    }

    private static WebpFile Extended(WebpChunk head, ReadOnlySpan<byte> rest, int length, ImageLimits limits)
    {
        if (head.Body.Length < ExtendedLength)
        {
            throw WebpError.Malformed($"expected a header of {ExtendedLength} bytes, got {head.Body.Length}.");
        }

        byte flags = head.Body[0];
        var canvas = new Region(0, 0, Three(head.Body[4..]) + 1, Three(head.Body[7..]) + 1);
        limits.Check("webp", canvas.Width, canvas.Height, 0);
        bool animated = (flags & AnimationFlag) != 0, hasAlpha = false;
        Region frame = canvas;
        while (true)
        {
            if (rest.IsEmpty)
            {
                throw WebpError.Truncated("the file ends before any picture.");
            }

            WebpChunk chunk = WebpChunk.Read(rest);
            if (animated && chunk.Is("ANMF"u8))
            {
                frame = Frame(chunk, canvas);
                rest = chunk.Body[FrameLength..];
                animated = false;
                continue;
            }

            hasAlpha |= chunk.Is("ALPH"u8);
            if (!animated && (chunk.Is("VP8 "u8) || chunk.Is("VP8L"u8)))
            {
                var stream = WebpBitstream.Read(chunk, limits);
                if ((stream.Width, stream.Height) != (frame.Width, frame.Height))
                {
                    throw WebpError.Malformed($"the headers say {frame.Width}x{frame.Height} pixels, the picture {stream.Width}x{stream.Height}.");
                }

                // Which of the two says it for a still picture is libwebp's rule: lossless pixels know, lossy ones have a chunk of alpha or are said to.
                bool isLossless = chunk.Is("VP8L"u8), said = (flags & AlphaFlag) != 0;
                return new WebpFile(length, canvas.Width, canvas.Height)
                {
                    HasAlpha = (flags & AnimationFlag) != 0 ? said : isLossless ? stream.HasAlpha : said || hasAlpha,
                    HasLossless = isLossless || hasAlpha,
                };
            }

            rest = chunk.After(rest);
        }
    }

    // Place and size in three bytes each, the place halved, the size less one.
    private static Region Frame(WebpChunk chunk, Region canvas)
    {
        ReadOnlySpan<byte> body = chunk.Body;
        if (body.Length < FrameLength)
        {
            throw WebpError.Truncated($"a frame ends inside its header, after {body.Length} bytes.");
        }

        var frame = new Region(2 * Three(body), 2 * Three(body[3..]), Three(body[6..]) + 1, Three(body[9..]) + 1);
        return frame.X <= canvas.Width - frame.Width && frame.Y <= canvas.Height - frame.Height
            ? frame
            : throw WebpError.Malformed($"a frame of {frame.Width}x{frame.Height} at ({frame.X}, {frame.Y}) leaves the canvas of {canvas.Width}x{canvas.Height}.");
    }

    private static void RequirePixels(WebpChunk chunk)
    {
        if (!chunk.Is("VP8 "u8) && !chunk.Is("VP8L"u8))
        {
            throw WebpError.Malformed($"expected VP8, VP8L or VP8X at the start, got “{chunk.Text}”.");
        }
    }

    private static int Three(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
