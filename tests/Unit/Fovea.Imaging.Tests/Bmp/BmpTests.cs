using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Bmp;
using Fovea.Testing;
using Fovea.Testing.Mutating;
using FsCheck;
using FsCheck.Fluent;

namespace Fovea.Imaging.Tests.Bmp;

public class BmpTests
{
    private static readonly IReadOnlyDictionary<string, GoldenPicture> s_goldens = GoldenPicture.Load("bmp");

    public static TheoryData<string> Names => new(s_goldens.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_pixels_and_indices_are_exact(string name)
    {
        byte[] file = GoldenPicture.Bytes("bmp", name + ".bmp");
        Same.Picture(s_goldens[name].Expected, ImageCodecs.Decode(file), name);
        if (s_goldens[name].Indices is { } indices)
        {
            Image actual = ImageCodecs.DecodeIndices(file);
            Same.Picture(new Image(actual.Width, actual.Height, PixelFormat.Grey, indices), actual, name);
        }
        else
        {
            Assert.Throws<ImageException>(() => ImageCodecs.DecodeIndices(file));
        }
    }

    [Fact]
    public void Any_picture_comes_back_unchanged() => Prop.ForAll(AnyPicture.Arbitrary, image =>
    {
        Image back = ImageCodecs.Decode(BmpEncoder.Encode(image));
        if (image.Format == PixelFormat.GreyAlpha)
        {
            Assert.Equal(PixelFormat.Rgba, back.Format);
            for (int i = 0; i < image.Width * image.Height; i++)
            {
                byte grey = image.Pixels[2 * i];
                Assert.Equal([grey, grey, grey, image.Pixels[2 * i + 1]], back.Pixels[(4 * i)..(4 * i + 4)]);
            }

            return;
        }

        Same.Picture(image, back);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Mutated_files_give_pictures_or_the_typed_error()
    {
        byte[][] files = [.. Directory.EnumerateFiles(Repository.Golden("images", "bmp"), "*.bmp").Order().Select(File.ReadAllBytes)];
        Assert.InRange(DamagedImages.Refused(new BmpDecoder(), files, 6000, TableStructure.Bmp), 1000, 6000);
    }

    [Fact]
    public void Every_prefix_of_a_file_is_refused()
    {
        byte[] file = GoldenPicture.Bytes("bmp", "rgba32-v4.bmp");
        for (int length = 0; length < file.Length; length++)
        {
            Assert.Throws<ImageException>(() => new BmpDecoder().Decode(file.AsSpan(0, length), ImageLimits.Default));
        }
    }

    [Fact]
    public void A_few_bytes_of_runs_cannot_claim_a_huge_picture()
    {
        byte[] file = GoldenPicture.Bytes("bmp", "rle8.bmp");
        (file[19], file[23]) = (0x20, 0x20);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(ImageError.Truncated, Assert.Throws<ImageException>(() => ImageCodecs.Decode(file)).Error);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Unsupported_packings_and_huge_sizes_say_what_they_are()
    {
        byte[] file = GoldenPicture.Bytes("bmp", "rgb24.bmp");
        file[30] = 4;
        ImageException error = Assert.Throws<ImageException>(() => ImageCodecs.Decode(file));
        Assert.Equal(ImageError.Unsupported, error.Error);
        Assert.Contains("compression 4", error.Message);

        file[30] = 0;
        (file[21], file[25]) = (0x7F, 0x80);
        Assert.Equal(ImageError.TooLarge, Assert.Throws<ImageException>(() => ImageCodecs.Decode(file)).Error);
    }
}
