using System.Diagnostics;

namespace Fovea.Cli.Tests;

/// <summary>The program started as users do, with MPI's launcher or with <c>--ranks</c>, and its processes found again by a word of their command line.</summary>
internal static class RankProcesses
{
    /// <summary>What a run of the program came to.</summary>
    public sealed record Ended(int Code, string Text);

    /// <summary>The program as words of a command line.</summary>
    public static string[] Program { get; } = ["dotnet", Path.Combine(AppContext.BaseDirectory, "fovea.dll")];

    /// <summary>Whether a program can be started.</summary>
    public static bool Has(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>Skips a test where there is no launcher.</summary>
    public static void Need(string launcher)
    {
        if (!Has(launcher))
        {
            Assert.Skip($"{launcher} is not installed (on Debian: apt install openmpi-bin, or mpich).");
        }
    }

    /// <summary>Starts a command; what it writes is added to the text.</summary>
    public static Process Start(ProcessText text, params IEnumerable<string> words)
    {
        string[] all = [.. words];
        var start = new ProcessStartInfo(all[0], all[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };

        // Containers run tests as root, which Open MPI wants to be told twice.
        (start.Environment["OMPI_ALLOW_RUN_AS_ROOT"], start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"]) = ("1", "1");
        start.Environment["OMPI_MCA_rmaps_base_oversubscribe"] = "1";
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => text.Add(line.Data);
        process.ErrorDataReceived += (_, line) => text.Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Runs a command to its end.</summary>
    public static Ended Run(params IEnumerable<string> words)
    {
        var text = new ProcessText();
        using Process process = Start(text, words);
        if (!process.WaitForExit(TimeSpan.FromMinutes(3)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"did not end: {string.Join(' ', words)}\n{text}");
        }

        process.WaitForExit();
        return new Ended(process.ExitCode, text.ToString());
    }

    /// <summary>The process of a rank whose command line has a word; null when there is none (now).</summary>
    public static int? Find(string word, int rank)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out int id) && Read(folder, "cmdline").Contains(word, StringComparison.Ordinal)
                && Read(folder, "environ").Split('\0').Any(v => v == $"OMPI_COMM_WORLD_RANK={rank}" || v == $"PMI_RANK={rank}"))
            {
                return id;
            }
        }

        return null;

        static string Read(string folder, string name)
        {
            try
            {
                return File.ReadAllText(Path.Combine(folder, name));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return string.Empty;
            }
        }
    }
}
