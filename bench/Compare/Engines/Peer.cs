using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Fovea.Bench.Compare;

/// <summary>Another engine in a process of its own, spoken to in lines. A row that ends the process costs that row alone: the next one finds a new process.</summary>
internal sealed class Peer : IDisposable
{
    // More than any row takes: everything is kept.
    private const string KeptBytes = "17179869184";

    private readonly ProcessStartInfo _start;
    private readonly int _threads;
    private readonly List<string> _errors = [];
    private Process _process;

    private Peer(ProcessStartInfo start, int threads)
    {
        (_start, _threads) = (start, threads);
        _process = Begin();
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

        try
        {
            var peer = new Peer(start, threads);
            if (peer.Greet() is not { } refusal)
            {
                problem = string.Empty;
                return peer;
            }

            // An engine whose native library is missing says so in a line of its own.
            peer._process.StandardInput.Close();
            peer._process.WaitForExit();
            problem = peer.LastError() ?? refusal;
            peer._process.Dispose();
            return null;
        }
        catch (Win32Exception e)
        {
            problem = e.Message;
            return null;
        }
    }

    /// <summary>Builds a row from its files.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="wishes">What else the peer should make there.</param>
    /// <returns>By engine and name, the numbers that all sides must agree on.</returns>
    /// <exception cref="PeerException">It cannot, or has ended.</exception>
    public Dictionary<string, Dictionary<string, double[]>> Prepare(string folder, params string[] wishes)
    {
        if (_process.HasExited)
        {
            _process.Dispose();
            _process = Begin();
            if (Greet() is { } refusal)
            {
                throw new PeerException($"{Title} did not start again: {refusal}");
            }
        }

        return Ask($"prepare {string.Join(' ', [folder, .. wishes])}")["checks"]!.AsObject().ToDictionary(
            engine => engine.Key,
            engine => engine.Value!.AsObject().ToDictionary(check => check.Key, check => check.Value!.AsArray().Select(v => (double)v!).ToArray()));
    }

    /// <summary>Runs steps for a while.</summary>
    /// <returns>Milliseconds of each.</returns>
    /// <exception cref="PeerException">It has ended.</exception>
    public List<double> Time(string engine, double seconds) =>
        [.. Ask(string.Create(CultureInfo.InvariantCulture, $"time {engine} {seconds}"))["ms"]!.AsArray().Select(v => (double)v!)];

    /// <summary>Ends the process, with all the memory that it has kept; the next <see cref="Prepare"/> finds a new one.</summary>
    public void End()
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
            _process.WaitForExit();
        }
    }

    public void Dispose()
    {
        End();
        _process.Dispose();
    }

    private Process Begin()
    {
        var process = Process.Start(_start)!;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.Add(line.Data ?? string.Empty);
            }
        };
        process.BeginErrorReadLine();
        return process;
    }

    // What it says of itself, and how many threads it may have; or what it said instead.
    private string? Greet()
    {
        string? hello = _process.StandardOutput.ReadLine();
        if (hello is not ['{', ..])
        {
            return hello ?? "it ended at once";
        }

        JsonNode who = JsonNode.Parse(hello)!;
        Title = $"{who["name"]} {who["version"]} ({who["host"]})";
        Ask($"threads {_threads}");
        return null;
    }

    private JsonNode Ask(string request)
    {
        try
        {
            _process.StandardInput.WriteLine(request);
            _process.StandardInput.Flush();
            if (_process.StandardOutput.ReadLine() is { } line)
            {
                JsonNode answer = JsonNode.Parse(line)!;
                return answer["error"] is { } error ? throw new PeerException($"{Title} at \"{request}\": {error}") : answer;
            }
        }
        catch (IOException)
        {
            // Nobody reads what is asked any more.
        }

        _process.WaitForExit();
        throw new PeerException($"{Title} ended at \"{request}\" with exit code {_process.ExitCode}: {LastError() ?? "without a word"}");
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
