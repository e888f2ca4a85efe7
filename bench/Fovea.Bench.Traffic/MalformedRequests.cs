using System.Net.Sockets;
using System.Text;

namespace Fovea.Bench.Traffic;

/// <summary>Sends requests that mean nothing or mean ill: each must be refused with a 4xx, and none may stop the server.</summary>
public sealed class MalformedRequests
{
    private readonly TrafficResult _result = new();

    /// <summary>The server's address.</summary>
    public required Uri Server { get; init; }

    /// <summary>Makes a request that a server must refuse.</summary>
    public required Func<Drawn, HttpRequestMessage> Make { get; init; }

    /// <summary>A path that takes posts, for the requests that are no HTTP.</summary>
    public required string Path { get; init; }

    /// <summary>Sends some over some connections, one in 25 of them bytes that are no HTTP.</summary>
    public async Task<TrafficResult> Run(int requests, int connections, int seed)
    {
        await Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(() => Visit(requests / connections, new Drawn(seed + i)))));
        return _result;
    }

    private async Task Visit(int requests, Drawn drawn)
    {
        using var client = new HttpClient { BaseAddress = Server };
        for (int i = 0; i < requests; i++)
        {
            if (i % 25 == 0)
            {
                Add(await Raw(drawn), "bytes that are no HTTP");
                continue;
            }

            using HttpRequestMessage request = Make(drawn);
            string what = $"{request.Method} {request.RequestUri} {request.Content?.Headers.ContentType}";
            using HttpResponseMessage response = await client.SendAsync(request);
            Add((int)response.StatusCode, what);
        }
    }

    private void Add(int status, string what) => _result.Add(status, status is >= 400 and < 500, () => what);

    private async Task<int> Raw(Drawn drawn)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(Server.Host, Server.Port);
        NetworkStream stream = socket.GetStream();
        string start = drawn.Pick("G\u0001T / HTTP/1.1\r\n", "\0\0\0", "GET  /\r\n\r\n", $"POST {Path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n");
        await stream.WriteAsync((byte[])[.. drawn.Noise(Encoding.ASCII.GetBytes(start)), .. "\r\n\r\n"u8]);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        string? line = await reader.ReadLineAsync();
        return line?.Split(' ') is [_, var status, ..] && int.TryParse(status, out int number) ? number : 400;
    }
}
