using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Xml.Linq;

namespace Fovea.Testing;

/// <summary>
/// Finds libtorch for the tests that want it: where <c>FOVEA_LIBTORCH</c> points, or in NuGet's cache, where a restore of
/// <c>bench/Peers/LibTorch</c> leaves it. Where it is not, those tests say that they were skipped.
/// </summary>
public static class LibTorch
{
    /// <summary>The reason printed for a skipped test.</summary>
    public const string Missing = "libtorch is not here (dotnet restore bench/Peers/LibTorch fetches it)";

    private const string Variable = "FOVEA_LIBTORCH";
    private const string Binding = "libLibTorchSharp.so";
    private static readonly Lock s_once = new();
    private static bool s_sought;

    /// <summary>Lets <c>TorchLibrary</c> find the library, if there is one. Call it before that is asked anything.</summary>
    public static void Find()
    {
        lock (s_once)
        {
            if (!s_sought && Environment.GetEnvironmentVariable(Variable) is null or { Length: 0 } && OperatingSystem.IsLinux()
                && RuntimeInformation.ProcessArchitecture == Architecture.X64)
            {
                Environment.SetEnvironmentVariable(Variable, Gather());
            }

            s_sought = true;
        }
    }

    // The libraries lie in two packages. Links bring them together, with a copy of the binding that older systems load as well.
    private static string? Gather()
    {
        string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string version = (string)XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(p => (string)p.Attribute("Include")! == "TorchSharp").Attribute("Version")!;
        string engine = Native(Newest(Path.Combine(cache, "libtorch-cpu-linux-x64"))), binding = Path.Combine(Native(Path.Combine(cache, "torchsharp", version)), Binding);
        if (!Directory.Exists(engine) || !File.Exists(binding))
        {
            return null;
        }

        string folder = Directory.CreateTempSubdirectory("fovea-libtorch-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        foreach (string file in Directory.GetFiles(engine))
        {
            File.CreateSymbolicLink(Path.Combine(folder, Path.GetFileName(file)), file);
        }

        byte[] bytes = File.ReadAllBytes(binding);
        Loosen(bytes, "GLIBCXX_3.4.32");
        File.WriteAllBytes(Path.Combine(folder, Binding), bytes);
        return folder;
    }

    private static string Native(string package) => Path.Combine(package, "runtimes", "linux-x64", "native");

    private static string Newest(string package) => Directory.Exists(package)
        ? Directory.GetDirectories(package).MaxBy(v => Version.TryParse(Path.GetFileName(v), out Version? version) ? version : new Version(0, 0)) ?? package
        : package;

    /// <summary>
    /// Makes a version that an ELF file needs one that it does without. The binding asks for that of GCC 13's C++ library and names one symbol of it,
    /// which no code of its refers to: it is there so that older libraries refuse. A needed version is an entry of 16 bytes (hash, flags, index,
    /// name, next) in which the hash finds it; 2 is the flag of a weak one (VER_FLG_WEAK).
    /// </summary>
    private static void Loosen(Span<byte> file, string version)
    {
        uint hash = 0;
        foreach (char c in version)
        {
            hash = (hash << 4) + c;
            uint high = hash & 0xF0000000;
            hash = (hash ^ (high >> 24)) & ~high;
        }

        Span<byte> sought = stackalloc byte[6];
        BinaryPrimitives.WriteUInt32LittleEndian(sought, hash);
        int at = file.IndexOf(sought);
        if (at >= 0)
        {
            file[at + sizeof(uint)] |= 2;
        }
    }
}
