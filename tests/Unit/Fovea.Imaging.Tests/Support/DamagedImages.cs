using Fovea.Imaging.Codecs;
using Fovea.Testing;
using Fovea.Testing.Mutating;

namespace Fovea.Imaging.Tests;

/// <summary>Feeds a decoder damaged files and accepts pictures and <see cref="ImageException"/>, nothing else.</summary>
internal static class DamagedImages
{
    /// <summary>Small limits, so that a decoder that ignores them is found out by the memory it takes.</summary>
    public static readonly ImageLimits Small = new() { MaxPixels = 1_000_000, MaxSide = 4096, MaxMemory = 16_000_000 };

    /// <summary>Runs a number of mutations, spread over the files, and returns how many were refused.</summary>
    /// <param name="decoder">Under test; its signature is not asked, so that damaged ones reach the parser.</param>
    /// <param name="files">Valid files to start from.</param>
    /// <param name="count">How many mutations.</param>
    /// <param name="structure">What is known of the format; null for nothing.</param>
    public static int Refused(IImageDecoder decoder, IReadOnlyList<byte[]> files, int count, FileStructure? structure = null) =>
        Mutations.Run<ImageException>(files, count, file => Read(decoder, file), 3 * Small.MaxMemory, structure: structure);

    private static void Read(IImageDecoder decoder, byte[] file)
    {
        Image image = decoder.Decode(file, Small);
        Assert.True((long)image.Width * image.Height <= Small.MaxPixels);
        decoder.ReadOrientation(file);
        Assert.Equal((image.Width, image.Height), decoder.ReadHeader(file, Small) is { } header ? (header.Width, header.Height) : default);
        Assert.InRange(decoder.DecodeStored(file, Small).Samples.Length, 1, 4 * Small.MaxPixels);
    }
}
