using System.ComponentModel;
using System.Diagnostics;

namespace Fovea.Bench.Compare;

/// <summary>Finds the peers, and installs those that are missing where that is possible.</summary>
internal static class PeerSetup
{
    private const string OnnxRuntimePackage = "onnxruntime-node@1.30.0";
    private static readonly string[] s_debianPackages = ["python3-torch", "python3-numpy", "python3-pil"];

    /// <summary>What to do when there is no PyTorch.</summary>
    public static string HowToInstallPyTorch { get; } =
        $"Install PyTorch: sudo apt-get install {string.Join(' ', s_debianPackages)} (Debian, Ubuntu), or pip install torch numpy pillow; "
        + "name another interpreter with --python PATH.";

    /// <summary>PyTorch: the interpreter's own, or Debian's package, installed if this process may.</summary>
    public static Peer? PyTorch(string python, IReadOnlyDictionary<string, string> environment, int threads, out string problem)
    {
        Peer? peer = Peer.Start(python, "pytorch_peer.py", [], environment, threads, out problem);
        if (peer is null && Environment.UserName == "root" && File.Exists("/usr/bin/apt-get"))
        {
            Console.Error.WriteLine($"no PyTorch ({problem}); installing {string.Join(", ", s_debianPackages)}");
            if (Run("/usr/bin/apt-get", ["update", "-qq"]) && Run("/usr/bin/apt-get", ["install", "-y", "-qq", "--no-install-recommends", .. s_debianPackages]))
            {
                peer = Peer.Start("/usr/bin/python3", "pytorch_peer.py", [], environment, threads, out problem);
            }
        }

        return peer;
    }

    /// <summary>ONNX Runtime: npm's package brings the native library; it is kept in the user's cache.</summary>
    public static Peer? OnnxRuntime(string python, IReadOnlyDictionary<string, string> environment, int threads, out string problem)
    {
        string folder = Path.Combine(CacheFolder(), OnnxRuntimePackage.Replace('@', '-'));
        string? library = FindLibrary(folder);
        if (library is null)
        {
            Console.Error.WriteLine($"installing {OnnxRuntimePackage} into {folder}");
            Directory.CreateDirectory(folder);

            // Its install script only adds what graphics processors need.
            if (!Run("npm", ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", OnnxRuntimePackage]))
            {
                problem = "npm could not install it; install Node.js 18 or newer with npm";
                return null;
            }

            library = FindLibrary(folder);
        }

        if (library is null)
        {
            problem = $"{OnnxRuntimePackage} has no library for this system under {folder}";
            return null;
        }

        return Peer.Start(python, "onnxruntime_peer.py", [library], environment, threads, out problem);
    }

    private static string CacheFolder() =>
        Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
                ? cache
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
            "fovea-compare");

    private static string? FindLibrary(string folder)
    {
        string system = OperatingSystem.IsWindows() ? "win32" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        string processor = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        string bin = Path.Combine(folder, "node_modules", "onnxruntime-node", "bin");
        string wanted = Path.Combine(system, processor);
        return Directory.Exists(bin)
            ? Directory.EnumerateFiles(bin, "*onnxruntime.*", SearchOption.AllDirectories)
                .FirstOrDefault(f => f.Contains(wanted, StringComparison.Ordinal) && !f.EndsWith(".node", StringComparison.Ordinal))
            : null;
    }

    private static bool Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
