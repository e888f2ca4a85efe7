using Fovea.Onnx;

namespace Fovea.Training;

/// <summary>What is said by hand about the model of some weights; what is null is read from them.</summary>
public sealed record ModelRequest
{
    /// <summary>The mechanism that is none.</summary>
    public const string NoAttention = "none";

    /// <summary>Key of the model catalogue, or an ONNX file with the network.</summary>
    public string? Model { get; init; }

    /// <summary>Key of the attention catalogue, or <see cref="NoAttention"/>.</summary>
    public string? Attention { get; init; }

    /// <summary>Where the mechanism goes.</summary>
    public string? AttentionAt { get; init; }

    /// <summary>Options of the mechanism, as text by name.</summary>
    public IReadOnlyDictionary<string, string> AttentionOptions { get; init; } = new Dictionary<string, string>();

    /// <summary>Height and width of what the model sees, in pixels.</summary>
    public Size2? ImageSize { get; init; }

    /// <summary>Side of the windows in which the model sees images at their own resolution, in pixels.</summary>
    public Size2? Crop { get; init; }

    /// <summary>Channels of the images, 1 or 3.</summary>
    public int? Channels { get; init; }

    /// <summary>The library that the weights are of, one of <see cref="Io.Importer.Sources"/>.</summary>
    public string? Source { get; init; }

    /// <summary>Which state dict of a PyTorch file that holds several.</summary>
    public string? Key { get; init; }

    /// <summary>The name below which the weights stand in the file.</summary>
    public string? Part { get; init; }

    /// <summary>Whether anything but an exact match is refused; default false.</summary>
    public bool Strict { get; init; }

    /// <summary>What is done to the images.</summary>
    public Preprocessing Preprocessing { get; init; } = Preprocessing.Unsaid;

    /// <summary>A description with what is said by hand in place of what it says.</summary>
    /// <exception cref="OptionException">The preprocessing does not fit.</exception>
    public ModelDescription ApplyTo(ModelDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        if (Attention is not null)
        {
            description = description with
            {
                Attention = Attention == NoAttention ? null : Attention,
                AttentionOptions = AttentionOptions.Count == 0 && Attention == description.Attention ? description.AttentionOptions : AttentionOptions,
            };
        }

        description = description with
        {
            Model = OnnxDescription.IsFile(Model) ? Path.GetFileName(Model)! : Model ?? description.Model,
            Architecture = OnnxDescription.IsFile(Model) ? OnnxArchitecture.Open(Model!).Architecture : Model is null ? description.Architecture : null,
            AttentionAt = AttentionAt ?? description.AttentionAt,
            ImageSize = Crop ?? ImageSize ?? description.ImageSize,
            SeesWindows = description.SeesWindows || Crop is not null,
        };
        return Preprocessing.ApplyTo(Channels is { } channels ? description.WithChannels(channels) : description);
    }
}
