using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Fovea.Bench.Compare;

/// <summary>PyTorch in a process of its own, spoken to in lines.</summary>
internal sealed class Peer : IDisposable
{
    /// <summary>What to do when there is no PyTorch.</summary>
    public const string HowToInstall =
        "Install PyTorch: sudo apt-get install python3-torch python3-numpy (Debian, Ubuntu), or pip install torch numpy; "
        + "name another interpreter with --python PATH.";

    private readonly Process _process;

    private Peer(Process process, JsonNode hello)
    {
        _process = process;
        Version = (string)hello["torch"]!;
        Python = (string)hello["python"]!;
    }

    /// <summary>PyTorch's version.</summary>
    public string Version { get; }

    /// <summary>Python's version.</summary>
    public string Python { get; }

    /// <summary>Starts the peer; null when the interpreter or PyTorch is not there, with the reason.</summary>
    public static Peer? Start(string python, int threads, out string problem)
    {
        var start = new ProcessStartInfo(python) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-u");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "peer.py"));
        start.Environment["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            problem = e.Message;
            return null;
        }

        var errors = new List<string>();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
            {
                errors.Add(line.Data ?? string.Empty);
            }
        };
        process.BeginErrorReadLine();
        if (process.StandardOutput.ReadLine() is { } hello)
        {
            problem = string.Empty;
            var peer = new Peer(process, JsonNode.Parse(hello)!);
            peer.Ask($"threads {threads}");
            return peer;
        }

        process.WaitForExit();
        lock (errors)
        {
            problem = errors.LastOrDefault(e => e.Length > 0) ?? "it ended at once";
        }

        process.Dispose();
        return null;
    }

    /// <summary>Builds a row from its files.</summary>
    public (string[] Engines, double[] Check) Prepare(string folder)
    {
        JsonNode answer = Ask($"prepare {folder}");
        return ([.. answer["engines"]!.AsArray().Select(e => (string)e!)], [.. answer["check"]!.AsArray().Select(v => (double)v!)]);
    }

    /// <summary>Runs steps for a while.</summary>
    /// <returns>Milliseconds of each.</returns>
    public List<double> Time(string engine, double seconds) =>
        [.. Ask(string.Create(CultureInfo.InvariantCulture, $"time {engine} {seconds}"))["ms"]!.AsArray().Select(v => (double)v!)];

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private JsonNode Ask(string request)
    {
        _process.StandardInput.WriteLine(request);
        _process.StandardInput.Flush();
        return _process.StandardOutput.ReadLine() is { } line
            ? JsonNode.Parse(line)!
            : throw new InvalidOperationException($"the peer ended at \"{request}\"; run python3 bench/Compare/peer.py by hand to see why.");
    }
}
