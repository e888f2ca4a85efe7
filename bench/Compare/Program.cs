using System.Globalization;
using Fovea.Bench.Compare;
using Fovea.Simd.Drivers;

// dotnet run -c Release --project bench/Compare -- [--group NAME] [--only TEXT] [--threads N] [--seconds S] [--python PATH] [--output DIR] [--list]
// Measures Fovea, PyTorch and ONNX Runtime in turns on the same weights and data, prints a table, and merges it into the Markdown and JSON
// of earlier runs. --seconds is for each engine of each row, in slices. Exits with 1 when the engines' results differ or a row failed, with 3 when there is
// no PyTorch.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int threads = int.Parse(Option("--threads", "2"));
string group = Option("--group", string.Empty);
string only = Option("--only", string.Empty);
Row[] rows = [.. Rows.All.Where(r => (group.Length == 0 || r.Group == group) && r.Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
if (args.Contains("--list") || rows.Length == 0)
{
    Console.WriteLine($"groups: {string.Join(", ", Rows.Groups)}\n{string.Join('\n', rows.Select(r => $"{r.Group,-22} {r.Name}"))}");
    return rows.Length == 0 ? 2 : 0;
}

WorkerTeam.Threads = threads;
string python = Option("--python", File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3");
var environment = new Dictionary<string, string>();
using Peer? pytorch = PeerSetup.PyTorch(python, environment, threads, out string problem);
if (pytorch is null)
{
    Console.Error.WriteLine($"no PyTorch to compare with: {problem}\n{PeerSetup.HowToInstallPyTorch}");
    return 3;
}

using Peer? onnxRuntime = PeerSetup.OnnxRuntime(python, environment, threads, out problem);
if (onnxRuntime is null)
{
    Console.Error.WriteLine($"without ONNX Runtime: {problem}");
}

string[] versions = [.. new[] { pytorch, onnxRuntime }.OfType<Peer>().Select(p => p.Title)];
Console.Error.WriteLine($"{ResultFile.ProcessorName()}, {threads} threads, {string.Join(", ", versions)}");
var comparison = new Comparison(pytorch, onnxRuntime, double.Parse(Option("--seconds", "1.5")));
var results = new List<Result>();
bool failed = false;
foreach (Row row in rows)
{
    try
    {
        Result result = comparison.Measure(row);
        results.Add(result);
        Console.Error.WriteLine($"{row.Name,-42} Fovea {result.Ours.MinMs,9:F2} ms   best ÷ Fovea {result.BestPeer?.OfMinima,5:F2}   target {row.Target}");
    }
    catch (PeerException e)
    {
        failed = true;
        Console.Error.WriteLine($"{row.Name}: {e.Message}");
    }
}

Console.WriteLine();
Console.Write(Report.Table(results));
string path = ResultFile.Merge(Option("--output", Path.Combine("bench", "results")), threads, versions, results)
    .Write(Option("--output", Path.Combine("bench", "results")));
Console.WriteLine($"\nWritten: {path}.md and .json");
return !failed && results.All(r => r.Agrees) ? 0 : 1;

string Option(string option, string otherwise)
{
    int at = Array.IndexOf(args, option);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}
