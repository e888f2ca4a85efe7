using System.Runtime.InteropServices;
using Fovea.Imaging.Codecs.Webp.Structure;
using SkiaSharp;

namespace Fovea.Imaging.Codecs.Webp.Native;

/// <summary>The pixels of a file whose container was checked, as libwebp gives them.</summary>
internal static class SkiaPixels
{
    /// <summary>Decodes the first picture.</summary>
    /// <exception cref="ImageException">The pixels are damaged.</exception>
    public static Image Decode(ReadOnlySpan<byte> data, WebpFile file)
    {
        using var bytes = SKData.CreateCopy(data);
        using SKCodec codec = SKCodec.Create(bytes) ?? throw WebpError.Malformed("the headers of the picture are damaged.");
        if (codec.EncodedFormat != SKEncodedImageFormat.Webp || (codec.Info.Width, codec.Info.Height) != (file.Width, file.Height))
        {
            throw WebpError.Malformed($"expected {file.Width}x{file.Height} pixels, got {codec.Info.Width}x{codec.Info.Height} of {codec.EncodedFormat}.");
        }

        // Without a colour space nothing is converted; unpremultiplied, libwebp writes into the picture by itself.
        var info = new SKImageInfo(file.Width, file.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var image = new Image(file.Width, file.Height, PixelFormat.Rgba);
        GCHandle pin = GCHandle.Alloc(image.Pixels, GCHandleType.Pinned);
        SKCodecResult result;
        try
        {
            result = codec.GetPixels(info, pin.AddrOfPinnedObject());
        }
        finally
        {
            pin.Free();
        }

        return result switch
        {
            SKCodecResult.Success => file.HasAlpha ? image : WithoutAlpha(image),
            SKCodecResult.IncompleteInput => throw WebpError.Truncated("the picture ends before all of its pixels are there."),
            _ => throw WebpError.Malformed($"the pixels are damaged ({result})."),
        };
    }

    private static Image WithoutAlpha(Image image)
    {
        var result = new Image(image.Width, image.Height, PixelFormat.Rgb);
        for (int from = 0, to = 0; to < result.Pixels.Length; from += 4, to += 3)
        {
            image.Pixels.AsSpan(from, 3).CopyTo(result.Pixels.AsSpan(to));
        }

        return result;
    }
}
