using Fovea.Testing;

namespace Fovea.Architecture.Tests;

/// <summary>The source files of the checkout.</summary>
internal static class Sources
{
    public static IEnumerable<string> All { get; } = [.. Files(Path.Combine(Repository.Root, "src"))];

    public static IEnumerable<string> Tests { get; } = [.. Files(Path.Combine(Repository.Root, "tests"))];

    public static IEnumerable<string> Under(params string[] parts) => Files(Path.Combine([Repository.Root, "src", .. parts]));

    public static string Relative(string file) => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/');

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Replace('\\', '/').Contains("/obj/", StringComparison.Ordinal) && !f.Replace('\\', '/').Contains("/bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);
}
