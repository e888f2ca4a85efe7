using System.IO.Compression;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Png;
using FsCheck;
using FsCheck.Fluent;

namespace Fovea.Imaging.Tests.Png;

public class PngEncoderTests
{
    [Fact]
    public void Any_picture_comes_back_unchanged() => Prop.ForAll(AnyPicture.Arbitrary, image =>
    {
        foreach (CompressionLevel level in Enum.GetValues<CompressionLevel>())
        {
            Same.Picture(image, ImageCodecs.Decode(PngEncoder.Encode(image, level)), level.ToString());
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Adaptive_filters_shrink_a_smooth_picture()
    {
        Image image = Pictures.Make(200, 150, 3, 1);
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (byte)(i % 3 * 40 + i / 3 % 200 + i / 600);
        }

        Assert.InRange(PngEncoder.Encode(image).Length, 0, image.Pixels.Length / 50);
    }

    [Fact]
    public void Equal_pictures_give_equal_files() =>
        Assert.Equal(PngEncoder.Encode(Pictures.Make(50, 40, 3, 1)), PngEncoder.Encode(Pictures.Make(50, 40, 3, 1)));
}
