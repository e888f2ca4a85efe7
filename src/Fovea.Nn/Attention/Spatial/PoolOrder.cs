namespace Fovea.Attention;

/// <summary>Which of the two pooled maps is the first channel of a spatial gate.</summary>
public enum PoolOrder
{
    /// <summary>The mean over the channels, then the maximum.</summary>
    MeanMax,

    /// <summary>The maximum, then the mean, as in CBAM's official code.</summary>
    MaxMean,
}
