using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Fovea.Testing;

namespace Fovea.Packages.Tests;

/// <summary>What the packages hold, say and depend on (decision 25).</summary>
public sealed class PackageTests(Feed feed)
{
    // The packages and their assemblies. A new package is a line here, one in docs/guides/packages.md, and IsPackable in its project.
    private static readonly Dictionary<string, string[]> s_assemblies = new()
    {
        ["Fovea"] = ["Fovea.Core", "Fovea.Nn", "Fovea.Simd"],
        ["Fovea.Imaging"] = ["Fovea.Imaging"],
        ["Fovea.Imaging.Skia"] = ["Fovea.Imaging.Skia"],
        ["Fovea.Imaging.Tiff"] = ["Fovea.Imaging.Tiff"],
        ["Fovea.Onnx"] = ["Fovea.Onnx"],
        ["Fovea.Interop"] = ["Fovea.Interop"],
        ["Fovea.Distributed"] = ["Fovea.Distributed"],
        ["Fovea.Torch"] = ["Fovea.Torch"],
        ["Fovea.Training"] = ["Fovea.Training"],
        ["Fovea.Inspect"] = ["Fovea.Inspect"],
        ["Fovea.Serving"] = ["Fovea.Serving"],
    };

    // Projects that are in the tool alone.
    private static readonly string[] s_inTheTool = ["Fovea.Cli", "Fovea.Studio"];

    // The kind of entry of a portable symbol file under which a source is embedded.
    private static readonly Guid s_embeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    private const string Tool = "Fovea.Tool";

    public static TheoryData<string> Libraries => [.. s_assemblies.Keys];

    public static TheoryData<string> All => [.. s_assemblies.Keys, Tool];

