using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Ico;
using Fovea.Testing;
using Fovea.Testing.Mutating;

namespace Fovea.Imaging.Tests.Ico;

public class IcoTests
{
    private static readonly IReadOnlyDictionary<string, GoldenPicture> s_goldens = GoldenPicture.Load("ico");

    public static TheoryData<string> Names => new(s_goldens.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Golden_pixels_are_exact(string name)
    {
        byte[] file = GoldenPicture.Bytes("ico", name + ".ico");
        Image image = ImageCodecs.Decode(file);
        Same.Picture(s_goldens[name].Expected, image, name);
        Assert.Equal(new PictureHeader(image.Width, image.Height, 255), ImageCodecs.ReadHeader(file));
    }

    [Fact]
    public void A_cursor_is_read_as_an_icon_of_the_same_bitmap()
    {
        Image cursor = ImageCodecs.Decode(GoldenPicture.Bytes("ico", "cursor.cur"));
        Same.Picture(s_goldens["bits-8"].Expected, cursor);
    }

    [Fact]
    public void Rows_from_the_top_have_their_mask_from_the_top()
    {
        byte[] upward = GoldenPicture.Bytes("ico", "bits-24.ico");
        byte[] downward = [.. upward];
        const int Pixels = 22 + 40, Stride = 60, MaskStride = 4, Side = 19;
        for (int y = 0; y < Side; y++)
        {
            upward.AsSpan(Pixels + (y * Stride), Stride).CopyTo(downward.AsSpan(Pixels + ((Side - 1 - y) * Stride)));
            upward.AsSpan(Pixels + (Side * Stride) + (y * MaskStride), MaskStride).CopyTo(downward.AsSpan(Pixels + (Side * Stride) + ((Side - 1 - y) * MaskStride)));
        }

        BitConverter.GetBytes(-2 * Side).CopyTo(downward, 22 + 8);
        Same.Picture(ImageCodecs.Decode(upward), ImageCodecs.Decode(downward));
    }

    [Fact]
    public void What_is_damaged_or_not_read_is_named()
    {
        byte[] file = GoldenPicture.Bytes("ico", "bits-8.ico");
        Refused(ImageError.Truncated, file[..20], "the list of 1 pictures is longer");
        Refused(ImageError.Truncated, [.. file[..18], 0xFF, 0xFF, 0xFF, 0x7F, .. file[22..]], "lies outside of the file");
        Refused(ImageError.Truncated, [.. file[..14], 8, 0, 0, 0, .. file[18..]], "expected a bitmap or a PNG, got 8 bytes");
        Refused(ImageError.Unsupported, [.. file[..38], 1, .. file[39..]], "run-length packed");
        int mask = file.Length - 10;
        byte[] length = BitConverter.GetBytes(mask - 22);
        Refused(ImageError.Truncated, [.. file[..14], .. length, .. file[18..mask]], "the mask of 19x19 pixels is not complete");
    }

    [Fact]
    public void Mutated_files_give_pictures_or_the_typed_error()
    {
        byte[][] files = [.. Directory.EnumerateFiles(Repository.Golden("images", "ico"), "*.ico").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        Assert.InRange(DamagedImages.Refused(new IcoDecoder(), files, 6000, TableStructure.Ico), 1000, 6000);
    }

    private static void Refused(ImageError error, byte[] file, string words)
    {
        ImageException e = Assert.Throws<ImageException>(() => ImageCodecs.Decode(file));
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.Equal(error, e.Error);
    }
}
