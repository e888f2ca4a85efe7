using System.Runtime.InteropServices;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using SixLabors.ImageSharp.PixelFormats;
using SkiaSharp;
using StbImageSharp;
using SharpImage = SixLabors.ImageSharp.Image;

namespace Fovea.Bench.Imaging;

/// <summary>A library that decodes pictures, asked as its users would: a file in memory to pixels in memory, of the file's own channels where it has such.</summary>
/// <param name="Name">The library and its version.</param>
/// <param name="Decode">Decodes a file, of which the channels are known, and lets go of the result.</param>
/// <param name="Pixels">Decodes a file and copies its pixels out.</param>
internal sealed record Decoder(string Name, Action<byte[], int> Decode, Func<byte[], int, Decoded> Pixels)
{
    private static readonly DecodeOptions s_stored = new() { Orientation = OrientationHandling.Ignore };

    public static IReadOnlyList<Decoder> All { get; } =
    [
        new("Fovea", (file, _) => ImageCodecs.Decode(file, s_stored), (file, _) => Own(file)),
        new("SkiaSharp 4.155.0", (file, _) => Skia(file).Dispose(), (file, _) => Taken(Skia(file))),
        new("ImageSharp 2.1.13", (file, channels) => Sharp(file, channels).Dispose(), Taken),
        new("StbImageSharp 2.30.16", (file, _) => ImageResult.FromMemory(file), (file, _) => Stb(file)),
    ];

    private static Decoded Own(byte[] file)
    {
        Image image = ImageCodecs.Decode(file, s_stored);
        return new(image.Width, image.Height, image.Channels, image.Pixels);
    }

    // Skia has grey and four channels, and no three.
    private static SKBitmap Skia(byte[] file)
    {
        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        SKColorType type = codec.Info.ColorType == SKColorType.Gray8 ? SKColorType.Gray8 : SKColorType.Rgba8888;
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, type, type == SKColorType.Gray8 ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        var bitmap = new SKBitmap(info);
        SKCodecResult result = codec.GetPixels(info, bitmap.GetPixels());
        return result == SKCodecResult.Success ? bitmap : throw new InvalidOperationException($"Skia: {result}");
    }

    private static Decoded Taken(SKBitmap bitmap)
    {
        using (bitmap)
        {
            return new(bitmap.Width, bitmap.Height, bitmap.BytesPerPixel, bitmap.GetPixelSpan().ToArray());
        }
    }

    private static SharpImage Sharp(byte[] file, int channels) => channels switch
    {
        1 => SharpImage.Load<L8>(file),
        3 => SharpImage.Load<Rgb24>(file),
        _ => SharpImage.Load<Rgba32>(file),
    };

    private static Decoded Taken(byte[] file, int channels)
    {
        using SharpImage image = Sharp(file, channels);
        byte[] pixels = new byte[image.Width * image.Height * channels];
        switch (image)
        {
            case SixLabors.ImageSharp.Image<L8> grey:
                grey.CopyPixelDataTo(MemoryMarshal.Cast<byte, L8>(pixels.AsSpan()));
                break;
            case SixLabors.ImageSharp.Image<Rgb24> rgb:
                rgb.CopyPixelDataTo(MemoryMarshal.Cast<byte, Rgb24>(pixels.AsSpan()));
                break;
            case SixLabors.ImageSharp.Image<Rgba32> rgba:
                rgba.CopyPixelDataTo(MemoryMarshal.Cast<byte, Rgba32>(pixels.AsSpan()));
                break;
        }

        return new(image.Width, image.Height, channels, pixels);
    }

    private static Decoded Stb(byte[] file)
    {
        var image = ImageResult.FromMemory(file);
        return new(image.Width, image.Height, (int)image.Comp, image.Data);
    }
}
