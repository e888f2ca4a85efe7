using System.Buffers.Binary;
using Fovea.Imaging.Codecs.Webp;

namespace Fovea.Imaging.Skia.Tests;

public class WebpRuleTests
{
    private static readonly WebpDecoder s_decoder = new();

    [Fact]
    public void Every_prefix_of_a_file_is_refused()
    {
        foreach (string name in new[] { "lossy-smooth-1", "lossless-two-colours", "animated-inside" })
        {
            byte[] file = GoldenPicture.Bytes("webp", name + ".webp");
            for (int length = 0; length < file.Length; length++)
            {
                ImageException e = Assert.Throws<ImageException>(() => s_decoder.Decode(file.AsSpan(0, length), ImageLimits.Default));
                Assert.True(e.Error is ImageError.Truncated or ImageError.Malformed, e.Message);
            }

            Same.Picture(s_decoder.Decode(file, ImageLimits.Default), s_decoder.Decode([.. file, 1, 2, 3], ImageLimits.Default), name);
        }
    }

    [Fact]
    public void What_is_cut_behind_sound_headers_is_truncated()
    {
        byte[] file = GoldenPicture.Bytes("webp", "lossy-busy-75.webp");
        byte[] cut = file[..(file.Length / 2)];
        BinaryPrimitives.WriteInt32LittleEndian(cut.AsSpan(4), cut.Length - 8);
        Refused(ImageError.Truncated, cut, "cut short");
        BinaryPrimitives.WriteInt32LittleEndian(cut.AsSpan(16), cut.Length - 20);
        Assert.True(Assert.Throws<ImageException>(() => s_decoder.Decode(cut, ImageLimits.Default)).Error is ImageError.Truncated or ImageError.Malformed);
    }

    [Fact]
    public void What_is_damaged_is_named()
    {
        byte[] lossy = GoldenPicture.Bytes("webp", "lossy-16x16.webp"), lossless = GoldenPicture.Bytes("webp", "lossless-16x16.webp");
        byte[] moving = GoldenPicture.Bytes("webp", "animated-inside.webp");
        Refused(ImageError.Malformed, With(lossy, 12, (byte)'X'), "expected VP8, VP8L or VP8X at the start, got “XP8 ”");
        Refused(ImageError.Malformed, With(lossy, 20, (byte)(lossy[20] | 1)), "key frame");
        Refused(ImageError.Malformed, With(lossless, 20, 0x2E), "its signature (2F)");
        Refused(ImageError.Malformed, With(lossless, 24, (byte)(lossless[24] | 0x20)), "version 0");
        Refused(ImageError.Malformed, With(moving, 24, 30), "leaves the canvas of 31x47");
        int vp8l = moving.AsSpan().IndexOf("VP8L"u8);
        Refused(ImageError.Malformed, With(moving, vp8l + 9, (byte)(moving[vp8l + 9] ^ 1)), "the headers say 31x25 pixels, the picture");
        Refused(ImageError.Truncated, With(moving, 20, 0), "the file ends before any picture");
    }

    [Fact]
    public void Sizes_are_held_to_the_limits_before_memory_is_taken()
    {
        byte[] lossy = GoldenPicture.Bytes("webp", "lossy-16x16.webp");
        byte[] huge = With(With(With(With(lossy, 26, 0xFF), 27, 0x3F), 28, 0xFF), 29, 0x3F);
        byte[] moving = GoldenPicture.Bytes("webp", "animated-inside.webp");
        byte[] canvas = With(With(With(moving, 26, 0xFF), 29, 0xFF), 28, 0xFF);
        foreach (byte[] file in new[] { huge, canvas })
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(ImageError.TooLarge, Assert.Throws<ImageException>(() => s_decoder.Decode(file, ImageLimits.Default)).Error);
            Assert.Equal(ImageError.TooLarge, Assert.Throws<ImageException>(() => s_decoder.ReadHeader(file, ImageLimits.Default)).Error);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        }

        byte[] plain = GoldenPicture.Bytes("webp", "lossless-smooth.webp");
        var limits = new ImageLimits { MaxMemory = 61 * 47 * 12 };
        Assert.Equal(ImageError.TooLarge, Assert.Throws<ImageException>(() => s_decoder.Decode(plain, limits)).Error);
        Assert.Equal(61, s_decoder.ReadHeader(plain, limits)!.Value.Width);
    }

    private static byte[] With(byte[] file, int at, byte value)
    {
        byte[] changed = [.. file];
        changed[at] = value;
        return changed;
    }

    private static void Refused(ImageError error, byte[] file, string words)
    {
        ImageException e = Assert.Throws<ImageException>(() => s_decoder.Decode(file, ImageLimits.Default));
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.Equal(error, e.Error);
        Assert.StartsWith("webp: ", e.Message, StringComparison.Ordinal);
    }
}
