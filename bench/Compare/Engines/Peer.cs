using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Fovea.Bench.Compare;

/// <summary>Another engine in a process of its own, spoken to in lines.</summary>
internal sealed class Peer : IDisposable
{
    // More than any row takes: everything is kept.
    private const string KeptBytes = "17179869184";

    private readonly Process _process;
    private readonly List<string> _errors = [];

    private Peer(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.Add(line.Data ?? string.Empty);
            }
        };
        process.BeginErrorReadLine();
    }

    /// <summary>The engine's name, version and host.</summary>
    public string Title { get; private set; } = string.Empty;

    /// <summary>Starts a peer; null when it cannot be, with the reason.</summary>
    public static Peer? Start(string program, string[] arguments, IReadOnlyDictionary<string, string> environment, int threads, out string problem)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

        // OpenMP and OpenBLAS read these once, when they are loaded.
        start.Environment["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        start.Environment["OPENBLAS_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";

        // glibc gives what a step frees back to the system, and the next step pays for its pages anew: each peer is to be as fast as it can be.
        start.Environment["MALLOC_TRIM_THRESHOLD_"] = start.Environment["MALLOC_MMAP_THRESHOLD_"] = KeptBytes;
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            problem = e.Message;
            return null;
        }

        var peer = new Peer(process);
        string? hello = process.StandardOutput.ReadLine();
        if (hello is ['{', ..])
        {
            JsonNode who = JsonNode.Parse(hello)!;
            peer.Title = $"{who["name"]} {who["version"]} ({who["host"]})";
            peer.Ask($"threads {threads}");
            problem = string.Empty;
            return peer;
        }

        // An engine whose native library is missing says so in a line of its own.
        problem = hello ?? "it ended at once";
        process.StandardInput.Close();
        process.WaitForExit();
        problem = peer.LastError() ?? problem;
        process.Dispose();
        return null;
    }

    /// <summary>Builds a row from its files.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="wishes">What else the peer should make there.</param>
    /// <returns>By engine and name, the numbers that all sides must agree on.</returns>
    public Dictionary<string, Dictionary<string, double[]>> Prepare(string folder, params string[] wishes) =>
        Ask($"prepare {string.Join(' ', [folder, .. wishes])}")["checks"]!.AsObject().ToDictionary(
            engine => engine.Key,
            engine => engine.Value!.AsObject().ToDictionary(check => check.Key, check => check.Value!.AsArray().Select(v => (double)v!).ToArray()));

    /// <summary>Runs steps for a while.</summary>
    /// <returns>Milliseconds of each.</returns>
    public List<double> Time(string engine, double seconds) =>
        [.. Ask(string.Create(CultureInfo.InvariantCulture, $"time {engine} {seconds}"))["ms"]!.AsArray().Select(v => (double)v!)];

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already, and whoever spoke to it has heard why.
        }

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
        JsonNode answer = _process.StandardOutput.ReadLine() is { } line
            ? JsonNode.Parse(line)!
            : throw new PeerException($"{Title} ended at \"{request}\": {LastError() ?? "without a word"}");
        return answer["error"] is { } error ? throw new PeerException($"{Title} at \"{request}\": {error}") : answer;
    }

    private string? LastError()
    {
        lock (_errors)
        {
            return _errors.LastOrDefault(e => e.Length > 0);
        }
    }
}

/// <summary>A peer could not do what it was asked for.</summary>
internal sealed class PeerException(string message) : Exception(message);
