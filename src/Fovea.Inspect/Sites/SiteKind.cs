namespace Fovea.Inspect;

/// <summary>What kind of map a site gives.</summary>
public enum SiteKind
{
    /// <summary>One weight for each channel.</summary>
    ChannelGate,

    /// <summary>One weight for each position, of all channels or of groups of them.</summary>
    PositionGate,

    /// <summary>One weight for each channel at each position.</summary>
    ElementGate,

    /// <summary>Which position looks at which.</summary>
    PositionRelation,

    /// <summary>Which channel looks at which.</summary>
    ChannelRelation,
}
