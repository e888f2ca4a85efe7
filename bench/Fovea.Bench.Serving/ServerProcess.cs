using System.Diagnostics;

namespace Fovea.Bench.Serving;

/// <summary>A server in a process of its own, so that what the clients compute is not counted as its own.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri address, TimeSpan start) => (_process, Address, Started) = (process, address, start);

    /// <summary>Where it is asked.</summary>
    public Uri Address { get; }

    /// <summary>From the process' start to its readiness.</summary>
    public TimeSpan Started { get; }

    /// <summary>Bytes of memory that it holds now.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts this program's own <c>serve</c> and waits until it is ready.</summary>
    public static async Task<ServerProcess> Start(params string[] words)
    {
        long begin = Stopwatch.GetTimestamp();
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["serve", .. words]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        string line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the server ended before it said where it is.");
        return new ServerProcess(process, new Uri(line), Stopwatch.GetElapsedTime(begin));
    }

    /// <summary>Asks it to stop, and waits until it has.</summary>
    public async Task<string> Stop()
    {
        _process.StandardInput.Close();
        string rest = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return rest.Trim();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
