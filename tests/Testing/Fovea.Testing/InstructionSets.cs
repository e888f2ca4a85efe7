using System.Diagnostics;

namespace Fovea.Testing;

/// <summary>
/// Runs part of a test program again with instructions switched off. The switches are read when a process starts, so each needs a process
/// of its own.
/// </summary>
public static class InstructionSets
{
    private const string Inside = "FOVEA_INSTRUCTION_SET_CHILD";

    /// <summary>Each switch of the runtime that leaves a narrower machine: AVX2 without AVX-512, 128 bits, scalar code.</summary>
    public static IReadOnlyList<string> Switches { get; } = ["DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic"];

    /// <summary>Whether this process is such a run, which must not start others.</summary>
    public static bool IsChild => Off is not null;

    /// <summary>The switch that is off in this process, if it is such a run.</summary>
    public static string? Off => Environment.GetEnvironmentVariable(Inside);

    /// <summary>Runs the tests of this program that a filter of the runner selects, with one switch off.</summary>
    /// <param name="off">One of <see cref="Switches"/>.</param>
    /// <param name="filter">Arguments of the test runner, such as <c>--filter-class *GemmTests</c>.</param>
    /// <returns>The exit code and everything that was printed.</returns>
    public static (int ExitCode, string Output) Run(string off, params string[] filter)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(System.Reflection.Assembly.GetEntryAssembly()!.Location);
        }

        foreach (string argument in filter)
        {
            start.ArgumentList.Add(argument);
        }

        // What the outer runner told this process about its own server and results is not for the inner one.
        foreach (string name in start.Environment.Keys.Where(k => k.StartsWith("TESTINGPLATFORM", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment[Inside] = off;
        start.Environment[off] = "0";
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(TimeSpan.FromMinutes(8)))
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"{output}\nstopped after 8 minutes");
        }

        return (process.ExitCode, output + error.Result);
    }
}
