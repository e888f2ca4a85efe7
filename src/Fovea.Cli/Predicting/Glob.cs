using System.IO.Enumeration;

namespace Fovea.Cli.Predicting;

/// <summary>
/// Patterns of paths that the shell left as they are, quoted or on Windows: <c>*</c> and <c>?</c> within a name, <c>**</c> for any number
/// of folders. As in a shell, a name that begins with a full stop is meant only by a pattern that does too, and <c>**</c> follows no links.
/// </summary>
internal static class Glob
{
    private static readonly char[] s_separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    /// <summary>Whether a path is a pattern.</summary>
    public static bool IsPattern(string path) => path.AsSpan().ContainsAny('*', '?');

    /// <summary>The files and folders that a pattern means, in order of their paths.</summary>
    public static IReadOnlyList<string> Find(string pattern)
    {
        string root = Path.GetPathRoot(pattern) ?? string.Empty;
        string[] names = pattern[root.Length..].Split(s_separators, StringSplitOptions.RemoveEmptyEntries);
        return [.. Below(root, names).Distinct().Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Below(string folder, ReadOnlyMemory<string> names)
    {
        if (names.IsEmpty)
        {
            return [folder];
        }

        (string name, ReadOnlyMemory<string> rest) = (names.Span[0], names[1..]);
        if (name == "**")
        {
            // At the end it means everything below, elsewhere also no folder at all.
            IEnumerable<string> here = rest.IsEmpty ? Entries(folder, "*").Where(File.Exists) : Below(folder, rest);
            return here.Concat(Entries(folder, "*").Where(d => Directory.Exists(d) && new DirectoryInfo(d).LinkTarget is null).SelectMany(d => Below(d, names)));
        }

        IEnumerable<string> found = IsPattern(name) ? Entries(folder, name) : new[] { Path.Combine(folder, name) }.Where(Path.Exists);
        return rest.IsEmpty ? found : found.Where(Directory.Exists).SelectMany(d => Below(d, rest));
    }

    private static IEnumerable<string> Entries(string folder, string pattern)
    {
        try
        {
            return [.. new DirectoryInfo(folder.Length > 0 ? folder : ".").EnumerateFileSystemInfos()
                .Select(e => e.Name)
                .Where(n => (n[0] != '.' || pattern[0] == '.') && FileSystemName.MatchesSimpleExpression(pattern, n, OperatingSystem.IsWindows()))
                .Select(n => Path.Combine(folder, n))];
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }
}
