using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Fovea.Cli.Ranks;

/// <summary>Starts the ranks of a run with <c>mpirun</c>, and starts them again from the last checkpoint when one was lost.</summary>
internal sealed class RankLauncher(RankOptions options, TextWriter output, TextWriter error)
{
    private const string ProgramVariable = "FOVEA_MPIRUN";

    // A machine that can no longer be reached is noticed by Open MPI's launcher after some seconds, not after five minutes, and no rank draws on a terminal.
    private static readonly (string Name, string Value)[] s_environment =
    [
        ("OMPI_MCA_oob_tcp_keepalive_time", "10"), ("OMPI_MCA_oob_tcp_keepalive_intvl", "2"), ("OMPI_MCA_oob_tcp_keepalive_probes", "5"), ("TERM", "dumb"),
    ];

    // What a second start would meet again.
    private static readonly int[] s_final =
        [ExitCode.Done, ExitCode.CheckFailed, ExitCode.WrongUse, ExitCode.BadData, ExitCode.Diverged, ExitCode.Disk, ExitCode.Memory, ExitCode.Interrupted];

    // What mpirun has to end by itself after a rank ended with an error.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    /// <summary>Where a rank writes the code that it ends with, beside the file that names the run.</summary>
    public static string CodeFile(string note) => $"{note}.code";

    /// <summary>Runs them to the end.</summary>
    /// <param name="words">The words of the command line.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="OptionException">There is no mpirun.</exception>
    public int Run(IReadOnlyList<string> words)
    {
        string note = Path.GetTempFileName();
        try
        {
            string[] own = [.. Without(words, RankFlags.OfLauncher)];
            int code = Start(own, note);
            for (int again = 1; again <= options.Restart && !s_final.Contains(code); again++)
            {
                string folder = File.ReadAllText(note);
                error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"The ranks ended with exit code {code}; started again ({again} of {options.Restart}){(folder.Length > 0 ? $" from the last checkpoint of {folder}" : ", as no run had begun")}."));
                code = Start(folder.Length == 0 ? own : [.. Resuming(own, folder)], note);
            }

            return code;
        }
        finally
        {
            File.Delete(note);
            File.Delete(CodeFile(note));
        }
    }

    /// <summary>The words without some flags, each of which has a value.</summary>
    internal static IEnumerable<string> Without(IReadOnlyList<string> words, IReadOnlyList<string> flags)
    {
        for (int i = 0; i < words.Count; i++)
        {
            if (flags.Contains(words[i]))
            {
                i++;
            }
            else if (!flags.Any(f => words[i].StartsWith($"{f}=", StringComparison.Ordinal)))
            {
                yield return words[i];
            }
        }
    }

    // A run has its options in its folder; what is of the process stays.
    private static IEnumerable<string> Resuming(string[] words, string folder)
    {
        string[] kept = ["--json", "--quiet", "-q"];
        int deadline = Array.IndexOf(words, "--rank-deadline");
        return [words[0], "--resume", folder, .. words.Where(kept.Contains), .. deadline < 0 ? [] : words[deadline..(deadline + 2)]];
    }

    private static int WaitFor(Process child, string codeFile)
    {
        while (!child.WaitForExit(TimeSpan.FromSeconds(0.5)))
        {
            if (File.Exists(codeFile) && DateTime.UtcNow - File.GetLastWriteTimeUtc(codeFile) > s_grace)
            {
                child.Kill(entireProcessTree: true);
                return int.Parse(File.ReadAllText(codeFile), CultureInfo.InvariantCulture);
            }
        }

        // The last of what it said.
        child.WaitForExit();
        return child.ExitCode;
    }

    private int Start(string[] words, string note)
    {
        File.Delete(CodeFile(note));
        string mpirun = Environment.GetEnvironmentVariable(ProgramVariable) is { Length: > 0 } given ? given : "mpirun";
        var start = new ProcessStartInfo(mpirun) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { [RankedRun.FolderVariable] = note } };
        string[] program = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "fovea"
            ? [Environment.ProcessPath!]
            : [Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", Path.Combine(AppContext.BaseDirectory, "fovea.dll")];
        foreach ((string name, string value) in s_environment.Where(e => e.Name == "TERM" || Environment.GetEnvironmentVariable(e.Name) is null))
        {
            start.Environment[name] = value;
        }

        foreach (string word in (string[])[
            "-n", options.Ranks!.Value.ToString(CultureInfo.InvariantCulture), .. options.Hosts is { } hosts ? ["--host", hosts] : Array.Empty<string>(), .. program, .. words])
        {
            start.ArgumentList.Add(word);
        }

        try
        {
            using Process child = Process.Start(start)!;
            child.OutputDataReceived += (_, line) => Write(output, line.Data);
            child.ErrorDataReceived += (_, line) => Write(error, line.Data);
            child.BeginOutputReadLine();
            child.BeginErrorReadLine();
            using var interruption = new Interruption(() => error.WriteLine("stopping the ranks"), static () => { });
            return WaitFor(child, CodeFile(note));
        }
        catch (Win32Exception e)
        {
            throw new OptionException("ranks",
                $"{mpirun} cannot be started ({e.Message}); install an MPI (on Debian: apt install openmpi-bin), or name its launcher with {ProgramVariable}.");
        }

        static void Write(TextWriter to, string? line)
        {
            if (line is not null)
            {
                lock (to)
                {
                    to.WriteLine(line);
                }
            }
        }
    }
}
