using System.Net.Http.Json;
using System.Text.Json;
using Fovea.Bench.Traffic;

namespace Fovea.Bench.Studio.Traffic;

/// <summary>What users do, many at a time: sessions are opened, looked into and dropped.</summary>
internal static class SessionTraffic
{
    private static readonly string[] s_models = ["""{"shipped":"clutter-cbam"}""", """{"catalogue":"pam_resnet8"}""", """{"catalogue":"criss_cross_resnet8"}"""];

    /// <summary>Sends requests over some connections.</summary>
    public static async Task<TrafficResult> Run(Uri page, int requests, int connections, int seed)
    {
        var result = new TrafficResult();
        string[] models = [.. await Task.WhenAll(s_models.Select(m => Open(page, m)))];
        await Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(() => Visit(page, models, requests / connections, new Random(seed + i), result))));
        return result;
    }

    private static async Task Visit(Uri page, string[] models, int requests, Random random, TrafficResult result)
    {
        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { BaseAddress = page };
        JsonElement session = default;
        for (int i = 0; i < requests; i++)
        {
            if (i % 12 == 0)
            {
                session = await Look(client, models[random.Next(models.Length)], random, result);
                continue;
            }

            string id = session.GetProperty("id").GetString()!;
            bool drops = i % 12 == 11;
            using var request = new HttpRequestMessage(drops ? HttpMethod.Delete : HttpMethod.Get, drops ? $"/api/sessions/{id}" : Path(session, id, random));
            await Send(client, request, result);
        }
    }

    private static string Path(JsonElement session, string id, Random random)
    {
        JsonElement[] sites = [.. session.GetProperty("sites").EnumerateArray()];
        JsonElement site = sites[random.Next(sites.Length)];
        string name = Uri.EscapeDataString(site.GetProperty("name").GetString()!);
        int y = random.Next(site.GetProperty("height").GetInt32()), x = random.Next(site.GetProperty("width").GetInt32());
        bool isRelation = site.GetProperty("kind").GetString()!.Contains("elation", StringComparison.Ordinal);
        return random.Next(10) switch
        {
            0 => $"/api/sessions/{id}/sites",
            1 => $"/api/sessions/{id}/picture",
            2 when isRelation => $"/api/sessions/{id}/sites/{name}/export?y={y}&x={x}",
            3 => "/api/models",
            _ when isRelation => $"/api/sessions/{id}/sites/{name}/row?y={y}&x={x}&direction={(random.Next(2) == 0 ? "to" : "by")}",
            _ => $"/api/sessions/{id}/sites/{name}/gates",
        };
    }

    private static async Task<JsonElement> Look(HttpClient client, string model, Random random, TrafficResult result)
    {
        string[] glyphs = ["arrow", "crescent", "cross", "ring", "square", "star", "tee", "triangle"];
        int picture = random.Next(glyphs.Length);
        using HttpResponseMessage response = await client.PostAsJsonAsync("/api/sessions", new Dictionary<string, string> { ["model"] = model, ["image"] = $"clutter-{picture}-{glyphs[picture]}" });
        string text = await response.Content.ReadAsStringAsync();
        result.Add((int)response.StatusCode, response.IsSuccessStatusCode, () => $"POST /api/sessions: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task Send(HttpClient client, HttpRequestMessage request, TrafficResult result)
    {
        using HttpResponseMessage response = await client.SendAsync(request);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        result.Add((int)response.StatusCode, response.IsSuccessStatusCode, () => $"{request.Method} {request.RequestUri}: {System.Text.Encoding.UTF8.GetString(body)}");
    }

    private static async Task<string> Open(Uri page, string model)
    {
        using var client = new HttpClient { BaseAddress = page };
        using HttpResponseMessage response = await client.PostAsync("/api/models", new StringContent(model, System.Text.Encoding.UTF8, "application/json"));
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!;
    }
}
