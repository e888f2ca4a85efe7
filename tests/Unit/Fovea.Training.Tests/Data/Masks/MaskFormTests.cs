using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Masks;

/// <summary>The forms in which editors and tools save masks.</summary>
public class MaskFormTests
{
    [Theory]
    [InlineData(PixelFormat.Grey, 255, new ushort[] { 0, 255, 3 }, new byte[] { 0, 255, 3 })]
    [InlineData(PixelFormat.GreyAlpha, 255, new ushort[] { 0, 255, 255, 255 }, new byte[] { 0, 255 })]
    [InlineData(PixelFormat.Rgb, 255, new ushort[] { 0, 0, 0, 255, 255, 255 }, new byte[] { 0, 255 })]
    [InlineData(PixelFormat.Rgba, 255, new ushort[] { 2, 2, 2, 9, 255, 255, 255, 0 }, new byte[] { 2, 255 })]
    [InlineData(PixelFormat.Grey, 65535, new ushort[] { 0, 1, 3 }, new byte[] { 0, 1, 3 })]
    [InlineData(PixelFormat.Grey, 65535, new ushort[] { 0, 65535 }, new byte[] { 0, 255 })]
    [InlineData(PixelFormat.Rgb, 65535, new ushort[] { 65535, 65535, 65535, 0, 0, 0 }, new byte[] { 255, 0 })]
    [InlineData(PixelFormat.Grey, 20, new ushort[] { 0, 20, 7 }, new byte[] { 0, 20, 7 })]
    [InlineData(PixelFormat.Grey, 1, new ushort[] { 0, 1 }, new byte[] { 0, 1 })]
    public void Channels_that_agree_are_one(PixelFormat format, int maximum, ushort[] samples, byte[] expected) =>
        Assert.Equal(expected, MaskPixels.Of(new StoredImage(samples.Length / (int)format, 1, format, maximum, samples)).Pixels);

    [Fact]
    public void Colours_and_numbers_too_large_are_refused_with_what_was_found()
    {
        var colours = new StoredImage(3, 1, PixelFormat.Rgb, 255, [128, 0, 0, 128, 0, 0, 0, 0, 7]);
        Assert.Contains("a mask of 2 colours: (128, 0, 0), (0, 0, 7);", Assert.Throws<ImageException>(() => MaskPixels.Of(colours)).Message, StringComparison.Ordinal);
        var large = new StoredImage(3, 1, PixelFormat.Grey, 65535, [0, 7, 300]);
        Assert.Contains("3 values up to 300, the first above 255 at 2,0", Assert.Throws<ImageException>(() => MaskPixels.Of(large)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Masks_of_which_none_can_be_read_are_not_said_to_hold_nothing()
    {
        using var folder = new TestFolder();
        folder.File("d/images/1.png", TestFolder.Png(8, 6, "1"));
        folder.File("d/masks/1.png", TestFolder.Png(8, 6, "colours"));
        IImageDataset data = DatasetFactory.Open(Path.Combine(folder.Root, "d"));
        Assert.Contains("none of 1 masks can be read; the first: ", Assert.Throws<DataException>(() => data.Classes).Message, StringComparison.Ordinal);
        folder.File("e/images/1.png", TestFolder.Png(8, 6, "1"));
        folder.File("e/masks/1.psd", [.. "8BPS"u8, .. new byte[20]]);
        data = DatasetFactory.Open(Path.Combine(folder.Root, "e"));
        Assert.Contains("is a PSD", Assert.Throws<DataException>(() => data.Classes).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("heic", "HEIC")]
    [InlineData("jp2", "JPEG 2000")]
    [InlineData("tga", "TGA")]
    [InlineData("webp", "WebP")]
    public void Pictures_of_formats_that_are_not_read_are_named_and_count(string ending, string format)
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", 10, "a", "b");
        folder.File($"d/a/x.{ending}", new byte[40]);
        DataReport report = DataCheck.Run(DatasetFactory.OpenPair(path), cancellation: TestContext.Current.CancellationToken);
        Assert.Contains(format, Assert.Single(report.Whole!.Unreadable).Reason, StringComparison.Ordinal);
        Assert.Contains("1 of 21 pictures cannot be read", report.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 8, 6, false)]
    [InlineData(6, 8, 8, false)]
    [InlineData(6, 8, 6, true)]
    [InlineData(1, 8, 6, null)]
    public void A_turned_picture_with_a_mask_that_is_not_is_doubted_or_refused(int orientation, int width, int height, bool? refused)
    {
        using var folder = new TestFolder();
        folder.File("d/images/1.png", ExifPng.Turned(TestFolder.Png(width, height, "1"), orientation));
        folder.File("d/masks/1.png", MaskDataTests.Mask(width, height, i => (byte)(i % 2)));
        DataReport report = DataCheck.Run(DatasetFactory.Open(Path.Combine(folder.Root, "d")), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(refused == true ? 1 : 0, report.Train.Unreadable.Count);
        Assert.Equal(refused == false, report.Warnings.Any(w => w.Contains($"1.png (orientation {orientation})", StringComparison.Ordinal)));
        Assert.All(report.Train.Unreadable, u => Assert.Contains($"EXIF orientation {orientation}, and the mask is not: take both as they are stored with --orientation ignore", u.Reason, StringComparison.Ordinal));
    }
}
