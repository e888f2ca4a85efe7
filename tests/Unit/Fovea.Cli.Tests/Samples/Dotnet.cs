using System.Diagnostics;

namespace Fovea.Cli.Tests.Samples;

/// <summary>Programs of users, in processes of their own.</summary>
internal static class Dotnet
{
    /// <summary>Runs <c>dotnet</c> and asserts that all went well.</summary>
    /// <returns>The standard output.</returns>
    public static Task<string> Run(params string[] arguments) => RunIn(Environment.CurrentDirectory, arguments);

    /// <summary>Runs <c>dotnet</c> in a folder and asserts that all went well.</summary>
    /// <returns>The standard output.</returns>
    public static async Task<string> RunIn(string folder, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}{await error}");
        return output;
    }
}
