namespace Fovea.Site;

/// <summary>
/// Where the site is made. What it is made of is laid out as it lies in the repository, beside the assemblies, so that the relative links of the documents
/// hold for docfx as they do on a forge; <c>docs/docfx.json</c> says where each goes.
/// </summary>
/// <param name="path">The folder; it is made, and what was in it goes.</param>
internal sealed class SiteFolder(string path)
{
    /// <summary>What docfx reads.</summary>
    public string Work => Path.Combine(path, "work");

    /// <summary>The documents in <see cref="Work"/>.</summary>
    public string Docs => Path.Combine(Work, "docs");

    /// <summary>What docfx writes.</summary>
    public string Html => Path.Combine(path, "html");

    /// <summary>Copies documents, samples and assemblies.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="assemblies">Where all assemblies of the command line lie after a build.</param>
    /// <exception cref="DirectoryNotFoundException">There was no build.</exception>
    public void Stage(string root, string assemblies)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        Copy(Path.Combine(root, "docs"), Docs, "*");
        Copy(Path.Combine(root, "samples"), Path.Combine(Work, "samples"), "*.cs");
        Copy(Path.Combine(root, "samples"), Path.Combine(Work, "samples"), "*.md");
        Copy(assemblies, Path.Combine(Work, "assemblies"), "*.dll");
        Copy(assemblies, Path.Combine(Work, "assemblies"), "*.xml");
        foreach (string file in Directory.GetFiles(root, "*.md").Append(Path.Combine(root, "LICENSE")).Append(Path.Combine(Docs, "docfx.json")))
        {
            File.Copy(file, Path.Combine(Work, Path.GetFileName(file)));
        }
    }

    private static void Copy(string from, string to, string pattern)
    {
        foreach (string file in Directory.EnumerateFiles(from, pattern, SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(from, file);
            if (relative.Split(Path.DirectorySeparatorChar).Intersect(["bin", "obj"]).Any())
            {
                continue;
            }

            string target = Path.Combine(to, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
