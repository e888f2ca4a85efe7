using System.Diagnostics;
using System.Globalization;
using Fovea;
using Fovea.Bench.Compare;
using Fovea.Simd.Drivers;

// dotnet run -c Release --project bench/Compare -- [--threads N] [--seconds S] [--only TEXT] [--python PATH] [--output DIR]
// Measures Fovea and PyTorch in turns on the same weights and data, prints a table, writes it as Markdown and JSON. --seconds is for
// each engine of each row, in slices. Exits with 1 when the engines' results differ, with 3 when there is no PyTorch.
const int Slices = 5;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int threads = int.Parse(Option("--threads", "2"));
double seconds = double.Parse(Option("--seconds", "4"));
string only = Option("--only", string.Empty);
WorkerTeam.Threads = threads;
using Peer? peer = Peer.Start(Option("--python", File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3"), threads, out string problem);
if (peer is null)
{
    Console.Error.WriteLine($"no PyTorch to compare with: {problem}\n{Peer.HowToInstall}");
    return 3;
}

Console.Error.WriteLine($"{Report.ProcessorName()}, {threads} threads, PyTorch {peer.Version}");
var results = new List<Result>();
foreach (Row row in Row.All.Where(r => r.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
{
    Result result = Measure(row, peer);
    results.Add(result);
    Console.Error.WriteLine($"{row.Name,-36} Fovea {result.Fovea.Minimum,9:F2} ms   PyTorch {result.Peers.Min(p => p.Minimum),9:F2} ms   ratio {result.RatioOfMinima:F2}");
}

var report = new Report(Report.ProcessorName(), threads, peer.Version, peer.Python, DateTime.UtcNow, results);
Console.WriteLine();
Console.Write(report.Table());
string folder = Option("--output", Path.Combine("bench", "results"));
Directory.CreateDirectory(folder);
string name = $"compare-{new string([.. report.Processor.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')])}";
File.WriteAllText(Path.Combine(folder, $"{name}.md"), report.ToMarkdown());
File.WriteAllText(Path.Combine(folder, $"{name}.json"), report.ToJson());
Console.WriteLine($"\nWritten: {Path.Combine(folder, name)}.md and .json");
return results.All(r => r.Agrees) ? 0 : 1;

Result Measure(Row row, Peer other)
{
    using TensorScope scope = TensorScope.Begin();
    using var mine = new FoveaWork(row);
    DirectoryInfo files = Directory.CreateTempSubdirectory("fovea-compare-");
    double difference;
    string[] engines;
    try
    {
        mine.Save(files.FullName);
        (engines, double[] theirs) = other.Prepare(files.FullName);
        double[] ours = mine.Check();
        difference = ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Max() / theirs.Max(Math.Abs);
    }
    finally
    {
        files.Delete(recursive: true);
    }

    // In turns, so that a disturbance of the machine hits all alike. The first slice of each warms up and does not count.
    var times = engines.Append("fovea").ToDictionary(e => e, _ => new List<double>());
    // On a machine so busy that single steps take seconds, fewer slices keep the whole in minutes.
    var watch = Stopwatch.StartNew();
    for (int slice = 0; slice <= Slices && (slice < 2 || watch.Elapsed.TotalSeconds < 3 * seconds * times.Count); slice++)
    {
        double share = slice == 0 ? seconds / Slices / 2 : seconds / Slices;
        foreach (string engine in engines)
        {
            Keep(slice, engine, other.Time(engine, share));
        }

        Keep(slice, "fovea", mine.Time(share));
    }

    return new Result(row, difference, EngineTime.Of("fovea", times["fovea"]), [.. engines.Select(e => EngineTime.Of(e, times[e]))]);

    void Keep(int slice, string engine, List<double> measured)
    {
        if (slice > 0)
        {
            times[engine].AddRange(measured);
        }
    }
}

string Option(string option, string otherwise)
{
    int at = Array.IndexOf(args, option);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}
