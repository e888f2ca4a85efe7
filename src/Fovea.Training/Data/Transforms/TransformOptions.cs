using Fovea.Imaging;
using Fovea.Imaging.Transforms;

namespace Fovea.Training.Data;

/// <summary>How a picture is brought to the size that a network sees.</summary>
public enum CropMode
{
    /// <summary>In its proportions so that it just covers <see cref="TransformOptions.ResizeTo"/>, then the middle: for validation and prediction.</summary>
    Center,

    /// <summary>As <see cref="Center"/>, then a border of <see cref="TransformOptions.Padding"/> pixels and a random crop: for small pictures.</summary>
    Padded,

    /// <summary>A random part of random size and aspect, resized (<see cref="TransformOptions.ResizedCrop"/>): for photographs.</summary>
    Resized,

    /// <summary>A random window at the picture's own resolution; smaller pictures are enlarged until they hold one: for masks with fine detail.</summary>
    OwnResolution,

    /// <summary>
    /// All of the picture: in its proportions in the middle of the mean colour, or without <see cref="TransformOptions.KeepProportions"/> squashed into the
    /// frame; with <see cref="TransformOptions.Scale"/> larger or smaller than that. For boxes.
    /// </summary>
    Whole,

    /// <summary>The window in the middle at the picture's own resolution; of smaller pictures the largest of its proportions that they hold, enlarged: one look where windows take many.</summary>
    Middle,
}

/// <summary>
/// What is done to each picture on its way into a batch, in this order: size, policy, colour, random crop and flip, normalisation, erasing.
/// </summary>
public sealed record TransformOptions
{
    /// <summary>The largest side, in pixels, at which training shifts images over a border; of larger ones it shows a part.</summary>
    public const int LargestPadded = 64;

    /// <summary>Height and width of what the network sees, in pixels (at least 1, default 224 both).</summary>
    public Size2 ImageSize { get; init; } = 224;

    /// <summary>Channels that the network sees: 3 (default; grey pictures are repeated) or 1 (colours become luma).</summary>
    public int Channels { get; init; } = 3;

    /// <summary>How the size is reached (default <see cref="CropMode.Center"/>).</summary>
    public CropMode Crop { get; init; } = CropMode.Center;

    /// <summary>
    /// Whether <see cref="CropMode.Center"/> and <see cref="CropMode.Padded"/> keep a picture's proportions and lose its ends (default), or show
    /// all of it, squashed into the frame: for masks, where every pixel counts.
    /// </summary>
    public bool KeepProportions { get; init; } = true;

    /// <summary>What the resized picture covers before the middle is taken, at least <see cref="ImageSize"/> (0, the default: the same).</summary>
    public Size2 ResizeTo { get; init; }

    /// <summary>The border of <see cref="CropMode.Padded"/>, in pixels (at least 0, default 4).</summary>
    public int Padding { get; init; } = 4;

    /// <summary>What fills that border (default <see cref="BorderMode.Constant"/>: black, where no label counts).</summary>
    public BorderMode Border { get; init; } = BorderMode.Constant;

    /// <summary>The ranges of <see cref="CropMode.Resized"/>.</summary>
    public RandomResizedCrop ResizedCrop { get; init; } = new();

    /// <summary>
    /// Whether <see cref="CropMode.OwnResolution"/> lays its window around a pixel of a class that is drawn evenly from those that the mask shows
    /// (default false: anywhere).
    /// </summary>
    public bool BalanceClasses { get; init; }

    /// <summary>
    /// How an evaluation looks at whole pictures at their own resolution, in windows of <see cref="ImageSize"/>; null (default): it does not.
    /// </summary>
    public WindowOptions? Windows { get; init; }

    /// <summary>The part of a box's area that must be left in sight, else the box is left out (0 to 1, default 0.1).</summary>
    public double LeastVisible { get; init; } = 0.1;

    /// <summary>The kernel of every resize (default bilinear).</summary>
    public ResizeFilter Filter { get; init; } = ResizeFilter.Bilinear;

    /// <summary>How much larger or smaller than the frame <see cref="CropMode.Whole"/> shows a picture; null (default) for its own size.</summary>
    public ScaleJitter? Scale { get; init; }

    /// <summary>How often a picture is put together of four (0 to 1, default 0). For boxes.</summary>
    public double Mosaic { get; init; }

    /// <summary>How often a picture is mirrored left to right (0 to 1, default 0).</summary>
    public double Flip { get; init; }

    /// <summary>How often a picture is mirrored top to bottom (0 to 1, default 0).</summary>
    public double VerticalFlip { get; init; }

    /// <summary>Random brightness, contrast, saturation and hue; null (default) for none.</summary>
    public ColorJitter? Color { get; init; }

    /// <summary>A policy of random image operations; null (default) for none.</summary>
    public AugmentPolicy? Policy { get; init; }

    /// <summary>Covers a random rectangle with the mean colour, or with noise; null (default) for none.</summary>
    public RandomErasing? Erasing { get; init; }

