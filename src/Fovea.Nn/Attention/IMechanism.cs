namespace Fovea.Attention;

/// <summary>A module that is a mechanism, and knows what it was built with.</summary>
public interface IMechanism
{
    /// <summary>The options that were given; null where it was built without any, as a part of something else.</summary>
    AttentionOptions? Options { get; }
}
