namespace Fovea.Cli.Flags;

/// <summary>How the text after a flag becomes a value.</summary>
/// <param name="Placeholder">What the help prints for it, such as <c>N</c> or <c>PATH</c>.</param>
/// <param name="Read">Reads it; throws <see cref="FormatException"/> with what was expected and what came.</param>
internal sealed record FlagValue<T>(string Placeholder, Func<string, T> Read);