    /// <summary>Mean and deviation of the channels (default: ImageNet's).</summary>
    public Normalization Normalization { get; init; } = Normalization.ImageNet;

    /// <summary>What validation uses for a size: the shorter side resized, the middle taken; nothing random.</summary>
    /// <param name="imageSize">Height and width, in pixels.</param>
    /// <param name="resizeTo">What is covered before the crop; 0 for the same (small pictures), 256 for 224 is usual for photographs.</param>
    public static TransformOptions ForEvaluation(Size2 imageSize, Size2 resizeTo = default) => new() { ImageSize = imageSize, ResizeTo = resizeTo };

    /// <summary>What training uses by habit: up to 64 pixels a padded random crop, above a random part resized; mirrored half of the time.</summary>
    /// <param name="imageSize">Height and width, in pixels.</param>
    public static TransformOptions ForTraining(Size2 imageSize) => new()
    {
        ImageSize = imageSize,
        Crop = imageSize is { Height: <= LargestPadded, Width: <= LargestPadded } ? CropMode.Padded : CropMode.Resized,
        Flip = 0.5,
    };

    /// <summary>What training on boxes uses by habit: all of the picture in its proportions, mirrored half of the time.</summary>
    /// <param name="imageSize">Height and width, in pixels.</param>
    public static TransformOptions ForDetection(Size2 imageSize) => new() { ImageSize = imageSize, Crop = CropMode.Whole, Flip = 0.5 };

    /// <summary>
    /// What training on masks uses by habit: up to 64 pixels a padded random crop, above a random part of at least a quarter, resized; mirrored
    /// half of the time. Picture and mask go the same way.
    /// </summary>
    /// <param name="imageSize">Height and width, in pixels.</param>
    public static TransformOptions ForSegmentation(Size2 imageSize) => ForTraining(imageSize) with
    {
        KeepProportions = false,
        ResizedCrop = new RandomResizedCrop { MinArea = 0.25 },
    };

    internal void Validate()
    {
        Require(ImageSize is { Height: >= 1, Width: >= 1 }, nameof(ImageSize), ImageSize, "at least 1");
        Require(Channels is 1 or 3, nameof(Channels), Channels, "1 or 3");
        Require(ResizeTo == default || (ResizeTo.Height >= ImageSize.Height && ResizeTo.Width >= ImageSize.Width), nameof(ResizeTo), ResizeTo, $"0, or at least the image size {ImageSize}");
        Require(Padding >= 0 && Padding <= Math.Min(ImageSize.Height, ImageSize.Width), nameof(Padding), Padding, $"0 to the image size {ImageSize}");
        Require(Enum.IsDefined(Border), nameof(Border), Border, "Constant, Edge, Reflect or Symmetric");
        Require(VerticalFlip is >= 0 and <= 1, nameof(VerticalFlip), VerticalFlip, "0 to 1");
        Require(Scale is null or { IsSound: true }, nameof(Scale), Scale ?? new ScaleJitter(), "two factors above 0 and up to 100, the smaller first");
        Require(Mosaic is >= 0 and <= 1, nameof(Mosaic), Mosaic, "0 to 1");
        Require(Mosaic == 0 || ImageSize is { Height: > 1, Width: > 1 }, nameof(ImageSize), ImageSize, "at least 2 for a mosaic");
        Require(LeastVisible is >= 0 and <= 1, nameof(LeastVisible), LeastVisible, "0 to 1");
        Require(Flip is >= 0 and <= 1, nameof(Flip), Flip, "0 to 1");
        Require(Normalization.Mean.Count is int m && (m == 1 || m == Channels || Channels == 1), nameof(Normalization), m, "1 mean, or one a channel");
        Require(Normalization.Deviation.Count == Normalization.Mean.Count, nameof(Normalization), Normalization.Deviation.Count, "as many deviations as means");
        Require(!Normalization.Deviation.Contains(0), nameof(Normalization), 0, "deviations other than 0");
        Require(Policy is null or { Operations: >= 0 and <= 14, Magnitude: null or (>= 0 and <= 30) }, nameof(Policy), Policy?.Operations ?? 0,
            "0 to 14 operations of magnitude 0 to 30");
        Windows?.Validate();
        Probe(nameof(ResizedCrop), random => ResizedCrop.Choose(8, 8, random));
        Probe(nameof(Color), random => Color?.Apply(new Image(1, 1, PixelFormat.Rgb), random));
        Probe(nameof(Erasing), random => Erasing?.Choose(8, 8, random));
    }

    // The imaging library checks its own records when they are used; a run must learn of a bad one before its first batch.
    private static void Probe(string option, Action<IRandomSource> use)
    {
        try
        {
            use(new GeneratorSource(new Generator(0)));
        }
        catch (ArgumentException e)
        {
            throw new OptionException("transform", $"{option}: {e.Message}");
        }
    }

    private static void Require(bool holds, string option, object value, string range)
    {
        if (!holds)
        {
            throw new OptionException("transform", $"{option} must be {range}, got {value}.");
        }
    }
}
