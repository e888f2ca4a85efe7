using System.Text;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Netpbm;
using Fovea.Testing;
using Fovea.Testing.Mutating;
using FsCheck;
using FsCheck.Fluent;

namespace Fovea.Imaging.Tests.Netpbm;

public class NetpbmTests
{
    private static readonly IReadOnlyDictionary<string, GoldenPicture> s_goldens = GoldenPicture.Load("ppm");

    public static TheoryData<string> Names => new(s_goldens.Keys);

    private static Image Decode(string text) => new NetpbmDecoder().Decode(Encoding.Latin1.GetBytes(text), ImageLimits.Default);

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_pixels_are_exact(string name) =>
        Same.Picture(s_goldens[name].Expected, ImageCodecs.Decode(GoldenPicture.Bytes("ppm", name)), name);

    [Fact]
    public void Any_picture_without_alpha_comes_back_unchanged() => Prop.ForAll(AnyPicture.Arbitrary, image =>
    {
        if (image.Format is PixelFormat.Grey or PixelFormat.Rgb)
        {
            Same.Picture(image, ImageCodecs.Decode(NetpbmEncoder.Encode(image)));
        }
        else
        {
            Assert.Equal(ImageError.Unsupported, Assert.Throws<ImageException>(() => NetpbmEncoder.Encode(image)).Error);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Mutated_files_give_pictures_or_the_typed_error()
    {
        byte[][] files = [.. Directory.EnumerateFiles(Repository.Golden("images", "ppm"), "p*").Order().Select(File.ReadAllBytes)];
        Assert.InRange(DamagedImages.Refused(new NetpbmDecoder(), files, 5000, TextStructure.Words), 1000, 5000);
    }

    [Theory]
    [InlineData("P5 2 2 255 ab", ImageError.Truncated, "take at least 4")]
    [InlineData("P5 2 2 0 abcd", ImageError.Malformed, "maximum")]
    [InlineData("P5 2 2 65536 abcd", ImageError.Malformed, "maximum")]
    [InlineData("P5 2 x 255 abcd", ImageError.Malformed, "height")]
    [InlineData("P5 0 2 255 abcd", ImageError.Malformed, "0x2")]
    [InlineData("P5 2", ImageError.Truncated, "height")]
    [InlineData("P5 2 2 255", ImageError.Truncated, "space")]
    [InlineData("P5 70000 70000 255 abcd", ImageError.TooLarge, "limit")]
    [InlineData("P6 9999 9999 255 abcd", ImageError.Truncated, "299940003")]
    [InlineData("P2 2 1 255 1 # 2", ImageError.Truncated, "sample")]
    [InlineData("P2 2 1 255 1 -2", ImageError.Malformed, "sample")]
    [InlineData("P1 2 1 12", ImageError.Malformed, "0 or 1")]
    [InlineData("P2 99999999999 1 255 1", ImageError.Malformed, "large")]
    public void Broken_files_say_why(string text, ImageError error, string part)
    {
        ImageException thrown = Assert.Throws<ImageException>(() => Decode(text));
        Assert.True(error == thrown.Error && thrown.Message.Contains(part, StringComparison.Ordinal), $"{thrown.Error}: {thrown.Message}");
    }

    [Fact]
    public void The_first_sample_may_look_like_a_space() => Assert.Equal([10, 32], Decode("P5 2 1 255\n\n ").Pixels);
}
