namespace Fovea.Imaging.Codecs;

/// <summary>What is done with the turn that a file's EXIF data ask for.</summary>
public enum OrientationHandling
{
    /// <summary>The picture is turned upright, as viewers show it and Pillow's <c>ImageOps.exif_transpose</c> makes it.</summary>
    Apply = 0,

    /// <summary>The pixels are left as they are stored, as Pillow's <c>Image.open</c>, <c>djpeg</c> and torchvision's loaders have them.</summary>
    Ignore = 1,
}

/// <summary>How <see cref="ImageCodecs"/> decodes a file.</summary>
public sealed record DecodeOptions
{
    /// <summary>The options used when none are given.</summary>
    public static DecodeOptions Default { get; } = new();

    /// <summary>How much may be spent on one file.</summary>
    public ImageLimits Limits { get; init; } = ImageLimits.Default;

    /// <summary>Whether a picture is turned as its file asks, whatever its format (default <see cref="OrientationHandling.Apply"/>).</summary>
    public OrientationHandling Orientation { get; init; }

    /// <summary>
    /// Which stored values become black and white where a sample has more than 8 bits; null (default) takes all that the file's form has, so that
    /// 16 bits keep their upper 8. Stored samples, and so masks, are left as they are.
    /// </summary>
    public SampleLevels? Levels { get; init; }
}
