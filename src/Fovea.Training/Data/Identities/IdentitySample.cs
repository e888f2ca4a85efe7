using Fovea.Imaging;

namespace Fovea.Training.Data;

/// <summary>What a picture does when retrieval is measured.</summary>
public enum IdentityRole
{
    /// <summary>It is asked for and found: each picture is looked for among all others.</summary>
    Both,

    /// <summary>Others of its identity are looked for.</summary>
    Query,

    /// <summary>It is among those that are looked through.</summary>
    Gallery,
}

/// <summary>A picture of somebody or something.</summary>
/// <param name="Image">The decoded picture.</param>
/// <param name="Label">The index of its identity.</param>
/// <param name="Name">Where it comes from.</param>
/// <param name="Role">What it does when retrieval is measured.</param>
public sealed record IdentitySample(Image Image, int Label, string Name, IdentityRole Role) : ImageSample(Image, Label, Name);
