namespace Fovea.Imaging.Transforms;

/// <summary>What turns samples into network inputs, channel by channel: (v / 255 − mean) / deviation.</summary>
/// <param name="Mean">The mean of each channel, in 0 to 1; a single value serves all channels.</param>
/// <param name="Deviation">The standard deviation of each channel, not 0; a single value serves all channels.</param>
public sealed record Normalization(IReadOnlyList<float> Mean, IReadOnlyList<float> Deviation)
{
    /// <summary>Only v / 255.</summary>
    public static Normalization None { get; } = new([0], [1]);

    /// <summary>The statistics of ImageNet that torchvision's and timm's weights expect.</summary>
    public static Normalization ImageNet { get; } = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>The mean and deviation of a channel.</summary>
    internal (float Mean, float Deviation) Of(int channel, int channels)
    {
        if (Mean.Count != 1 && Mean.Count != channels || Deviation.Count != 1 && Deviation.Count != channels)
        {
            throw new ArgumentException(
                $"normalise: expected 1 or {channels} means and deviations, got {Mean.Count} and {Deviation.Count}; convert the picture to the channels of the statistics.");
        }

        float deviation = Deviation[Deviation.Count == 1 ? 0 : channel];
        return deviation != 0
            ? (Mean[Mean.Count == 1 ? 0 : channel], deviation)
            : throw new ArgumentException($"normalise: the deviation of channel {channel} is 0.");
    }
}
