using System.Buffers.Binary;
using System.Text;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Transforms;
using Fovea.Imaging.Tests.Jpeg;

namespace Fovea.Imaging.Tests;

/// <summary>The turn that a file asks for: where it is looked for, and what it does to pixels and to stored samples.</summary>
public class OrientationTests
{
    private const ushort Byte = 1, Short = 3, Long = 4;

    // 2 by 1: the pixel on the left is 10, the one on the right 20.
    private static byte[] Png(params byte[][] chunks) =>
        PngParts.File([PngParts.Header(2, 1, 8, 0), .. chunks, PngParts.Data(0, 10, 20)]);

    private static byte[] Exif(int orientation, ushort type = Short, bool little = true)
    {
        byte[] tiff = [.. little ? "II*\0\b\0\0\0"u8 : "MM\0*\0\0\0\b"u8, .. new byte[18]];
        Span<byte> entry = tiff.AsSpan(10);
        Span<byte> value = entry[8..];
        if (little)
        {
            tiff[8] = 1;
            BinaryPrimitives.WriteUInt16LittleEndian(entry, 0x112);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], type);
            entry[4] = 1;
            BinaryPrimitives.WriteInt32LittleEndian(value, orientation);
        }
        else
        {
            tiff[9] = 1;
            BinaryPrimitives.WriteUInt16BigEndian(entry, 0x112);
            BinaryPrimitives.WriteUInt16BigEndian(entry[2..], type);
            entry[7] = 1;
            value[type switch { Byte => 0, Short => 1, _ => 3 }] = (byte)orientation;
        }

        return tiff;
    }

    private static byte[] Jpeg(params byte[] body) =>
        JpegParts.Insert(JpegGoldens.Bytes("plain"), 0xC0, [0xFF, 0xE1, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body]);

    private static byte[] ImageMagick(int orientation, string name = "exif")
    {
        byte[] profile = [.. "Exif\0\0"u8, .. Exif(orientation)];
        return Encoding.Latin1.GetBytes($"Raw profile type {name}\0\n{name}\n{profile.Length,8}\n{Convert.ToHexStringLower(profile)[..40]}\n{Convert.ToHexStringLower(profile)[40..]}\n");
    }

    public static TheoryData<ushort, bool> Types => new() { { Byte, true }, { Byte, false }, { Short, true }, { Short, false }, { Long, true }, { Long, false } };

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_whole_number_type_and_byte_order_is_read_from_both_formats(ushort type, bool little)
    {
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            byte[] exif = Exif(orientation, type, little);
            Assert.Equal((ExifOrientation)orientation, ImageCodecs.ReadOrientation(Jpeg([.. "Exif\0\0"u8, .. exif])));
            Assert.Equal((ExifOrientation)orientation, ImageCodecs.ReadOrientation(Png(PngParts.Chunk("eXIf", exif))));
        }
    }

    [Fact]
    public void Png_is_turned_as_jpeg_is_and_left_alone_when_asked()
    {
        byte[] file = Png(PngParts.Chunk("eXIf", Exif(6)));
        Image upright = ImageCodecs.Decode(file);
        Assert.Equal((1, 2), (upright.Width, upright.Height));
        Assert.Equal([10, 20], upright.Pixels);
        Assert.Equal([20, 10], ImageCodecs.Decode(Png(PngParts.Chunk("eXIf", Exif(3)))).Pixels);
        Assert.Equal([20, 10], ImageCodecs.DecodeStored(Png(PngParts.Chunk("eXIf", Exif(3)))).Samples);
        var ignore = new DecodeOptions { Orientation = OrientationHandling.Ignore };
        Assert.Equal(2, ImageCodecs.Decode(file, ignore).Width);
        Assert.Equal(2, ImageCodecs.DecodeStored(file, ignore).Width);
        Same.Picture(JpegGoldens.Expected("exif-1"), ImageCodecs.Decode(JpegGoldens.Bytes("exif-6"), ignore));
    }

    [Fact]
    public void Png_is_asked_everywhere_that_Pillow_asks()
    {
        byte[] xmp = Encoding.UTF8.GetBytes("XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta><rdf:Description tiff:Orientation=\"8\"/></x:xmpmeta>");
        byte[] packed = [.. "XML:com.adobe.xmp\0\u0001\0\0\0"u8, .. PngParts.Deflate("<tiff:Orientation>7</tiff:Orientation>"u8.ToArray())];
        byte[] magick = ImageMagick(6);
        byte[] zipped = [.. "Raw profile type exif\0\0"u8, .. PngParts.Deflate(ImageMagick(3)["Raw profile type exif\0".Length..])];
        (byte[] Chunk, int Orientation)[] cases =
        [
            (PngParts.Chunk("eXIf", [.. "Exif\0\0"u8, .. Exif(5)]), 5), (PngParts.Chunk("tEXt", magick), 6), (PngParts.Chunk("tEXt", ImageMagick(4, "APP1")), 4),
            (PngParts.Chunk("zTXt", zipped), 3), (PngParts.Chunk("iTXt", xmp), 8), (PngParts.Chunk("iTXt", packed), 7),
        ];
        foreach ((byte[] chunk, int orientation) in cases)
        {
            Assert.Equal((ExifOrientation)orientation, ImageCodecs.ReadOrientation(Png(chunk)));

            // Behind the pixels, too.
            Assert.Equal((ExifOrientation)orientation, ImageCodecs.ReadOrientation(PngParts.File(PngParts.Header(2, 1, 8, 0), PngParts.Data(0, 1, 2), chunk)));
        }

        Assert.Equal(ExifOrientation.RightTop, ImageCodecs.ReadOrientation(Png(PngParts.Chunk("iTXt", xmp), PngParts.Chunk("tEXt", ImageMagick(3)), PngParts.Chunk("eXIf", Exif(6)))));
        Assert.Equal(ExifOrientation.LeftBottom, ImageCodecs.ReadOrientation(Jpeg([.. "http://ns.adobe.com/xap/1.0/\0"u8, .. xmp])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("49492A00FFFFFFFF")]
    [InlineData("4D4D002A00000008FFFF0112")]
    [InlineData("49492A0008000000010012010300010000000900000000000000")]
    [InlineData("49492A0008000000010012010200010000000600000000000000")]
    [InlineData("58492A0008000000010012010300010000000600000000000000")]
    public void Odd_metadata_mean_upright(string tiff)
    {
        byte[] exif = Convert.FromHexString(tiff);
        Same.Picture(JpegGoldens.Expected("plain"), ImageCodecs.Decode(Jpeg([.. "Exif\0\0"u8, .. exif])));
        Assert.Equal([10, 20], ImageCodecs.Decode(Png(PngParts.Chunk("eXIf", exif))).Pixels);
        Assert.Equal([10, 20], ImageCodecs.Decode(Png(PngParts.Chunk("zTXt", [.. "Raw profile type exif\0\0"u8, .. exif]))).Pixels);
        Assert.Equal([10, 20], ImageCodecs.Decode(Png(PngParts.Chunk("iTXt", [.. "XML:com.adobe.xmp\0"u8, .. exif]))).Pixels);
    }

    [Fact]
    public void A_damaged_chunk_of_metadata_does_not_turn_the_picture()
    {
        byte[] chunk = PngParts.Chunk("eXIf", Exif(6));
        chunk[^1] ^= 1;
        Assert.Equal(2, ImageCodecs.Decode(Png(chunk)).Width);
        Assert.Equal(ExifOrientation.TopLeft, ImageCodecs.ReadOrientation([]));
        Assert.Equal(ExifOrientation.TopLeft, ImageCodecs.ReadOrientation("GIF89a"u8));
    }

    [Fact]
    public void A_bomb_of_text_is_inflated_no_further_than_metadata_reach()
    {
        byte[] bomb = PngParts.Chunk("zTXt", [.. "Raw profile type exif\0\0"u8, .. PngParts.Deflate(new byte[100_000_000])]);
        byte[] file = Png([.. Enumerable.Repeat(bomb, 20)]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(ExifOrientation.TopLeft, ImageCodecs.ReadOrientation(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    [Fact]
    public void Turning_keeps_every_sample_and_doubles_the_memory_that_is_checked()
    {
        Image image = Pictures.Make(5, 3, 3, 1);
        foreach (ExifOrientation orientation in Enum.GetValues<ExifOrientation>())
        {
            Image turned = image.Orient(orientation);
            StoredImage stored = StoredImage.Of(image).Orient(orientation);
            Assert.Equal(turned.Pixels.Select(p => (ushort)p), stored.Samples);
            Assert.Equal((turned.Width, turned.Height), (stored.Width, stored.Height));
            Assert.Equal(image.Pixels.Order(), turned.Pixels.Order());
        }

        Same.Picture(image.Rotate90(), image.Orient(ExifOrientation.RightTop));
        Same.Picture(image.Rotate90(3), image.Orient(ExifOrientation.LeftBottom));
        Same.Picture(image.Transpose(), image.Orient(ExifOrientation.LeftTop));
        Same.Picture(image.FlipHorizontal(), image.Orient(ExifOrientation.TopRight));
        Same.Picture(image.FlipVertical(), image.Orient(ExifOrientation.BottomLeft));

        byte[] file = JpegGoldens.Bytes("exif-6");
        Assert.Equal(ImageError.TooLarge,
            Assert.Throws<ImageException>(() => ImageCodecs.Decode(file, new DecodeOptions { Limits = new ImageLimits { MaxMemory = 700 } })).Error);
    }
}
