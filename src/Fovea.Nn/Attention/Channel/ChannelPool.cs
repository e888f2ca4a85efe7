namespace Fovea.Attention;

/// <summary>How a channel's map becomes one number.</summary>
public enum ChannelPool
{
    /// <summary>The mean.</summary>
    Avg,

    /// <summary>The maximum.</summary>
    Max,

    /// <summary>√Σx².</summary>
    Lp,

    /// <summary>m + log Σ e^(x − m), with m the maximum.</summary>
    Lse,
}
