namespace Fovea.Io;

/// <summary>One module of one source that weights can be imported from.</summary>
/// <param name="Name">The source's name, such as <c>official-cbam</c>.</param>
/// <param name="Mechanism">The key of the mechanism that it fills; empty for whole models.</param>
/// <param name="Origin">The repository or text.</param>
public sealed record ImportSource(string Name, string Mechanism, string Origin);
