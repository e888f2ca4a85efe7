using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Tiff;
using Fovea.Testing.Tiff;

namespace Fovea.Imaging.Tiff.Tests;

public class TiffDecoderTests
{
    private static readonly TiffDecoder s_decoder = new();

    public static TheoryData<int, int, int, int, int, bool> Forms
    {
        get
        {
            var data = new TheoryData<int, int, int, int, int, bool>();
            foreach (int bits in new[] { 8, 16 })
            {
                foreach (int samples in new[] { 1, 3 })
                {
                    foreach (int compression in new[] { 1, 5, 8, 32946, 32773 })
                    {
                        foreach (int tile in new[] { 0, 16 })
                        {
                            data.Add(bits, samples, compression, tile, 1, false);
                            data.Add(bits, samples, compression, tile, compression is 5 or 8 ? 2 : 1, samples > 1);
                        }
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_packing_gives_the_samples_that_were_stored(int bits, int samples, int compression, int tile, int predictor, bool isSeparate)
    {
        TiffPicture page = TiffPicture.Drawn(37, 21, bits, samples) with { Compression = compression, Tile = tile, Predictor = predictor, IsSeparate = isSeparate };
        foreach ((bool little, bool big) in new[] { (true, false), (false, false), (true, true) })
        {
            byte[] file = TiffParts.File(little, big, page);
            StoredImage stored = s_decoder.DecodeStored(file, ImageLimits.Default);
            Assert.Equal((37, 21, (PixelFormat)samples, (1 << bits) - 1), (stored.Width, stored.Height, stored.Format, stored.Maximum));
            Assert.Equal(page.Values, stored.Samples);
            Image image = s_decoder.Decode(file, ImageLimits.Default);
            Assert.Equal(page.Values.Select(v => (byte)(v >> (bits - 8))), image.Pixels);
            Assert.Equal(new PictureHeader(37, 21, (1 << bits) - 1), s_decoder.ReadHeader(file, ImageLimits.Default));
        }
    }

    [Fact]
    public void A_long_strip_fills_the_table_of_lzw_more_than_once()
    {
        TiffPicture page = TiffPicture.Drawn(300, 200, 8, 1) with { Compression = 5, RowsPerStrip = 200 };
        Assert.Equal(page.Values, s_decoder.DecodeStored(TiffParts.File(page), ImageLimits.Default).Samples);
    }

    [Theory]
    [InlineData(1, 255)]
    [InlineData(2, 85)]
    [InlineData(4, 17)]
    public void Few_bits_are_kept_as_they_are_and_spread_to_white_in_pictures(int bits, int factor)
    {
        TiffPicture page = TiffPicture.Drawn(13, 5, bits, 1);
        byte[] file = TiffParts.File(page), turned = TiffParts.File(page with { Photometric = 0 });
        Assert.Equal(page.Values, s_decoder.DecodeStored(file, ImageLimits.Default).Samples);
        Assert.Equal(page.Values.Select(v => (byte)(v * factor)), s_decoder.Decode(file, ImageLimits.Default).Pixels);
        int white = (1 << bits) - 1;
        Assert.Equal(page.Values.Select(v => (ushort)(white - v)), s_decoder.DecodeStored(turned, ImageLimits.Default).Samples);
    }

    [Theory]
    [InlineData(257)]
    [InlineData(1)]
    public void A_palette_gives_colours_to_pictures_and_indices_to_masks(int scale)
    {
        TiffPicture page = TiffPicture.Drawn(9, 7, 4, 1) with { Photometric = 3 };
        page = page.With(320, 3, [.. Enumerable.Range(0, 48).Select(i => (long)(scale * (5 * i)))]);
        byte[] file = TiffParts.File(page);
        Image image = s_decoder.Decode(file, ImageLimits.Default);
        Assert.Equal(PixelFormat.Rgb, image.Format);
        Assert.Equal(page.Values.SelectMany(v => new[] { (byte)(5 * v), (byte)(5 * (v + 16)), (byte)(5 * (v + 32)) }), image.Pixels);
        StoredImage stored = s_decoder.DecodeStored(file, ImageLimits.Default);
        Assert.True(stored.IsIndexed);
        Assert.Equal(page.Values, stored.Samples);
    }

    [Fact]
    public void Alpha_is_kept_divided_out_or_dropped_as_the_file_says()
    {
        TiffPicture page = new(2, 1, 8, 4, [100, 50, 0, 200, 10, 20, 30, 0]) { Photometric = 2 };
        Assert.Equal([100, 50, 0, 200, 10, 20, 30, 0], s_decoder.Decode(TiffParts.File(page.With(338, 3, 2)), ImageLimits.Default).Pixels);
        Assert.Equal([128, 64, 0, 200, 10, 20, 30, 0], s_decoder.Decode(TiffParts.File(page.With(338, 3, 1)), ImageLimits.Default).Pixels);
        Assert.Equal([100, 50, 0, 10, 20, 30], s_decoder.Decode(TiffParts.File(page.With(338, 3, 0)), ImageLimits.Default).Pixels);
        Assert.Equal([128, 64, 0, 200, 10, 20, 30, 0], s_decoder.DecodeStored(TiffParts.File((page with { IsSeparate = true }).With(338, 3, 1)), ImageLimits.Default).Samples);
    }

    [Fact]
    public void Levels_spread_the_part_of_sixteen_bits_that_a_camera_uses()
    {
        TiffPicture page = new(4, 1, 16, 1, [0, 100, 2048, 4095]);
        byte[] file = TiffParts.File(page);
        lock (typeof(ImageCodecs))
        {
            if (!ImageCodecs.CanDecode(file))
            {
                ImageCodecs.Register(s_decoder);
            }
        }

        Assert.Equal([0, 0, 8, 15], ImageCodecs.Decode(file).Pixels);
        Assert.Equal([0, 6, 128, 255], ImageCodecs.Decode(file, new DecodeOptions { Levels = new SampleLevels(0, 4095) }).Pixels);
        Assert.Equal([0, 0, 255, 255], ImageCodecs.Decode(file, new DecodeOptions { Levels = new SampleLevels(100, 2000) }).Pixels);
        Assert.Equal([0, 100, 2048, 4095], ImageCodecs.DecodeStored(file, new DecodeOptions { Levels = new SampleLevels(0, 4095) }).Samples);
    }

    [Fact]
    public void A_page_is_turned_as_its_tag_says()
    {
        byte[] file = TiffParts.File(TiffPicture.Drawn(4, 2, 8, 1).With(274, 3, 6));
        Assert.Equal(ExifOrientation.RightTop, s_decoder.ReadOrientation(file));
        Assert.Equal(ExifOrientation.TopLeft, s_decoder.ReadOrientation(file.AsSpan(0, 20)));
    }

    [Fact]
    public void Pages_are_read_one_by_one_and_copies_are_none()
    {
        TiffPicture[] pages = [.. Enumerable.Range(1, 3).Select(i => TiffPicture.Drawn(5 + i, 4, 8, 1, i))];
        TiffPicture small = TiffPicture.Drawn(2, 2, 8, 1).With(254, 4, 1), mask = TiffPicture.Drawn(6, 4, 1, 1).With(254, 4, 4);
        using var file = new MemoryStream(TiffParts.File(pages[0], small, pages[1], mask, pages[2]));
        Assert.Equal(3, s_decoder.CountPages(file));
        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal(5 + i, s_decoder.ReadPageHeader(file, i, ImageLimits.Default).Width);
            Assert.Equal(pages[i - 1].Values, s_decoder.DecodeStoredPage(file, i, ImageLimits.Default).Samples);
        }

        ImageException e = Assert.Throws<ImageException>(() => s_decoder.DecodePage(file, 4, ImageLimits.Default));
        Assert.Contains("expected a page of 1 to 3, got 4", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thumbnail_alone_is_not_taken_for_the_picture_of_a_camera_raw()
    {
        byte[] file = TiffParts.File(TiffPicture.Drawn(2, 2, 8, 1).With(254, 4, 1));
        ImageException e = Assert.Throws<ImageException>(() => s_decoder.Decode(file, ImageLimits.Default));
        Assert.Equal(ImageError.Unsupported, e.Error);
        Assert.Contains("camera raws", e.Message, StringComparison.Ordinal);
    }
}
