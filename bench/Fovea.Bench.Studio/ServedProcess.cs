using System.Diagnostics;

namespace Fovea.Bench.Studio;

/// <summary>A studio in a process of its own, so that what the browser's driver compiles and computes is not counted as the studio's.</summary>
internal sealed class ServedProcess : IDisposable
{
    private readonly Process _process;

    private ServedProcess(Process process, Uri page) => (_process, Page) = (process, page);

    /// <summary>Where the page is.</summary>
    public Uri Page { get; }

    /// <summary>Processor time that it took so far.</summary>
    public TimeSpan Processor => _process.TotalProcessorTime;

    /// <summary>Starts a program and waits for the line with the page's address.</summary>
    /// <param name="program">The command line's program; null for this program's own <c>serve</c>.</param>
    public static async Task<ServedProcess> Start(string? program)
    {
        var start = new ProcessStartInfo(program ?? Environment.ProcessPath!, program is null ? ["serve"] : ["studio", "--port", "0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        Process process = Process.Start(start)!;
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the studio ended before it said where its page is.");
        return new ServedProcess(process, new Uri(line));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
