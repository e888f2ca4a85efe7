using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Png;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Masks;

/// <summary>Pictures with an EXIF orientation, and masks that were drawn on their pixels as they are stored.</summary>
public class OrientationTests
{
    // Half a turn, which no size shows, and a quarter of a square.
    [Theory]
    [InlineData(3, OrientationHandling.Apply, 0)]
    [InlineData(3, OrientationHandling.Ignore, 16)]
    [InlineData(6, OrientationHandling.Apply, 0)]
    [InlineData(6, OrientationHandling.Ignore, 16)]
    public void Masks_drawn_on_stored_pixels_fit_when_the_orientation_is_ignored(int orientation, OrientationHandling handling, int overlap)
    {
        using var folder = new TestFolder();
        Write(folder, orientation);
        DatasetPair pair = DatasetFactory.OpenPair(Path.Combine(folder.Root, "d"), options: new DatasetOptions { Orientation = handling });
        for (int i = 0; i < pair.Train.Count; i++)
        {
            ImageSample sample = pair.Train.Get(i);
            Assert.Equal(overlap, Enumerable.Range(0, sample.Mask!.Pixels.Length).Count(p => sample.Mask.Pixels[p] == 1 && sample.Image.Pixels[3 * p] == 255));
        }

        DataReport report = DataCheck.Run(pair, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(handling == OrientationHandling.Apply, report.Warnings.Any(w => w.Contains("--orientation ignore", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_tag_on_the_mask_is_ignored_with_the_pictures()
    {
        using var folder = new TestFolder();
        folder.File("d/images/1.png", TestFolder.Png(8, 6, "1"));
        folder.File("d/masks/1.png", ExifPng.Turned(MaskDataTests.Mask(8, 6, i => (byte)(i < 8 ? 1 : 0)), 3));
        byte[] Mask(OrientationHandling handling) =>
            DatasetFactory.Open(Path.Combine(folder.Root, "d"), new DatasetOptions { Orientation = handling }).Get(0).Mask!.Pixels;
        Assert.Equal(Enumerable.Range(0, 48).Select(i => (byte)(i < 8 ? 1 : 0)), Mask(OrientationHandling.Ignore));
        Assert.Equal(Enumerable.Range(0, 48).Select(i => (byte)(i >= 40 ? 1 : 0)), Mask(OrientationHandling.Apply));
    }

    // A white square of 16 pixels in the top left corner of a dark picture, and its mask.
    private static void Write(TestFolder folder, int orientation)
    {
        for (int n = 0; n < 10; n++)
        {
            bool Inside(int p) => p % 12 is >= 1 and < 5 && p / 12 is >= 1 and < 5;
            var image = new Image(12, 12, PixelFormat.Rgb, [.. Enumerable.Range(0, 3 * 144).Select(i => (byte)(Inside(i / 3) ? 255 : n))]);
            folder.File($"d/images/{n}.png", ExifPng.Turned(PngEncoder.Encode(image), orientation));
            folder.File($"d/masks/{n}.png", MaskDataTests.Mask(12, 12, i => (byte)(Inside(i) ? 255 : 0)));
        }
    }
}
