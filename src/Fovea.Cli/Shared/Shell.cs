namespace Fovea.Cli;

/// <summary>Words as a shell takes them back.</summary>
internal static class Shell
{
    /// <summary>The word, in single quotes if a shell would read something into it.</summary>
    public static string Quote(string word) => word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "/\\:._-+=,@".Contains(c, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>The words as one line.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));
}
