using System.Globalization;
using System.Text.Json.Serialization;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Transforms;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// What is done to images before a model sees them, as far as it belongs to its weights. A null leaves what the weights say; see
/// <see cref="ModelDescription"/> for the meaning of each.
/// </summary>
public sealed record Preprocessing
{
    /// <summary>Nothing said.</summary>
    public static Preprocessing Unsaid { get; } = new();

    /// <summary><c>--mean</c>: what is taken from each channel, in units of full brightness; one for each channel, or one for all.</summary>
    public IReadOnlyList<double>? Mean { get; init; }

    /// <summary><c>--std</c>: what each channel is divided by then, above 0; one for each channel, or one for all.</summary>
    public IReadOnlyList<double>? Std { get; init; }

    /// <summary><c>--interpolation</c>: how images are resized.</summary>
    public ResizeFilter? Interpolation { get; init; }

    /// <summary><c>--crop-pct</c>: the share of the resized picture's shorter side that the model sees, above 0 to 1.</summary>
    public double? CropFraction { get; init; }

    /// <summary><c>--crop-mode</c>: how images are brought into the frame that the model sees.</summary>
    public FrameFit? CropMode { get; init; }

    /// <summary><c>--orientation</c>: whether images are turned as their EXIF orientation says, or taken as they are stored.</summary>
    public OrientationHandling? Orientation { get; init; }

    /// <summary><c>--levels</c>: which stored values become black and white in images of more than 8 bits a sample.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SampleLevels? Levels { get; init; }

    /// <summary>These settings, with another's where that says something.</summary>
    public Preprocessing With(Preprocessing other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new()
        {
            Mean = other.Mean ?? Mean,
            Std = other.Std ?? Std,
            Interpolation = other.Interpolation ?? Interpolation,
            CropFraction = other.CropFraction ?? CropFraction,
            CropMode = other.CropMode ?? CropMode,
            Orientation = other.Orientation ?? Orientation,
            Levels = other.Levels ?? Levels,
        };
    }

    /// <summary>A description with these settings in it.</summary>
    /// <param name="description">The description; it keeps its number of channels.</param>
    /// <exception cref="OptionException">There are other numbers of means or deviations than channels, or one is out of range.</exception>
    public ModelDescription ApplyTo(ModelDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        int channels = description.Mean.Count;
        Require(CropFraction is null or (> 0 and <= 1), "crop-pct", "a number above 0, at most 1", CropFraction);
        Require(Std?.All(s => s > 0 && double.IsFinite(s)) ?? true, "std", "numbers above 0", Join(Std));
        Require(Levels is null or { IsValid: true }, "levels", "LOW:HIGH within 0 to 65535, the lower first", Levels);
        Require(Mean?.All(double.IsFinite) ?? true, "mean", "numbers", Join(Mean));
        return description with
        {
            Mean = Spread(Mean, "mean", channels) ?? description.Mean,
            Std = Spread(Std, "std", channels) ?? description.Std,
            Interpolation = Interpolation ?? description.Interpolation,
            CropFraction = CropFraction ?? description.CropFraction,
            CropMode = CropMode ?? description.CropMode,
            Orientation = Orientation ?? description.Orientation,
            Levels = Levels ?? description.Levels,
        };
    }

    /// <summary><c>mean 0.5, std 0.5, bicubic, crop 0.9</c>: what is said.</summary>
    public override string ToString() => string.Join(", ", new[]
    {
        Mean is null ? null : $"mean {Join(Mean)}",
        Std is null ? null : $"std {Join(Std)}",
        Interpolation?.ToString().ToLowerInvariant(),
        CropFraction is { } crop ? string.Create(CultureInfo.InvariantCulture, $"crop {crop}") : null,

        CropMode?.ToString().ToLowerInvariant(),

        // To turn upright is what everybody expects.
        Orientation == OrientationHandling.Ignore ? "orientation ignored" : null,
        Levels is { } levels ? $"levels {levels}" : null,
    }.OfType<string>());

    private static IReadOnlyList<double>? Spread(IReadOnlyList<double>? values, string flag, int channels)
    {
        Require(values is null || values.Count == 1 || values.Count == channels, flag, $"1 or {channels} numbers", Join(values));
        return values is null || values.Count == channels ? values : [.. Enumerable.Repeat(values[0], channels)];
    }

    private static string Join(IReadOnlyList<double>? values) =>
        values is null ? string.Empty : string.Join(',', values.Select(v => v.ToString(CultureInfo.InvariantCulture)));

    private static void Require(bool holds, string flag, string range, object? value)
    {
        if (!holds)
        {
            throw new OptionException(flag, string.Create(CultureInfo.InvariantCulture, $"expected {range}, got {value}."));
        }
    }
}
