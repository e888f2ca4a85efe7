using System.Net.Sockets;
using System.Text;

namespace Fovea.Bench.Studio.Traffic;

/// <summary>Requests and uploads that mean nothing or mean ill: each must be refused with a 4xx, and none may stop the server.</summary>
internal static class MalformedTraffic
{
    private static readonly string[] s_bodies =
    [
        """{"model":"a","image":"clutter-0-arrow"}""", """{"path":"weights.safetensors","imageSize":64}""", """{"catalogue":"resnet8"}""", """{"region":[0,0,1,1]}""",
    ];

    /// <summary>Sends them over some connections.</summary>
    public static async Task<TrafficResult> Run(Uri page, int requests, int connections, int seed)
    {
        var result = new TrafficResult();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(() => Visit(page, requests / connections, new Random(seed + i), result))));
        return result;
    }

    private static async Task Visit(Uri page, int requests, Random random, TrafficResult result)
    {
        using var client = new HttpClient { BaseAddress = page };
        for (int i = 0; i < requests; i++)
        {
            if (i % 25 == 0)
            {
                int status = await Raw(page, random);
                result.Add(status, status is >= 400 and < 500, () => "bytes that are no HTTP");
                continue;
            }

            using HttpRequestMessage request = Make(random);
            string what = $"{request.Method} {request.RequestUri}";
            using HttpResponseMessage response = await client.SendAsync(request);
            result.Add((int)response.StatusCode, (int)response.StatusCode is >= 400 and < 500, () => what);
        }
    }

    private static HttpRequestMessage Make(Random random) => random.Next(10) switch
    {
        0 => Post(Pick(random, "/api/models", "/api/sessions"), Cut(Pick(random, s_bodies), random)),
        1 => Post(Pick(random, "/api/models", "/api/sessions"), Pick(random, "[]", "null", "7", "\"x\"", "{\"path\":7}", "{\"path\":{}}", "{\"unknown\":true}", new string('[', 5000), "{\"path\":\"" + new string('a', 5000) + "\"}")),
        2 => Post("/api/models", $$"""{"path":"{{Pick(random, "../", "/etc/", "a/../../", "..\\\\", "%2e%2e/", "\\u0000", "~/")}}{{Word(random)}}"}"""),
        3 => Upload(Noise(random, [])),
        4 => Upload(Noise(random, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])),
        5 => Upload(Noise(random, [0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46])),
        6 => new HttpRequestMessage(HttpMethod.Get, $"/api/sessions/{Word(random)}/sites/{Word(random)}/{Pick(random, "row", "gates", "export")}?y={random.Next(-9, 99)}&x={Pick(random, "0", "NaN", "1e9", "''", "999999999999999999999")}"),
        7 => new HttpRequestMessage(new HttpMethod(Pick(random, "PUT", "PATCH", "TRACE", "OPTIONS", "BREW")), Pick(random, "/", "/api/models", "/api/images", $"/{Word(random)}")),
        8 => Hostile(random),
        _ => new HttpRequestMessage(HttpMethod.Get, Pick(random, $"/api/runs/progress?path=../{Word(random)}", "/api/runs/progress", $"/api/images/{Word(random)}", $"/api/models/{Word(random)}/graph", "/..%2f..%2fetc/passwd", $"/{new string('a', 3000)}")),
    };

    private static HttpRequestMessage Post(string path, string body) => new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private static HttpRequestMessage Upload(byte[] bytes) => new(HttpMethod.Post, "/api/images") { Content = new ByteArrayContent(bytes) };

    private static HttpRequestMessage Hostile(Random random)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/models");
        if (random.Next(2) == 0)
        {
            request.Headers.Host = $"{Word(random)}.example";
        }
        else
        {
            request.Headers.TryAddWithoutValidation("Origin", $"https://{Word(random)}.example");
        }

        return request;
    }

    private static async Task<int> Raw(Uri page, Random random)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(page.Host, page.Port);
        NetworkStream stream = socket.GetStream();
        byte[] noise = [.. Noise(random, Encoding.ASCII.GetBytes(Pick(random, "G\u0001T / HTTP/1.1\r\n", "\0\0\0", "GET  /\r\n\r\n", "POST /api/images HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n"))), .. "\r\n\r\n"u8];
        await stream.WriteAsync(noise);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        string? line = await reader.ReadLineAsync();
        return line?.Split(' ') is [_, var status, ..] && int.TryParse(status, out int number) ? number : 400;
    }

    private static byte[] Noise(Random random, byte[] first)
    {
        byte[] bytes = new byte[first.Length + random.Next(1, 4000)];
        random.NextBytes(bytes);
        first.CopyTo(bytes, 0);
        if (first.Length == 0)
        {
            // No signature of any format by chance.
            bytes[0] = 0;
        }

        return bytes;
    }

    private static string Cut(string text, Random random) => text[..random.Next(0, text.Length - 1)];

    private static string Word(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => (char)('a' + random.Next(26))));

    private static string Pick(Random random, params string[] some) => some[random.Next(some.Length)];
}
