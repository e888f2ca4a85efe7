using System.Diagnostics;

namespace Fovea.Bench.Compare;

/// <summary>Programs that are made from the repository's sources when they are first asked for.</summary>
internal static class Sources
{
    /// <summary>A program, made anew where it is older than what this program was built with.</summary>
    /// <param name="program">Where it is, or will be.</param>
    /// <param name="arguments">What <c>dotnet</c> makes it by, in the repository's root.</param>
    /// <returns>Its path; null where it is not there and could not be made.</returns>
    public static string? Make(string program, string[] arguments)
    {
        string built = AppContext.BaseDirectory;
        DirectoryInfo? root = new(built);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Fovea.slnx")))
        {
            root = root.Parent;
        }

        if (root is not null && (!File.Exists(program) || File.GetLastWriteTimeUtc(program) < File.GetLastWriteTimeUtc(Path.Combine(built, "Fovea.Core.dll"))))
        {
            Console.Error.WriteLine($"making {program}");
            var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, WorkingDirectory = root.FullName };
            using Process process = Process.Start(start)!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode == 0 && File.Exists(program))
            {
                // What was up to date is not written again.
                File.SetLastWriteTimeUtc(program, DateTime.UtcNow);
            }
        }

        return File.Exists(program) ? program : null;
    }
}