    [Fact]
    public void Every_project_is_in_one_package()
    {
        IEnumerable<string> projects = Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(d => Path.GetFileName(d)!);
        Assert.Equal(projects.Order(), s_assemblies.Values.SelectMany(a => a).Concat(s_inTheTool).Order());
        IEnumerable<string> packed = Directory.GetFiles(feed.Packages).Select(f => Path.GetFileName(f)!);
        IEnumerable<string> expected = s_assemblies.Keys.SelectMany(id => new[] { $"{id}.{Feed.Version}.nupkg", $"{id}.{Feed.Version}.snupkg" });
        Assert.Equal(expected.Append($"{Tool}.{Feed.Version}.nupkg").Order(StringComparer.Ordinal), packed.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_package_says_what_it_is(string id)
    {
        using var package = new Package(feed, id);
        Assert.Equal(id, package.Text("id"));
        Assert.Equal("The Fovea authors", package.Text("authors"));
        Assert.Equal("Apache-2.0", package.Text("license"));
        Assert.Equal("README.md", package.Text("readme"));
        Assert.Equal("icon.png", package.Text("icon"));
        Assert.Contains("attention", package.Text("tags"), StringComparison.Ordinal);
        Assert.True(package.Text("description").Length is > 60 and < 400, package.Text("description"));

        // The address of this checkout's origin is nobody's business; the commit is everybody's.
        XElement repository = Assert.Single(package.Elements("repository"));
        Assert.Null(repository.Attribute("url"));
        Assert.Matches("^[0-9a-f]{40}$", (string)repository.Attribute("commit")!);
        Assert.Equal(File.ReadAllBytes(Path.Combine(Repository.Root, "LICENSE")), package.Read("LICENSE"));
        Assert.StartsWith("# ", System.Text.Encoding.UTF8.GetString(package.Read("README.md")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_package_holds_its_assemblies_with_documentation_and_nothing_else(string id)
    {
        using var package = new Package(feed, id);
        Assert.Equal(
            s_assemblies[id].SelectMany(a => new[] { $"lib/net10.0/{a}.dll", $"lib/net10.0/{a}.xml" }).Concat(["LICENSE", "README.md", "icon.png"]).Order(StringComparer.Ordinal),
            package.Files);
        Assert.All(s_assemblies[id], name =>
        {
            using PEReader assembly = package.Assembly($"lib/net10.0/{name}.dll");
            Assert.True(assembly.PEHeaders.CorHeader!.Flags.HasFlag(CorFlags.ILOnly), $"{name} is not managed alone");
            Assert.Contains(assembly.ReadDebugDirectory(), e => e.Type == DebugDirectoryEntryType.Reproducible);
            XDocument documentation = XDocument.Parse(System.Text.Encoding.UTF8.GetString(package.Read($"lib/net10.0/{name}.xml")).TrimStart('\uFEFF'));
            Assert.Equal(name, (string)documentation.Descendants("assembly").Single());
            Assert.True(documentation.Descendants("member").Count() > 5, $"{name} documents {documentation.Descendants("member").Count()} members");
        });
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Symbols_belong_to_the_assemblies_and_bring_what_the_build_wrote(string id)
    {
        using var package = new Package(feed, id);
        using var symbols = new Package(feed, id, "snupkg");
        Assert.Equal(s_assemblies[id].Select(a => $"lib/net10.0/{a}.pdb").Order(StringComparer.Ordinal), symbols.Files);
        Assert.All(s_assemblies[id], name =>
        {
            using PEReader assembly = package.Assembly($"lib/net10.0/{name}.dll");
            CodeViewDebugDirectoryData wanted = assembly.ReadCodeViewDebugDirectoryData(
                assembly.ReadDebugDirectory().First(e => e.Type == DebugDirectoryEntryType.CodeView && e.IsPortableCodeView));
            using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbImage([.. symbols.Read($"lib/net10.0/{name}.pdb")]);
            MetadataReader reader = provider.GetMetadataReader();
            Assert.Equal(wanted.Guid, new BlobContentId(reader.DebugMetadataHeader!.Id).Guid);
            string[] written = [.. reader.Documents.Where(d => reader.GetString(reader.GetDocument(d).Name).EndsWith(".g.cs", StringComparison.Ordinal))
                .Select(d => reader.GetString(reader.GetDocument(d).Name))];
            int embedded = reader.CustomDebugInformation.Count(c => reader.GetGuid(reader.GetCustomDebugInformation(c).Kind) == s_embeddedSource);
            Assert.True(embedded >= written.Length, $"{name}: {embedded} sources in the symbols, {string.Join(", ", written)} were written by the build");
        });
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_package_depends_on_those_that_hold_what_it_refers_to(string id)
    {
        XDocument versions = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"));
        using var package = new Package(feed, id);
        var wanted = new HashSet<string>();
        foreach (string reference in s_assemblies[id].SelectMany(a => package.References($"lib/net10.0/{a}.dll")).Distinct())
        {
            string? owner = s_assemblies.FirstOrDefault(p => p.Value.Contains(reference)).Key ?? Owner(versions, reference);
            Assert.True(owner is not null || IsOfTheFramework(package, reference), $"{id} refers to {reference}, which is in no package");
            if (owner is not null && owner != id)
            {
                wanted.Add(owner);
            }
        }

        Assert.Empty(wanted.Except(Reached(id)));
        Assert.All(package.Dependencies, dependency => Assert.Equal(
            s_assemblies.ContainsKey(dependency.Key) ? $"[{Feed.Version}]" : Central(versions, dependency.Key), dependency.Value));
    }

    [Fact]
    public void The_engine_depends_on_two_managed_packages()
    {
        using var package = new Package(feed, "Fovea");
        Assert.Equal(["System.IO.Hashing", "System.Numerics.Tensors"], package.Dependencies.Keys.Order());
    }

    [Fact]
    public void The_tool_brings_all_that_it_needs_and_one_native_library_for_each_platform()
    {
        using var package = new Package(feed, Tool);
        Assert.Empty(package.Dependencies);
        Assert.Equal("DotnetTool", (string)Assert.Single(package.Elements("packageType")).Attribute("name")!);
        string[] all = [.. package.Files.Where(f => f.StartsWith("tools/", StringComparison.Ordinal))];
        Assert.All(all, f => Assert.StartsWith("tools/net10.0/any/", f, StringComparison.Ordinal));

        // WebP's, loaded with the first such file (decision 27).
        string[] native = [.. all.Where(f => f.Contains("/runtimes/", StringComparison.Ordinal) && f.Contains("/native/", StringComparison.Ordinal))];
        Assert.All(native, f => Assert.Equal("libSkiaSharp", Path.GetFileNameWithoutExtension(f)));
        Assert.Equal(native.Length, native.Select(Path.GetDirectoryName).Distinct().Count());
        string[] files = [.. all.Except(native)];
        Assert.All(files, f => Assert.True(Path.GetExtension(f) is ".dll" or ".json" or ".xml" or ".pdb", f));
        Assert.Equal(["tools/net10.0/any/DotnetToolSettings.xml"], files.Where(f => f.EndsWith(".xml", StringComparison.Ordinal)));
        Assert.Empty(s_assemblies.Values.SelectMany(a => a).Append("Fovea.Studio").Append("fovea").Select(a => $"tools/net10.0/any/{a}.dll").Except(files));
        Assert.All(files.Where(f => f.EndsWith(".dll", StringComparison.Ordinal)), f =>
        {
            using PEReader assembly = package.Assembly(f);
            Assert.True(assembly.HasMetadata, $"{f} is native");
        });
    }

    // What comes along with a package: what it depends on, and what that depends on.
    private IEnumerable<string> Reached(string id)
    {
        if (!s_assemblies.ContainsKey(id))
        {
            return [];
        }

        using var package = new Package(feed, id);
        string[] direct = [.. package.Dependencies.Keys];
        return direct.Concat(direct.SelectMany(Reached)).Distinct();
    }

    // An assembly of .NET itself, or of a framework that the package says it wants, such as ASP.NET Core.
    private static bool IsOfTheFramework(Package package, string assembly)
    {
        var runtime = new DirectoryInfo(Path.GetDirectoryName(typeof(object).Assembly.Location)!);
        IEnumerable<string> wanted = package.Elements("frameworkReference").Select(f => (string)f.Attribute("name")!).Prepend(runtime.Parent!.Name);
        return wanted.Select(name => Path.Combine(runtime.Parent.Parent!.FullName, name)).Where(Directory.Exists)
            .SelectMany(Directory.GetDirectories).Any(folder => File.Exists(Path.Combine(folder, $"{assembly}.dll")));
    }

    // The package of another library has the name of its assembly.
    private static string? Owner(XDocument versions, string assembly) =>
        versions.Descendants("PackageVersion").Select(v => (string)v.Attribute("Include")!).FirstOrDefault(name => name == assembly);

    private static string Central(XDocument versions, string package) =>
        (string)versions.Descendants("PackageVersion").Single(v => (string)v.Attribute("Include")! == package).Attribute("Version")!;
}
