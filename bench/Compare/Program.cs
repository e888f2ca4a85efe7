using System.Diagnostics;
using System.Globalization;
using Fovea;
using Fovea.Bench.Compare;
using Fovea.Bench.Peers;
using Fovea.Simd.Drivers;
using Fovea.Simd.Vectors;
using Fovea.Training;

// dotnet run -c Release --project bench/Compare --
//     [--group NAME]... [--only TEXT] [--threads N] [--seconds S] [--python PATH] [--output DIR] [--page FILE] [--before DLL] [--list]
// Measures Fovea, PyTorch, libtorch and ONNX Runtime in turns on the same weights and data, prints tables, and merges them into the Markdown and JSON
// of earlier runs. --seconds is for each engine of each row, in slices; --page names a page of the documentation whose figures are written
// anew. --before names Fovea.Bench.Compare.dll of another build, which is measured beside this one instead of other engines. Exits with 1 when
// the engines' results differ or a row failed, with 2 when a flag is wrong, with 3 when there is no PyTorch.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string[] groups = [.. Rows.Groups, FirstPrediction.Group, .. Limits.Groups];
Settings settings;
try
{
    settings = Settings.Read(args, groups);
}
catch (OptionException e)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}

if (settings.IsPeer)
{
    Lines.Serve("Fovea", typeof(Tensor).Assembly.GetName().Version!.ToString(), n => ParallelPool.Threads = n, folder => new BuildWork(folder));
    return 0;
}

int threads = settings.Threads;
Row[] rows = [.. Rows.All.Where(r => settings.Has(r.Group) && r.Name.Contains(settings.Only, StringComparison.OrdinalIgnoreCase))];
if (settings.List)
{
    Console.WriteLine($"groups: {string.Join(", ", groups)}\n{string.Join('\n', rows.Select(r => $"{r.Group,-22} {r.Name}"))}");
    return 0;
}

// Which instructions there are is settled when a process starts: rows on AVX2 only get a process of their own.
bool isLimited = VectorInfo.Bits < 512 && rows.Length > 0 && rows.All(r => r.IsLimited);
Row[] limited = isLimited ? [] : [.. rows.Where(r => r.IsLimited)];
rows = [.. rows.Except(limited)];
ParallelPool.Threads = threads;
if (settings.Before.Length > 0)
{
    return BuildComparison.Run(rows, settings);
}

var environment = new Dictionary<string, string>();
if (isLimited)
{
    (environment["ONEDNN_MAX_CPU_ISA"], environment["ATEN_CPU_CAPABILITY"], environment["OPENBLAS_CORETYPE"]) = ("AVX2", "avx2", "Haswell");
}

using Peer? pytorch = PeerSetup.PyTorch(settings.Python, environment, threads, out string problem);
if (pytorch is null)
{
    Console.Error.WriteLine($"no PyTorch to compare with: {problem}\n{PeerSetup.HowToInstallPyTorch}");
    return 3;
}

// Of detectors, and of networks with a loss for each of several maps, there is no graph that other engines could run.
bool isGraph = rows.Length == 0 || rows.Any(r => r.IsTraceable);
using Peer? libTorch = isGraph ? PeerSetup.Managed("LibTorch", environment, threads, out problem) : null;
if (libTorch is null && isGraph)
{
    Console.Error.WriteLine($"without libtorch: {problem}");
}

// ONNX Runtime has no switch for its instructions.
problem = "it cannot be held to AVX2";
using Peer? onnxRuntime = isLimited || !isGraph ? null : PeerSetup.Managed("OnnxRuntime", environment, threads, out problem);
if (onnxRuntime is null && isGraph)
{
    Console.Error.WriteLine($"without ONNX Runtime: {problem}");
}

string[] versions = [.. new[] { pytorch, libTorch, onnxRuntime }.OfType<Peer>().Select(p => p.Title), $".NET {Environment.Version}"];
Console.Error.WriteLine($"{Machine.Processor} ({VectorInfo.Description}), {threads} threads; {string.Join("; ", versions)}");
var contenders = new List<Contender> { new(pytorch, _ => true) { IsRequired = true, Wishes = row => libTorch is not null && row.IsTraceable ? ["script"] : [] } };
if (libTorch is not null)
{
    contenders.Add(new Contender(libTorch, row => row.IsTraceable));
}

if (onnxRuntime is not null)
{
    contenders.Add(new Contender(onnxRuntime, row => row.Pass == Pass.Forward));
}

var comparison = new Comparison(contenders, settings.Seconds);
var results = new List<Result>();
var limits = new List<Limit>();
bool failed = false;
foreach (Row row in rows)
{
    Try(row.Name, () => Keep(comparison.Measure(row)));
}

if (Takes(FirstPrediction.Group))
{
    Try(FirstPrediction.Group, () =>
    {
        foreach (Result result in FirstPrediction.Measure(settings.Python, threads))
        {
            Keep(result);
        }
    });
}

if (Takes("threads"))
{
    Hold(Limits.Threads(settings.Only));
}

if (Takes("streams"))
{
    Hold(Limits.Streams(settings.Only, settings.Seconds));
}

if (Takes("product"))
{
    using Peer? single = PeerSetup.PyTorch(settings.Python, environment, 1, out _);
    Try("product", () => Hold(Limits.Product(single!)));
}

var file = new ResultFile(Machine.Processor, VectorInfo.Description, threads, versions, results, limits);
Console.WriteLine();
Console.Write(results.Count > 0 ? Report.Table(results) : string.Empty);
Console.Write(limits.Count > 0 ? Report.Table(limits) : string.Empty);
if (results.Count + limits.Count + settings.Page.Length > 0)
{
    file = file.MergedInto(settings.Output);
    Console.WriteLine($"\nWritten: {file.Write(settings.Output)}.md and .json");
    if (settings.Page.Length > 0)
    {
        Page.Update(settings.Page, file);
    }
}

int rest = limited.Length > 0 ? RunLimited() : 0;
return failed || rest != 0 || results.Any(r => !r.Agrees) ? 1 : 0;

// What is no row is run when it is asked for by name, or with everything.
bool Takes(string part) => settings.Groups.Contains(part) || (settings.Groups.Count == 0 && settings.Only.Length == 0);

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

// Each row is written as soon as it is measured: what ends the program later takes none of it.
void Keep(Result result)
{
    results.Add(result);
    new ResultFile(Machine.Processor, VectorInfo.Description, threads, versions, [result], []).MergedInto(settings.Output).Write(settings.Output);
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
    string[] program = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.GetCommandLineArgs()[..1] : [];
    var start = new ProcessStartInfo(Environment.ProcessPath!,
    [
        .. program, "--group", Rows.LimitedGroup, "--only", settings.Only, "--threads", $"{threads}", "--seconds", $"{settings.Seconds}",
        "--python", settings.Python, "--output", settings.Output, .. settings.Page.Length > 0 ? ["--page", settings.Page] : Array.Empty<string>(),
    ]);
    start.Environment["DOTNET_EnableAVX512"] = "0";
    using Process process = Process.Start(start)!;
    process.WaitForExit();
    return process.ExitCode;
}
