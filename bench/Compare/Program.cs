using System.Diagnostics;
using System.Globalization;
using Fovea.Bench.Compare;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;

// dotnet run -c Release --project bench/Compare --
//     [--group NAME] [--only TEXT] [--threads N] [--seconds S] [--python PATH] [--output DIR] [--page FILE] [--list]
// Measures Fovea, PyTorch and ONNX Runtime in turns on the same weights and data, prints tables, and merges them into the Markdown and JSON
// of earlier runs. --seconds is for each engine of each row, in slices; --page names a page of the documentation whose figures are written
// anew. Exits with 1 when the engines' results differ or a row failed, with 2 when nothing has that name, with 3 when there is no PyTorch.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string[] groups = [.. Rows.Groups, FirstPrediction.Group, .. Limits.Groups];
int threads = int.Parse(Option("--threads", "2"));
string group = Option("--group", string.Empty);
string only = Option("--only", string.Empty);
double seconds = double.Parse(Option("--seconds", "1"));
string output = Option("--output", Path.Combine("bench", "results"));
Row[] rows = [.. Rows.All.Where(r => Chosen(r.Group) && r.Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
if (args.Contains("--list") || !(group.Length == 0 || groups.Contains(group)))
{
    Console.WriteLine($"groups: {string.Join(", ", groups)}\n{string.Join('\n', rows.Select(r => $"{r.Group,-22} {r.Name}"))}");
    return args.Contains("--list") ? 0 : 2;
}

// Which instructions there are is settled when a process starts: rows on AVX2 only get a process of their own.
bool isLimited = VectorInfo.Bits < 512 && rows.Length > 0 && rows.All(r => r.IsLimited);
Row[] limited = isLimited ? [] : [.. rows.Where(r => r.IsLimited)];
rows = [.. rows.Except(limited)];
WorkerTeam.Threads = threads;
string python = Option("--python", File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3");
var environment = new Dictionary<string, string>();
if (isLimited)
{
    (environment["ONEDNN_MAX_CPU_ISA"], environment["ATEN_CPU_CAPABILITY"], environment["OPENBLAS_CORETYPE"]) = ("AVX2", "avx2", "Haswell");
}

using Peer? pytorch = PeerSetup.PyTorch(python, environment, threads, out string problem);
if (pytorch is null)
{
    Console.Error.WriteLine($"no PyTorch to compare with: {problem}\n{PeerSetup.HowToInstallPyTorch}");
    return 3;
}

// ONNX Runtime has no switch for its instructions.
problem = "it cannot be held to AVX2";
using Peer? onnxRuntime = isLimited ? null : PeerSetup.OnnxRuntime(python, environment, threads, out problem);
if (onnxRuntime is null)
{
    Console.Error.WriteLine($"without ONNX Runtime: {problem}");
}

string[] versions = [.. new[] { pytorch, onnxRuntime }.OfType<Peer>().Select(p => p.Title), $".NET {Environment.Version}"];
Console.Error.WriteLine($"{ResultFile.ProcessorName()} ({VectorInfo.Description}), {threads} threads; {string.Join("; ", versions)}");
var comparison = new Comparison(pytorch, onnxRuntime, seconds);
var results = new List<Result>();
var limits = new List<Limit>();
bool failed = false;
foreach (Row row in rows)
{
    Try(row.Name, () => Keep(comparison.Measure(row)));
}

bool takesAll = group.Length == 0 && only.Length == 0;
if (group == FirstPrediction.Group || takesAll)
{
    Try(FirstPrediction.Group, () => Keep(FirstPrediction.Measure(python, threads)));
}

if (group == "threads" || takesAll)
{
    Hold(Limits.Threads(only));
}

if (group == "streams" || takesAll)
{
    Hold(Limits.Streams(only, seconds));
}

if (group == "product" || takesAll)
{
    using Peer? single = PeerSetup.PyTorch(python, environment, 1, out _);
    Try("product", () => Hold(Limits.Product(single!)));
}

var file = new ResultFile(ResultFile.ProcessorName(), VectorInfo.Description, threads, versions, results, limits);
Console.WriteLine();
Console.Write(results.Count > 0 ? Report.Table(results) : string.Empty);
Console.Write(limits.Count > 0 ? Report.Table(limits) : string.Empty);
string page = Option("--page", string.Empty);
if (results.Count + limits.Count + page.Length > 0)
{
    file = file.MergedInto(output);
    Console.WriteLine($"\nWritten: {file.Write(output)}.md and .json");
    if (page.Length > 0)
    {
        Page.Update(page, file);
    }
}

int rest = limited.Length > 0 ? RunLimited() : 0;
return failed || rest != 0 || results.Any(r => !r.Agrees) ? 1 : 0;

bool Chosen(string name) => group.Length == 0 || name == group;

void Try(string name, Action measure)
{
    try
    {
        measure();
    }
    catch (PeerException e)
    {
        failed = true;
        Console.Error.WriteLine($"{name}: {e.Message}");
    }
}

void Keep(Result result)
{
    results.Add(result);
    Console.Error.WriteLine($"{result.Name,-42} Fovea {result.Ours.MinMs,9:F2} ms   best ÷ Fovea {result.BestPeer?.OfMinima,5:F2}   target {result.Target}");
}

void Hold(IEnumerable<Limit> measured)
{
    foreach (Limit limit in measured)
    {
        limits.Add(limit);
        Console.Error.WriteLine($"{limit.Name,-60} {limit.Value,6:F2}   target {limit.Bound}   {limit.Detail}");
    }
}

int RunLimited()
{
    var start = new ProcessStartInfo(Environment.ProcessPath!, Environment.GetCommandLineArgs().Skip(Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? 0 : 1));
    start.ArgumentList.Add("--group");
    start.ArgumentList.Add(Rows.LimitedGroup);
    start.Environment["DOTNET_EnableAVX512"] = "0";
    using Process process = Process.Start(start)!;
    process.WaitForExit();
    return process.ExitCode;
}

string Option(string option, string otherwise)
{
    int at = Array.LastIndexOf(args, option);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}
