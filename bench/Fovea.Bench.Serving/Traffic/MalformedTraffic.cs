using System.Net.Sockets;
using System.Text;

namespace Fovea.Bench.Serving.Traffic;

/// <summary>Requests that mean nothing or mean ill: each must be refused with a 4xx, and none may stop the server.</summary>
internal static class MalformedTraffic
{
    private static readonly string[] s_bodies =
    [
        """{"instances":[{"b64":"iVBORw0KGgo="}]}""", """{"inputs":{"shape":[1,3,64,64],"data":[0,1,2]}}""", """{"instances":[{"b64":"AAAA","name":"x"}],"attention":"grad-cam"}""",
    ];

    /// <summary>Sends them over some connections.</summary>
    public static async Task<TrafficResult> Run(Uri server, string model, int requests, int connections, int seed)
    {
        var result = new TrafficResult();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(() => Visit(server, model, requests / connections, new Random(seed + i), result))));
        return result;
    }

    private static async Task Visit(Uri server, string model, int requests, Random random, TrafficResult result)
    {
        using var client = new HttpClient { BaseAddress = server };
        string path = $"/v1/models/{model}:predict";
        for (int i = 0; i < requests; i++)
        {
            if (i % 25 == 0)
            {
                int status = await Raw(server, path, random);
                result.Add(status, status is >= 400 and < 500, () => "bytes that are no HTTP");
                continue;
            }

            using HttpRequestMessage request = Make(path, random);
            string what = $"{request.Method} {request.RequestUri} {request.Content?.Headers.ContentType}";
            using HttpResponseMessage response = await client.SendAsync(request);
            result.Add((int)response.StatusCode, (int)response.StatusCode is >= 400 and < 500, () => what);
        }
    }

    private static HttpRequestMessage Make(string path, Random random) => random.Next(12) switch
    {
        0 => Json(path, Cut(Pick(random, s_bodies), random)),
        1 => Json(path, Pick(random, "[]", "null", "7", "\"x\"", "{\"instances\":7}", "{\"instances\":[7]}", "{\"unknown\":true}", new string('[', 5000), "{\"instances\":[{\"b64\":\"" + new string('!', 5000) + "\"}]}")),
        2 => Json(path, $$$"""{"inputs":{"shape":[{{{random.Next(-3, 9)}}},3,{{{random.Next(-9, 99999)}}},64],"data":[{{{random.Next()}}}]}}"""),
        3 => Send(path, Noise(random, []), Pick(random, "image/png", "image/jpeg", "image/webp", "application/octet-stream")),
        4 => Send(path, Noise(random, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), "image/png"),
        5 => Send(path, Noise(random, [0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10, 0x4a, 0x46, 0x49, 0x46]), "image/jpeg"),
        6 => Send(path, Noise(random, [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0]), "application/x-npy"),
        7 => Send(path, Noise(random, Encoding.ASCII.GetBytes("--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\n")), Pick(random, "multipart/form-data; boundary=b", "multipart/form-data", $"multipart/form-data; boundary={Word(random)}")),
        8 => new HttpRequestMessage(new HttpMethod(Pick(random, "PUT", "PATCH", "TRACE", "OPTIONS", "BREW", "GET")), path),
        9 => Send($"/v1/models/{Word(random)}:{Pick(random, "predict", "explain", Word(random))}", Noise(random, []), "image/png"),
        10 => Hostile(path, random),
        _ => new HttpRequestMessage(HttpMethod.Get, Pick(random, $"/v1/models/{Word(random)}", $"/{Word(random)}", "/..%2f..%2fetc/passwd", $"/{new string('a', 3000)}", "/v1/models/%00")),
    };

    private static HttpRequestMessage Json(string path, string body) => new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    private static HttpRequestMessage Send(string path, byte[] body, string type)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        return request;
    }

    private static HttpRequestMessage Hostile(string path, Random random)
    {
        HttpRequestMessage request = Send($"{path}?{Pick(random, "attention=", "timeout=x", "timeout=-1e400", "picture=7", "x=y", "attention=%00", "target=cat")}", Noise(random, []), "image/png");
        if (random.Next(2) == 0)
        {
            request.Headers.Host = $"{Word(random)}.example";
        }

        return request;
    }

    private static async Task<int> Raw(Uri server, string path, Random random)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Host, server.Port);
        NetworkStream stream = socket.GetStream();
        byte[] noise = [.. Noise(random, Encoding.ASCII.GetBytes(Pick(random, "G\u0001T / HTTP/1.1\r\n", "\0\0\0", "GET  /\r\n\r\n", $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n"))), .. "\r\n\r\n"u8];
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
