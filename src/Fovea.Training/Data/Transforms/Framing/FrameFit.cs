namespace Fovea.Training.Data;

/// <summary>How a picture that has other proportions than the frame of a network is brought into it, where nothing is random; the names are timm's.</summary>
public enum FrameFit
{
    /// <summary>In its proportions so that it covers the frame; the middle is seen.</summary>
    Center,

    /// <summary>All of it in its proportions, in the middle of the mean colour (a letterbox).</summary>
    Border,

    /// <summary>All of it, stretched to the frame.</summary>
    Squash,
}
