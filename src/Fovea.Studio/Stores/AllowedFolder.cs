using Fovea.Serving.Http;
using Microsoft.AspNetCore.Http;

namespace Fovea.Studio.Stores;

/// <summary>The one folder that files are opened from: what a path means is looked up, links followed, before anything is read.</summary>
internal sealed class AllowedFolder(string folder)
{
    private readonly string _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    /// <summary>The folder.</summary>
    public string Root => _root;

    /// <summary>The full path of something in the folder.</summary>
    /// <exception cref="HttpProblem">It lies outside, by its name or behind a link, or is not there.</exception>
    public string Resolve(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw HttpProblem.Wrong("path", "a path", "one with a zero in it");
        }

        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, _root));
        if (!IsInside(full))
        {
            throw Outside();
        }

        // A link in the middle of a path leads away as one at its end does.
        for (string at = full; at.Length > _root.Length; at = Path.GetDirectoryName(at)!)
        {
            FileSystemInfo info = Directory.Exists(at) ? new DirectoryInfo(at) : new FileInfo(at);
            if (info.LinkTarget is not null && !IsInside(info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? string.Empty))
            {
                throw Outside();
            }
        }

        return Path.Exists(full) ? full : throw HttpProblem.NotFound("file", Path.GetRelativePath(_root, full), "/api/models lists those that can be opened.");
    }

    /// <summary>Files below the folder by their extensions, as relative paths, newest first; folders that begin with a dot are passed over.</summary>
    public IEnumerable<string> Find(string[] extensions, int most)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 5, IgnoreInaccessible = true };
        return new DirectoryInfo(_root).EnumerateFiles("*", options)
            .Take(MostLookedAt)
            .Where(f => extensions.Contains(f.Extension, StringComparer.OrdinalIgnoreCase))
            .OrderByDescending(f => f.LastWriteTimeUtc)
            .Select(f => Path.GetRelativePath(_root, f.FullName).Replace('\\', '/'))
            .Where(p => !p.Split('/').Any(part => part.StartsWith('.')))
            .Take(most);
    }

    private const int MostLookedAt = 20_000;

    private static HttpProblem Outside() => new(
        StatusCodes.Status403Forbidden, "Outside of the folder", "Models and runs are opened from the studio's folder only; start it with --folder to open others.");

    private bool IsInside(string full) => full == _root || full.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
