namespace Fovea.Training;

/// <summary>Words of a command line that can be pasted into a shell.</summary>
public static class Shell
{
    /// <summary>The word, in single quotes if a shell would read something into it.</summary>
    /// <param name="word">Any text.</param>
    public static string Quote(string word) => word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "/\\:._-+=,@".Contains(c, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>The words as one line.</summary>
    /// <param name="words">As a program gets them.</param>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));
}
