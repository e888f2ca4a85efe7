using System.Diagnostics;
using System.Globalization;
using Fovea.Bench.Serving;
using Fovea.Bench.Serving.Traffic;
using Fovea.Bench.Traffic;
using Fovea.Imaging.Codecs;
using Fovea.Serving;
using Fovea.Training;

// dotnet run -c Release --project bench/Fovea.Bench.Serving -- [load [SECONDS] | malformed [N] | stop | reload] [--weights FILE] [--images DIR] [--connections N]
// load: requests a second with and without batches, beside predict on one thread, with the times of requests and the server's memory; malformed:
// requests that must be refused; stop and reload: under load. Without a word, all of them. The clients run on the same processors as the server.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string what = args.FirstOrDefault(a => !a.StartsWith("--", StringComparison.Ordinal)) ?? "all";
string Flag(string name, string whenAbsent) => Array.IndexOf(args, name) is >= 0 and var at ? args[at + 1] : whenAbsent;
int Number(int whenAbsent) => args.Length > 1 && int.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : whenAbsent;
string weights = Flag("--weights", Path.Combine(AppContext.BaseDirectory, "clutter-cbam.safetensors"));
const string Model = "m";
if (what == "serve")
{
    return await Serve(args[1], int.Parse(args[2], CultureInfo.InvariantCulture));
}

IReadOnlyList<byte[]> files = Pictures(Flag("--images", string.Empty));
int connections = int.Parse(Flag("--connections", "64"), CultureInfo.InvariantCulture);
bool holds = true;
if (what is "load" or "all")
{
    TimeSpan time = TimeSpan.FromSeconds(what == "load" ? Number(60) : 60);
    double alone = Alone(TimeSpan.FromSeconds(time.TotalSeconds / 4));
    Console.WriteLine($"predict, one thread, one picture after the other: {alone:F1} pictures/s");
    foreach (int batch in new[] { 1, 16 })
    {
        using ServerProcess server = await ServerProcess.Start(weights, batch.ToString(CultureInfo.InvariantCulture));
        using (var warm = new CancellationTokenSource(time / 6))
        {
            await PredictTraffic.Run(server.Address, Model, files, connections, warm.Token);
        }

        long before = server.Memory;
        using var stop = new CancellationTokenSource(time);
        TrafficResult result = await PredictTraffic.Run(server.Address, Model, files, connections, stop.Token);
        double rate = result.Total / time.TotalSeconds;
        Console.WriteLine(
            $"batches of at most {batch,2}, {connections} connections, {time.TotalSeconds:F0} s: {rate:F1} requests/s ({rate / alone:F2} of predict), p50 {result.Percentile(0.5):F1} ms, p99 {result.Percentile(0.99):F1} ms; "
            + $"{result}; memory {before >> 20} MB, then {server.Memory >> 20} MB; ready after {server.Started.TotalMilliseconds:F0} ms");
        holds &= result.Odd.Count == 0 && result.Refused == 0;
    }
}

if (what is "malformed" or "all")
{
    using ServerProcess server = await ServerProcess.Start(weights, "16");
    TrafficResult result = await MalformedTraffic.Run(server.Address, Model, what == "malformed" ? Number(5000) : 5000, connections: 8, seed: 1);
    using var client = new HttpClient { BaseAddress = server.Address };
    bool alive = (await client.GetAsync("/readyz")).IsSuccessStatusCode;
    Console.WriteLine($"malformed: {result}\n  server alive: {alive}");
    holds &= alive && result.Count(400, 499) == result.Total;
}

if (what is "stop" or "all")
{
    using ServerProcess server = await ServerProcess.Start(weights, "16");
    using var never = new CancellationTokenSource();
    Task<TrafficResult> traffic = PredictTraffic.Run(server.Address, Model, files, connections, never.Token);
    await Task.Delay(TimeSpan.FromSeconds(5));
    string said = await server.Stop();
    TrafficResult result = await traffic;
    Console.WriteLine($"stopped under load: {result}; the server says that it answered {said}; {result.Refused} requests came when nobody listened any more");
    holds &= said == $"{result.Total}" && result.Odd.Count == 0;
}

if (what is "reload" or "all")
{
    string file = Path.Combine(Directory.CreateTempSubdirectory("fovea-serving-").FullName, "m.safetensors");
    File.Copy(weights, file);
    using ServerProcess server = await ServerProcess.Start(file, "16");
    using var stop = new CancellationTokenSource();
    Task<TrafficResult> traffic = PredictTraffic.Run(server.Address, Model, files, connections, stop.Token);
    const int times = 5;
    for (int i = 0; i < times; i++)
    {
        await Task.Delay(TimeSpan.FromSeconds(3));
        OtherWeights.Write(weights, file, seed: i);
    }

    await Task.Delay(TimeSpan.FromSeconds(3));
    await stop.CancelAsync();
    TrafficResult result = await traffic;
    using var client = new HttpClient { BaseAddress = server.Address };
    string metrics = await client.GetStringAsync("/metrics");
    string reloads = metrics.Split('\n').First(l => l.StartsWith("fovea_serving_reloads_total", StringComparison.Ordinal)).Split(' ')[1];
    Console.WriteLine($"weights replaced {times} times under load, taken {reloads} times: {result}; {result.Refused} not accepted");
    holds &= reloads == $"{times}" && result.Odd.Count == 0 && result.Refused == 0;
}

return holds ? 0 : 1;

double Alone(TimeSpan time)
{
    using var predictor = Predictor.Open(new PredictOptions { Weights = weights, Threads = 1, BatchSize = 1 });
    int count = 0;
    long begin = 0;
    for (int i = 0; begin == 0 || Stopwatch.GetElapsedTime(begin) < time; i++)
    {
        if (i == 64)
        {
            (begin, count) = (Stopwatch.GetTimestamp(), 0);
        }

        predictor.See([ImageCodecs.Decode(files[i % files.Count])]);
        count++;
    }

    return count / Stopwatch.GetElapsedTime(begin).TotalSeconds;
}

static async Task<int> Serve(string weights, int batch)
{
    ModelServer server = await ModelServer.StartAsync(new ServerOptions
    {
        Port = 0,
        MaxBatch = batch,
        Models = [new ServedModelOptions(Model, new PredictOptions { Weights = weights })],
    });
    using var answered = new AnsweredCount();
    Console.WriteLine(server.Address);
    while (await Console.In.ReadLineAsync() is not null)
    {
    }

    await server.DisposeAsync();
    Console.WriteLine(answered.Total);
    return 0;
}

static IReadOnlyList<byte[]> Pictures(string folder) => folder.Length > 0
    ? [.. Directory.EnumerateFiles(folder, "*.jp*g", new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive }).Order().Take(64).Select(File.ReadAllBytes)]
    : [.. Enumerable.Range(0, 64).Select(i => DrawnPictures.Png(i))];
