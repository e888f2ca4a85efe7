using System.Globalization;
using Fovea;
using Fovea.Bench.Studio;
using Fovea.Bench.Studio.Traffic;
using Fovea.Bench.Traffic;
using Fovea.Studio;

// rows: times and payload of rows; page [PROGRAM]: the first page of a studio in a process of its own (of the program "fovea", where it is named) and click
// to paint, in Chromium; load N: requests with sessions opened and dropped;
// malformed N: requests that must be refused. Without a word, all of them.
string what = args.FirstOrDefault() ?? "all";
int Count(int whenAbsent) => args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : whenAbsent;
bool holds = true;
if (what == "serve")
{
    await using StudioServer served = await StudioServer.StartAsync(new StudioOptions { Port = 0, Folder = AppContext.BaseDirectory });
    Console.WriteLine(served.Page);
    await Task.Delay(Timeout.Infinite);
}

if (what is "rows" or "all")
{
    holds &= await RowTimes.Run();
}

if (what is "page" or "all")
{
    holds &= await PageTimes.Run(what == "page" ? args.ElementAtOrDefault(1) : null);
}

if (what is "load" or "malformed" or "all")
{
    await using StudioServer server = await StudioServer.StartAsync(new StudioOptions { Port = 0, Folder = AppContext.BaseDirectory, MaxSessions = 16 });
    if (what != "malformed")
    {
        TrafficResult load = await SessionTraffic.Run(server.Page, Count(2000), connections: 8, seed: 1);
        Console.WriteLine($"load: {load}");
        Console.WriteLine($"  tensors live {TensorMemory.LiveBytes >> 20} MB, taken from the system {TensorMemory.NativeBytes >> 20} MB, process {Environment.WorkingSet >> 20} MB");
        holds &= load.Count(200, 299) == load.Total;
    }

    if (what != "load")
    {
        TrafficResult malformed = await MalformedTraffic.Run(server.Page, Count(5000), connections: 8, seed: 1);
        Console.WriteLine($"malformed: {malformed}");
        using var client = new HttpClient { BaseAddress = server.Page };
        bool alive = (await client.GetAsync("/api/models")).IsSuccessStatusCode;
        Console.WriteLine($"  server alive: {alive}");
        holds &= alive && malformed.Count(400, 499) == malformed.Total;
    }
}

return holds ? 0 : 1;
