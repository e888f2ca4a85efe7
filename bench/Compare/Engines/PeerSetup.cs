using System.ComponentModel;
using System.Diagnostics;

namespace Fovea.Bench.Compare;

/// <summary>Finds the peers, and installs those that are missing where that is possible.</summary>
internal static class PeerSetup
{
    private static readonly string[] s_pytorch = ["-u", Path.Combine(AppContext.BaseDirectory, "peers", "pytorch_peer.py")];
    private static readonly string[] s_debianPackages = ["python3-torch", "python3-numpy", "python3-pil", "libopenblas0-pthread"];

    /// <summary>What to do when there is no PyTorch.</summary>
    public static string HowToInstallPyTorch { get; } =
        $"Install PyTorch: sudo apt-get install {string.Join(' ', s_debianPackages)} (Debian, Ubuntu), or pip install torch numpy pillow; "
        + "name another interpreter with --python PATH.";

    /// <summary>PyTorch: the interpreter's own, or Debian's package, installed if this process may.</summary>
    public static Peer? PyTorch(string python, IReadOnlyDictionary<string, string> environment, int threads, out string problem)
    {
        Peer? peer = Peer.Start(python, s_pytorch, environment, threads, out problem);
        if (peer is null && Environment.UserName == "root" && File.Exists("/usr/bin/apt-get"))
        {
            Console.Error.WriteLine($"no PyTorch ({problem}); installing {string.Join(", ", s_debianPackages)}");
            if (Run("/usr/bin/apt-get", ["update", "-qq"]) && Run("/usr/bin/apt-get", ["install", "-y", "-qq", "--no-install-recommends", .. s_debianPackages]))
            {
                peer = Peer.Start("/usr/bin/python3", s_pytorch, environment, threads, out problem);
            }
        }

        return peer;
    }

    /// <summary>A peer of .NET, built from its sources when it is first asked for.</summary>
    /// <param name="name">Its folder under <c>bench/Peers</c>.</param>
    /// <param name="environment">Variables of its process.</param>
    /// <param name="threads">How many it may have.</param>
    /// <param name="problem">Why there is none.</param>
    public static Peer? Managed(string name, IReadOnlyDictionary<string, string> environment, int threads, out string problem)
    {
        string project = $"Fovea.Bench.Peers.{name}", folder = Path.Combine(AppContext.BaseDirectory, project);
        string? program = Sources.Make(
            Path.Combine(folder, project + ".dll"), ["build", Path.Combine("bench", "Peers", name), "-c", "Release", "-o", folder, "-v", "q", "-p:RunAnalyzers=false"]);
        if (program is null)
        {
            problem = "it could not be built; dotnet build of its project says why";
            return null;
        }

        return Peer.Start("dotnet", [program], environment, threads, out problem);
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
