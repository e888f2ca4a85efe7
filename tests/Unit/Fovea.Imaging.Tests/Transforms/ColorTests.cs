using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Fovea.Imaging.Transforms;
using Fovea.Testing;

namespace Fovea.Imaging.Tests.Transforms;

public class ColorTests
{
    private static readonly string[][] s_lines = [.. File.ReadAllLines(Repository.Golden("images", "color", "hashes.txt")).Select(l => l.Split(' '))];

    private static string Expected(string name) => s_lines.Single(l => l[0] == name)[^1];

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..24];

    private static Image AllColors()
    {
        var image = new Image(4096, 4096, PixelFormat.Rgb);
        for (int i = 0; i < 1 << 24; i++)
        {
            (image.Pixels[3 * i], image.Pixels[3 * i + 1], image.Pixels[3 * i + 2]) = ((byte)(i >> 16), (byte)(i >> 8), (byte)i);
        }

        return image;
    }

    [Fact]
    public void Grey_of_every_colour_is_Pillows() => Assert.Equal(Expected("rgb-to-grey"), Hash(AllColors().ConvertTo(PixelFormat.Grey).Pixels));

    [Fact]
    public void Hue_saturation_value_of_every_colour_is_Pillows_both_ways()
    {
        byte[] there = AllColors().Pixels, back = [.. there];
        for (int i = 0; i < there.Length; i += 3)
        {
            (back[i], back[i + 1], back[i + 2]) = Hsv.ToRgb(there[i], there[i + 1], there[i + 2]);
            (there[i], there[i + 1], there[i + 2]) = Hsv.FromRgb(there[i], there[i + 1], there[i + 2]);
        }

        Assert.Equal(Expected("rgb-to-hsv"), Hash(there));
        Assert.Equal(Expected("hsv-to-rgb"), Hash(back));
    }

    [Fact]
    public void Adjustments_and_conversions_are_Pillows()
    {
        int compared = 0;
        foreach (string[] words in s_lines.Where(l => l.Length == 4))
        {
            int channels = int.Parse(words[1], CultureInfo.InvariantCulture);
            double amount = double.Parse(words[2], CultureInfo.InvariantCulture);
            Image image = Pictures.Make(61, 43, channels, 7 + channels);
            byte[] before = [.. image.Pixels];
            Image result = words[0] switch
            {
                "brightness" => image.AdjustBrightness(amount),
                "contrast" => image.AdjustContrast(amount),
                "saturation" => image.AdjustSaturation(amount),
                "hue" => image.AdjustHue(amount),
                _ => image.ConvertTo((PixelFormat)(int)amount),
            };
            Assert.True(words[3] == Hash(result.Pixels), string.Join(' ', words));
            Assert.Equal(before, image.Pixels);
            Assert.NotSame(image, result);
            compared++;
        }

        Assert.Equal(4 * (4 * 5 + 4), compared);
    }

    [Fact]
    public void Planes_hold_the_bits_of_float32_arithmetic()
    {
        var image = new Image(256, 1, PixelFormat.Rgb);
        for (int i = 0; i < 768; i++)
        {
            image.Pixels[i] = (byte)(i / 3);
        }

        float[] planes = new float[768 + 5];
        planes.AsSpan(768).Fill(9);
        image.ToPlanes(planes, Normalization.ImageNet);
        Assert.Equal(Expected("imagenet-planes"), Hash(MemoryMarshal.AsBytes(planes.AsSpan(0, 768))));
        Assert.All(planes[768..], v => Assert.Equal(9, v));
    }

    [Fact]
    public void Planes_come_back_as_the_picture()
    {
        foreach (int channels in (int[])[1, 2, 3, 4])
        {
            Image image = Pictures.Make(17, 9, channels, 3);
            var normalization = new Normalization([0.5f], [0.25f]);
            float[] planes = new float[image.Pixels.Length];
            image.ToPlanes(planes, normalization);
            Assert.Equal((image.Pixels[channels * 18 + channels - 1] / 255f - 0.5f) / 0.25f, planes[(channels - 1) * 17 * 9 + 18]);
            Same.Picture(image, ImageTransforms.FromPlanes(planes, 17, 9, image.Format, normalization));
        }

        Assert.Equal([0, 255, 0], ImageTransforms.FromPlanes([-1, 7, float.NaN], 3, 1, PixelFormat.Grey).Pixels);
    }

    [Fact]
    public void Wrong_arguments_are_refused_by_name()
    {
        Image image = Pictures.Make(4, 4, 3, 1);
        Assert.Contains("brightness", Assert.Throws<ArgumentOutOfRangeException>(() => image.AdjustBrightness(-1)).Message);
        Assert.Contains("contrast", Assert.Throws<ArgumentOutOfRangeException>(() => image.AdjustContrast(double.NaN)).Message);
        Assert.Contains("saturation", Assert.Throws<ArgumentOutOfRangeException>(() => image.AdjustSaturation(double.PositiveInfinity)).Message);
        Assert.Contains("hue", Assert.Throws<ArgumentOutOfRangeException>(() => image.AdjustHue(0.6)).Message);
        Assert.Contains("[3, 4, 4]", Assert.Throws<ArgumentException>(() => image.ToPlanes(new float[47])).Message);
        Assert.Contains("got 2", Assert.Throws<ArgumentException>(() => image.ToPlanes(new float[48], new Normalization([0, 0], [1]))).Message);
        Assert.Contains("is 0", Assert.Throws<ArgumentException>(() => image.ToPlanes(new float[48], new Normalization([0], [0]))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => image.ConvertTo((PixelFormat)5));
    }
}
