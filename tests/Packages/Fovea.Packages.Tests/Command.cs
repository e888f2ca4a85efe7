using System.Diagnostics;

namespace Fovea.Packages.Tests;

/// <summary>Runs a program as a user does, in a folder and with variables of its own.</summary>
internal static class Command
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(4);

    /// <summary>Runs a program that must end with 0.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="environment">Variables beside those of the tests.</param>
    /// <param name="words">Its arguments.</param>
    /// <returns>What it wrote to the standard output.</returns>
    public static async Task<string> Run(string program, string folder, IReadOnlyDictionary<string, string> environment, params string[] words)
    {
        using Process process = Start(program, folder, environment, words);
        using var stop = new CancellationTokenSource(s_longest);
        try
        {
            Task<string> error = process.StandardError.ReadToEndAsync(stop.Token);
            string output = await process.StandardOutput.ReadToEndAsync(stop.Token);
            await process.WaitForExitAsync(stop.Token);
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', words)} ended with {process.ExitCode}:\n{output}\n{await error}");
            return output;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', words)} did not end within {s_longest}.");
        }
    }

    /// <summary>Starts a program; whoever asked ends it.</summary>
    public static Process Start(string program, string folder, IReadOnlyDictionary<string, string> environment, params string[] words)
    {
        var start = new ProcessStartInfo(program, words) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
