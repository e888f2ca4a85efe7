namespace Fovea.Training;

/// <summary>Words of a command line that can be pasted into a shell.</summary>
internal static class Shell
{
    /// <summary>The word, in single quotes if a shell would read something into it.</summary>
    public static string Quote(string word) => word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "/\\:._-+=,@".Contains(c, StringComparison.Ordinal))
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
