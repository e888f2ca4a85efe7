namespace Fovea.Training.Data;

/// <summary>What a tar archive says about one member.</summary>
/// <param name="Path">The normalised path, or null when the member has no place in a tree (hidden, or outside the root).</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Length">The bytes of its content.</param>
internal readonly record struct TarEntry(string? Path, bool IsFolder, long Length);
