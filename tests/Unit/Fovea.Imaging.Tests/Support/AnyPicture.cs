using FsCheck;
using FsCheck.Fluent;

namespace Fovea.Imaging.Tests;

/// <summary>Generates small pictures of every format for property tests.</summary>
internal static class AnyPicture
{
    /// <summary>Sides of 1 to 40; half of the pictures smooth, half pure noise.</summary>
    public static Arbitrary<Image> Arbitrary { get; } = Arb.From(
        from width in Gen.Choose(1, 40)
        from height in Gen.Choose(1, 40)
        from channels in Gen.Choose(1, 4)
        from seed in Gen.Choose(0, 1 << 20)
        from smooth in Gen.Choose(0, 1)
        select smooth == 1 ? Pictures.Make(width, height, channels, seed) : Noise(width, height, channels, seed));

    private static Image Noise(int width, int height, int channels, int seed)
    {
        var image = new Image(width, height, (PixelFormat)channels);
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }
}
