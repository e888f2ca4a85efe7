using System.Diagnostics;

namespace Fovea.Site;

/// <summary>docfx, a tool of the repository (<c>.config/dotnet-tools.json</c>).</summary>
internal static class Docfx
{
    /// <summary>Makes the pages; what docfx says goes on to the console where it is a warning or an error.</summary>
    /// <param name="root">The repository, in which the tool is restored.</param>
    /// <param name="work">The folder with <c>docfx.json</c>.</param>
    /// <returns>Whether it did, without a warning.</returns>
    public static bool Run(string root, string work) =>
        Start(root, "tool", "restore") && Start(work, "tool", "run", "docfx", "docfx.json", "--warningsAsErrors");

    private static bool Start(string folder, params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        var said = new List<string>();
        bool warned = false;
        void Hear(string? line)
        {
            lock (said)
            {
                said.Add(line ?? string.Empty);
                warned |= line is not null && (line.Contains(": warning ", StringComparison.Ordinal) || line.StartsWith("warning", StringComparison.OrdinalIgnoreCase));
            }
        }

        process.OutputDataReceived += (_, e) => Hear(e.Data);
        process.ErrorDataReceived += (_, e) => Hear(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        if (process.ExitCode == 0 && !warned)
        {
            return true;
        }

        Console.Error.WriteLine($"dotnet {string.Join(' ', arguments)} ended with {process.ExitCode}{(warned ? " and warnings" : string.Empty)}:");
        Console.Error.WriteLine(string.Join(Environment.NewLine, said.Where(l => l.Length > 0)));
        return false;
    }
}
