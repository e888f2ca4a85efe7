using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Jpeg;
using Fovea.Testing;
using Fovea.Testing.Mutating;

namespace Fovea.Soak.Readers;

/// <summary>A picture, read in the three ways there are.</summary>
public sealed class ImageReader : Reader
{
    /// <param name="name">As <see cref="Reader"/> has it.</param>
    /// <param name="structure">What the mutator knows of the format.</param>
    /// <param name="folder">The goldens' folder.</param>
    /// <param name="pattern">Which of its files are pictures.</param>
    /// <param name="decoder">Registered, if the library does not have it by itself.</param>
    public ImageReader(string name, FileStructure structure, string folder, string pattern, IImageDecoder? decoder = null)
        : base(name, structure)
    {
        Seeds = Pictures(folder, pattern);
        if (decoder is not null)
        {
            ImageCodecs.Register(decoder);
        }
    }

    /// <summary>What a service that takes small pictures from strangers would allow.</summary>
    public static ImageLimits Limits { get; } = new() { MaxPixels = 250_000, MaxSide = 4096, MaxMemory = 4 << 20 };

    private static readonly DecodeOptions s_options = new() { Limits = Limits };

    public override IReadOnlyList<byte[]> Seeds { get; }

    public override long Read(byte[] file, string folder)
    {
        ImageCodecs.ReadOrientation(file);
        Each([() => ImageCodecs.Decode(file, s_options), () => ImageCodecs.DecodeStored(file, s_options)]);
        return 0;
    }

    internal static byte[][] Pictures(string folder, string pattern) =>
        [.. Directory.EnumerateFiles(Repository.Golden("images", folder), pattern).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
}

/// <summary>A JPEG whose end may be missing.</summary>
public sealed class UnfinishedJpegReader() : Reader("jpeg-unfinished", new JpegStructure())
{
    private readonly JpegDecoder _decoder = new(new JpegDecoderOptions { AllowTruncated = true, OnIncomplete = _ => { } });

    public override IReadOnlyList<byte[]> Seeds { get; } = ImageReader.Pictures("jpeg", "*.jpg");

    public override long Read(byte[] file, string folder)
    {
        _decoder.Decode(file, ImageReader.Limits);
        return 0;
    }
}
