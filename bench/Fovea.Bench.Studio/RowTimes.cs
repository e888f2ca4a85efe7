using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Fovea.Attention;
using Fovea.Layers;
using Fovea.Models;
using Fovea.Studio;

namespace Fovea.Bench.Studio;

/// <summary>Rows and columns of position attention at 56 × 56 positions and 512 channels, over HTTP, one after the other.</summary>
internal static class RowTimes
{
    private const string Model = "bench-pam-512";
    private const int Channels = 512;
    private const int Side = 56;
    private const int Rows = 400;
    private const double Budget = 50;
    private const int Payload = 64 << 10;

    public static async Task<bool> Run()
    {
        ModelCatalog.Register(new ModelEntry(Model, "Position attention of 512 channels, for measuring", 4 * Side, _ => new Sequential(
            new Conv2d(3, Channels, 4, 4), new PositionAttention(Channels), new GlobalPool(), new Linear(Channels, 10))));
        await using StudioServer server = await StudioServer.StartAsync(new StudioOptions { Port = 0, Folder = AppContext.BaseDirectory });
        using var client = new HttpClient { BaseAddress = server.Page };
        string model = await Post(client, "/api/models", $$"""{"catalogue":"{{Model}}"}""");
        string session = await Post(client, "/api/sessions", $$"""{"model":"{{model}}","image":"clutter-0-arrow"}""");
        string sites = await client.GetStringAsync($"/api/sessions/{session}/sites");
        string site = JsonDocument.Parse(sites).RootElement.EnumerateArray().First(s => s.GetProperty("kind").GetString()!.EndsWith("elation", StringComparison.Ordinal)).GetProperty("name").GetString()!;
        bool holds = true;
        foreach (string direction in new[] { "to", "by" })
        {
            var times = new List<double>();
            long most = 0;
            var random = new Random(1);
            for (int i = 0; i < Rows + 20; i++)
            {
                long start = Stopwatch.GetTimestamp();
                byte[] body = await client.GetByteArrayAsync(
                    $"/api/sessions/{session}/sites/{Uri.EscapeDataString(site)}/row?y={random.Next(Side)}&x={random.Next(Side)}&direction={direction}");
                if (i >= 20)
                {
                    times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }

                most = Math.Max(most, body.Length);
            }

            times.Sort();
            double p95 = times[(int)(0.95 * times.Count)];
            Console.WriteLine($"rows, {Side}x{Side} positions, {Channels} channels, {direction}: median {times[times.Count / 2]:0.0} ms, p95 {p95:0.0} ms (budget {Budget}), payload {most} bytes (budget {Payload})");
            holds &= p95 < Budget && most <= Payload;
        }

        return holds;
    }

    private static async Task<string> Post(HttpClient client, string path, string json)
    {
        using HttpResponseMessage response = await client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));
        string text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()! : throw new InvalidOperationException(text);
    }

    private sealed class GlobalPool : Module
    {
        protected override Tensor Forward(Tensor x) => x.Mean([2, 3]);
    }
}
