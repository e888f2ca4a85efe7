using System.Security.Cryptography;
using System.Text.Json;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Jpeg;
using Fovea.Testing;

namespace Fovea.Imaging.Tests.Jpeg;

public class JpegDecoderTests
{
    private static readonly JpegDecoder s_decoder = new();
    private static readonly JpegDecoder s_lenient = new(new JpegDecoderOptions { AllowTruncated = true });

    public static TheoryData<string> Sound => [.. JpegGoldens.Names.Where(n => !n.StartsWith("damaged", StringComparison.Ordinal))];

    public static TheoryData<string> Damaged => [.. JpegGoldens.Names.Where(n => n.StartsWith("damaged", StringComparison.Ordinal))];

    public static TheoryData<string> Photos
    {
        get
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Repository.Golden("images", "jpeg", "photos.json")));
            return [.. json.RootElement.EnumerateObject().Select(e => e.Name)];
        }
    }

    // The bound that is promised is 1 level and 0.01 in the mean; the arithmetic is the same integers, so there is no reason
    // to allow anything.
    [Theory]
    [MemberData(nameof(Sound))]
    public void Pixels_are_those_of_libjpeg(string name) =>
        Same.Picture(JpegGoldens.Expected(name), ImageCodecs.Decode(JpegGoldens.Bytes(name)), name);

    [Theory]
    [MemberData(nameof(Damaged))]
    public void Damage_is_concealed_as_libjpeg_conceals_it(string name) =>
        Same.Picture(JpegGoldens.Expected(name), s_lenient.Decode(JpegGoldens.Bytes(name), ImageLimits.Default), name);

    [Theory]
    [InlineData("damaged-cut", true)]
    [InlineData("damaged-ended", true)]
    [InlineData("damaged-restart-lost", false)]
    [InlineData("damaged-restart-renamed", false)]
    [InlineData("damaged-restart-repeated", false)]
    [InlineData("damaged-restart-early", false)]
    public void Data_that_end_early_are_an_error_unless_a_restart_follows(string name, bool refused)
    {
        byte[] file = JpegGoldens.Bytes(name);
        if (refused)
        {
            Assert.Equal(ImageError.Truncated, Assert.Throws<ImageException>(() => s_decoder.Decode(file, ImageLimits.Default)).Error);
        }
        else
        {
            Same.Picture(JpegGoldens.Expected(name), s_decoder.Decode(file, ImageLimits.Default), name);
        }
    }

    [Theory]
    [MemberData(nameof(Photos))]
    public void Photographs_are_those_of_libjpeg(string name)
    {
        string? path = SharedData.Path(Path.Combine("data", "photos", name));
        Assert.SkipWhen(path is null, SharedData.Missing);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(Repository.Golden("images", "jpeg", "photos.json")));
        JsonElement expected = json.RootElement.GetProperty(name);

        Image image = s_decoder.Decode(File.ReadAllBytes(path), ImageLimits.Default);

        Assert.Equal((expected.GetProperty("width").GetInt32(), expected.GetProperty("height").GetInt32()), (image.Width, image.Height));
        byte[] rgb = image.Format == PixelFormat.Rgb ? image.Pixels : [.. image.Pixels.SelectMany(v => (byte[])[v, v, v])];
        for (int c = 0; c < 3; c++)
        {
            // Close sums with another digest mean a rounding; far ones, another picture.
            Assert.Equal(expected.GetProperty("sums")[c].GetInt64(), rgb.Where((_, i) => i % 3 == c).Sum(v => (long)v));
        }

        Assert.Equal(expected.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(rgb)));
    }

    [Fact]
    public void It_is_registered()
    {
        Assert.Contains(ImageCodecs.Decoders, d => d is JpegDecoder { Name: "jpeg" });
        Same.Picture(JpegGoldens.Expected("plain"), ImageCodecs.Decode(JpegGoldens.Bytes("plain")));
    }

    [Fact]
    public void It_knows_its_signature()
    {
        Assert.True(s_decoder.Matches(JpegGoldens.Bytes("grey").AsSpan(0, 16)));
        Assert.True(s_decoder.Matches([0xFF, 0xD8, 0xFF]));
        Assert.False(s_decoder.Matches([0xFF, 0xD8]));
        Assert.False(s_decoder.Matches([0x89, (byte)'P', (byte)'N', (byte)'G']));
    }

    [Fact]
    public void Threads_share_it_and_its_tables()
    {
        string[] names = [.. JpegGoldens.Names.Where(n => !n.StartsWith("damaged", StringComparison.Ordinal))];
        Parallel.For(0, 4 * names.Length, i =>
        {
            string name = names[i * 31 % names.Length];
            Same.Picture(JpegGoldens.Expected(name), ImageCodecs.Decode(JpegGoldens.Bytes(name)), name);
        });
    }
}
