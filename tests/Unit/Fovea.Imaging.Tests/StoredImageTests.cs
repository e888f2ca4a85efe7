using System.Buffers.Binary;
using System.Text;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Bmp;

namespace Fovea.Imaging.Tests;

/// <summary>What masks are read from: the stored samples of every kind of file, unscaled.</summary>
public class StoredImageTests
{
    private static StoredImage Stored(params byte[] file) => ImageCodecs.DecodeStored(file);

    private static StoredImage Stored(string file) => Stored(Encoding.Latin1.GetBytes(file));

    [Fact]
    public void Graymaps_give_what_they_store()
    {
        StoredImage wide = Stored("P5 4 1 65535\n\0\0\0\u0001\0\u0002\0\u0003");
        Assert.Equal([0, 1, 2, 3], wide.Samples);
        Assert.Equal((65535, PixelFormat.Grey, false), (wide.Maximum, wide.Format, wide.IsIndexed));
        Assert.Equal([0, 1, 2, 3], wide.ToIndices().Pixels);
        StoredImage stated = Stored("P5 4 1 20\n\0\u0007\u0014\u00FF");
        Assert.Equal(20, stated.Maximum);
        Assert.Equal([0, 7, 20, 255], stated.Samples);
        Assert.Equal([0, 7, 20], Stored("P2 3 1 20 0 7 20").Samples);
        Assert.Equal([300, 5, 6], Stored("P3 1 1 999 300 5 6").Samples);
        Assert.Contains("300 at (1, 0)", Assert.Throws<ImageException>(() => Stored("P2 2 1 999 0 300").ToIndices()).Message);
    }

    [Fact]
    public void One_bit_pictures_give_0_and_1_whatever_the_format()
    {
        ushort[] white = [0, 1, 1, 0, 1];
        Assert.Equal(white, Stored(PngParts.File(PngParts.Header(5, 1, 1, 0), PngParts.Data(0, 0b01101_000))).Samples);
        Assert.Equal(white, Stored("P4 5 1\n" + (char)0b10010_000).Samples);
        Assert.Equal(white, Stored("P1 5 1 1 0 0 1 0").Samples);
        Assert.Equal(1, Stored("P1 1 1 1").Maximum);
        Assert.Equal([0, 255, 255, 0, 255], ImageCodecs.Decode(Encoding.Latin1.GetBytes("P1 5 1 1 0 0 1 0")).Pixels);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    [InlineData(4, 2)]
    [InlineData(6, 4)]
    public void Png_of_16_bits_gives_all_of_them(byte color, int channels)
    {
        ushort[] values = [.. Enumerable.Range(0, 2 * channels).Select(i => (ushort)(i * 257 + 3))];
        byte[] raw = new byte[1 + 4 * channels];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(raw.AsSpan(1 + 2 * i), values[i]);
        }

        StoredImage image = Stored(PngParts.File(PngParts.Header(2, 1, 16, color), PngParts.Data(raw)));
        Assert.Equal(((PixelFormat)channels, 65535), (image.Format, image.Maximum));
        Assert.Equal(values, image.Samples);
    }

    [Fact]
    public void A_palette_comes_with_its_indices()
    {
        byte[] colors = [0, 0, 0, 128, 0, 0, 0, 128, 0];
        StoredImage png = Stored(PngParts.File(PngParts.Header(4, 1, 2, 3), PngParts.Chunk("PLTE", colors), PngParts.Chunk("tRNS", 0), PngParts.Data(0, 0b00_01_10_11)));
        Assert.Equal([0, 1, 2, 3], png.Samples);
        Assert.Equal(colors, png.Palette);
        Assert.True(png.IsIndexed);
        Assert.Equal(ImageError.Malformed, Assert.Throws<ImageException>(() => Stored(PngParts.File(PngParts.Header(4, 1, 2, 3), PngParts.Data(0, 0)))).Error);

        StoredImage bmp = Stored(GoldenPicture.Bytes("bmp", "palette1.bmp"));
        Assert.Equal((1, 6), (bmp.Maximum, bmp.Palette.Length));
        Image shown = ImageCodecs.Decode(GoldenPicture.Bytes("bmp", "palette1.bmp"));
        Assert.All(Enumerable.Range(0, bmp.Samples.Length), i => Assert.Equal(bmp.Palette.AsSpan(3 * bmp.Samples[i], 3), shown.Pixels.AsSpan(3 * i, 3)));
    }

    [Fact]
    public void Colours_of_8_bits_are_those_that_are_decoded()
    {
        byte[][] files =
        [
            GoldenPicture.Bytes("bmp", "rgb24.bmp"), BmpEncoder.Encode(Pictures.Make(5, 4, 4, 1)), GoldenPicture.Bytes("png", "rgba8-13x11.png"),
            GoldenPicture.Bytes("png", "greyalpha8-adam7-13x11.png"), GoldenPicture.Bytes("jpeg", "plain.jpg"),
        ];
        foreach (byte[] file in files)
        {
            Image image = ImageCodecs.Decode(file);
            StoredImage stored = Stored(file);
            Assert.Equal((image.Width, image.Height, image.Format, 255, false), (stored.Width, stored.Height, stored.Format, stored.Maximum, stored.IsIndexed));
            Assert.Equal(image.Pixels.Select(p => (ushort)p), stored.Samples);
        }
    }

    [Fact]
    public void Samples_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new StoredImage(2, 2, PixelFormat.Grey, 255, new ushort[3]));
        Assert.Throws<ArgumentException>(() => new StoredImage(1, 1, PixelFormat.Rgb, 255, new ushort[3], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => new StoredImage(1, 1, PixelFormat.Grey, 255, new ushort[1], [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StoredImage(1, 1, PixelFormat.Grey, 65536, new ushort[1]));
        Assert.Contains("one channel, got Rgb", Assert.Throws<ImageException>(() => new StoredImage(1, 1, PixelFormat.Rgb, 9, new ushort[3]).ToIndices()).Message);
    }
}
