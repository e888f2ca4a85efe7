using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Fovea.Packages.Tests;

/// <summary>A package of the feed, opened.</summary>
internal sealed class Package : IDisposable
{
    private readonly ZipArchive _zip;

    public Package(Feed feed, string id, string extension = "nupkg")
    {
        Id = id;
        _zip = ZipFile.OpenRead(Path.Combine(feed.Packages, $"{id}.{Feed.Version}.{extension}"));
        using Stream stream = _zip.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        Description = XDocument.Load(stream);
    }

    public string Id { get; }

    /// <summary>The nuspec.</summary>
    public XDocument Description { get; }

    /// <summary>The paths of the files, without what the container itself consists of.</summary>
    public IReadOnlyList<string> Files =>
    [
        .. _zip.Entries.Select(e => e.FullName)
            .Where(f => f is not "[Content_Types].xml" && !f.StartsWith("_rels/", StringComparison.Ordinal) && !f.StartsWith("package/", StringComparison.Ordinal))
            .Where(f => !f.EndsWith(".nuspec", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
    ];

    /// <summary>What it depends on: names and versions, as the nuspec has them.</summary>
    public IReadOnlyDictionary<string, string> Dependencies => Elements("dependency").ToDictionary(d => (string)d.Attribute("id")!, d => (string)d.Attribute("version")!);

    public IEnumerable<XElement> Elements(string name) => Description.Descendants().Where(e => e.Name.LocalName == name);

    public string Text(string name) => (string)Elements(name).Single();

    public byte[] Read(string file)
    {
        using Stream stream = _zip.GetEntry(file)!.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>An assembly of it.</summary>
    public PEReader Assembly(string file) => new(new MemoryStream(Read(file)));

    /// <summary>The names of the assemblies that an assembly of it refers to.</summary>
    public IReadOnlyList<string> References(string file)
    {
        using PEReader assembly = Assembly(file);
        MetadataReader metadata = assembly.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name))];
    }

    public void Dispose() => _zip.Dispose();
}
