using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Webp;
using Fovea.Imaging.Transforms;

namespace Fovea.Imaging.Skia.Tests;

public class WebpDecoderTests
{
    private static readonly WebpDecoder s_decoder = new();
    private static readonly IReadOnlyDictionary<string, GoldenPicture> s_goldens = GoldenPicture.Load("webp");

    public static TheoryData<string> Names => new(s_goldens.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_pixels_are_exact(string name)
    {
        byte[] file = GoldenPicture.Bytes("webp", name + ".webp");
        Assert.True(s_decoder.Matches(file.AsSpan(0, 16)));
        Image image = s_decoder.Decode(file, ImageLimits.Default);
        Same.Picture(s_goldens[name].Expected, image, name);
        Assert.Equal(new PictureHeader(image.Width, image.Height, 255), s_decoder.ReadHeader(file, ImageLimits.Default));
        Assert.Equal(image.Pixels.Select(p => (ushort)p), ((IImageDecoder)s_decoder).DecodeStored(file, ImageLimits.Default).Samples);
    }

    [Theory]
    [InlineData("exif-1", ExifOrientation.TopLeft)]
    [InlineData("exif-2", ExifOrientation.TopRight)]
    [InlineData("exif-3", ExifOrientation.BottomRight)]
    [InlineData("exif-4", ExifOrientation.BottomLeft)]
    [InlineData("exif-5", ExifOrientation.LeftTop)]
    [InlineData("exif-6", ExifOrientation.RightTop)]
    [InlineData("exif-7", ExifOrientation.RightBottom)]
    [InlineData("exif-8", ExifOrientation.LeftBottom)]
    [InlineData("xmp-6", ExifOrientation.RightTop)]
    [InlineData("profile", ExifOrientation.TopLeft)]
    public void A_picture_is_turned_as_its_metadata_say(string name, ExifOrientation orientation)
    {
        byte[] file = GoldenPicture.Bytes("webp", name + ".webp");
        Assert.Equal(orientation, s_decoder.ReadOrientation(file));
        Assert.Equal(ExifOrientation.TopLeft, s_decoder.ReadOrientation(file.AsSpan(0, 40)));
    }

    [Fact]
    public void Once_registered_it_reads_whatever_asks_the_list()
    {
        ImageCodecs.Register(s_decoder);
        byte[] file = GoldenPicture.Bytes("webp", "exif-6.webp");
        Assert.Equal((9, 20), (ImageCodecs.Decode(file).Width, ImageCodecs.Decode(file).Height));
        Same.Picture(s_goldens["exif-6"].Expected.Orient(ExifOrientation.RightTop), ImageCodecs.Decode(file));
        Assert.Equal(new PictureHeader(9, 20, 255), ImageCodecs.ReadHeader(file));
        Assert.Contains("Fovea reads WebP, JPEG", Assert.Throws<ImageException>(() => ImageCodecs.Decode("nothing"u8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_decode_beside_each_other()
    {
        string[] names = [.. s_goldens.Keys];
        Parallel.For(0, 400, i =>
        {
            string name = names[i % names.Length];
            Same.Picture(s_goldens[name].Expected, s_decoder.Decode(GoldenPicture.Bytes("webp", name + ".webp"), ImageLimits.Default), name);
        });
    }
}
