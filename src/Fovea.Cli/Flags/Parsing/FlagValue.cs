namespace Fovea.Cli.Flags;

/// <summary>How the text after a flag becomes a value.</summary>
/// <param name="Placeholder">What the help prints for it, such as <c>N</c> or <c>PATH</c>.</param>
/// <param name="Read">Reads it; throws <see cref="FormatException"/> with what was expected and what came.</param>
/// <param name="Words">All that it can be, for shells that complete it; null where that has no end, or is a file.</param>
internal sealed record FlagValue<T>(string Placeholder, Func<string, T> Read, IReadOnlyCollection<string>? Words = null);
