using System.Xml.Linq;
using Fovea.Testing;

[assembly: AssemblyFixture(typeof(Fovea.Packages.Tests.Feed))]

namespace Fovea.Packages.Tests;

/// <summary>
/// A folder with every package, packed once from what was built, and an empty machine beside it: a cache of packages of its own, in which
/// nothing of Fovea lies. Packages of others are taken from where the build of these tests has them, so that nothing is downloaded.
/// </summary>
public sealed class Feed : IAsyncLifetime
{
    // Not the version of the checkout, or a package of that name that someone used on this machine before might be taken for it. No preview either: packing is
    // stricter with a release, which may not depend on previews unless its project says so.
    public const string Version = "0.1.99999";

    private readonly TemporaryFolder _folder = new();

    /// <summary>The packages.</summary>
    public string Packages => _folder.File("artifacts/packages");

    /// <summary>The variables for whoever uses them.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    public Feed() => Environment = new Dictionary<string, string>(s_building)
    {
        ["NUGET_PACKAGES"] = _folder.File("cache"),
        ["NUGET_FALLBACK_PACKAGES"] = System.Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
    };

    // Nothing stays running when a command is over.
    private static readonly Dictionary<string, string> s_building = new()
    {
        ["DOTNET_NOLOGO"] = "1",
        ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["UseSharedCompilation"] = "false",
    };

    /// <summary>The configuration that the tests were built in.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public async ValueTask InitializeAsync() => await Command.Run(
        "dotnet", Repository.Root, s_building,
        "pack", "Fovea.slnx", "-c", Configuration, "--no-build", "--no-restore", "-v", "quiet", $"-p:PackageOutputPath={Packages}", $"-p:PackageVersion={Version}");

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A folder of the empty machine.</summary>
    public string Folder(string name) => Directory.CreateDirectory(_folder.File(name)).FullName;

    /// <summary>A project of samples/ as somebody else's, beside whom nothing of this repository lies but the packages; built.</summary>
    /// <param name="name">Its folder there.</param>
    /// <returns>The folder with the program.</returns>
    public async Task<string> Build(string name)
    {
        string there = Path.Combine(Repository.Root, "samples", name), here = Folder($"samples/{name}");
        foreach (string file in Directory.GetFiles(there))
        {
            File.Copy(file, Path.Combine(here, Path.GetFileName(file)));
        }

        string project = Path.Combine(here, $"{name}.csproj"), text = await File.ReadAllTextAsync(project);
        string released = (string)XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("VersionPrefix").Single();
        Assert.Contains($"Version=\"{released}\"", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(project, text.Replace($"Version=\"{released}\"", $"Version=\"{Version}\"", StringComparison.Ordinal));
        await Command.Run("dotnet", here, Environment, "build", "-c", "Release", "-v", "quiet", "-warnaserror", "-o", Path.Combine(here, "program"));
        return Path.Combine(here, "program");
    }
}
