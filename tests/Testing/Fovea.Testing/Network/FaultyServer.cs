using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Fovea.Testing.Network;

/// <summary>What a server was asked.</summary>
/// <param name="Number">How many requests came before.</param>
/// <param name="Path">The path with its query.</param>
/// <param name="Headers">The headers, whose names know no case.</param>
public sealed record Asked(int Number, string Path, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The first byte that is asked for; 0 for all.</summary>
    public int From => Headers.TryGetValue("Range", out string? range) ? int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture) : 0;

    public string? this[string name] => Headers.GetValueOrDefault(name);
}

/// <summary>What a server answers, or begins to.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The bytes.</param>
public sealed record Reply(int Status, byte[] Body)
{
    public static Reply Empty(int status) => new(status, []);

    /// <summary>Further headers, as <c>Name: value</c>.</summary>
    public string[] Headers { get; init; } = [];

    /// <summary>The length that the server says; null for that of the body.</summary>
    public long? Length { get; init; }

    /// <summary>Whether it sends the body in chunks, without its length.</summary>
    public bool IsChunked { get; init; }

    /// <summary>Whether it says neither the length nor sends chunks: the end of the connection is the end of the file.</summary>
    public bool IsEndless { get; init; }

    /// <summary>After how many bytes of the body it breaks off; null for never.</summary>
    public int? Cut { get; init; }

    /// <summary>Whether it falls silent where it would break off, until the server ends.</summary>
    public bool FallsSilent { get; init; }

    /// <summary>Whether it says nothing at all.</summary>
    public bool IsMute { get; init; }

    /// <summary>How long it waits before it answers.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The body from a byte on, as a server answers that knows ranges; all of it from 0 on.</summary>
    public static Reply Range(byte[] body, int from, params string[] headers) => from == 0
        ? new Reply(200, body) { Headers = headers }
        : new Reply(206, body[from..]) { Headers = [.. headers, $"Content-Range: bytes {from}-{body.Length - 1}/{body.Length}"] };
}

/// <summary>A server of this machine that plays what can go wrong, byte by byte.</summary>
public sealed class FaultyServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<Asked, Reply> _answer;
    private readonly ConcurrentQueue<Asked> _requests = new();
    private int _number = -1;

    public FaultyServer(Func<Asked, Reply> answer)
    {
        _answer = answer;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>All requests so far.</summary>
    public IReadOnlyList<Asked> Requests => [.. _requests];

    /// <summary>An address of this server.</summary>
    public string File(string path) => $"{Address}{path}";

    public void Dispose()
    {
        _end.Cancel();
        _listener.Stop();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                Asked asked = await ReadAsync(stream);
                _requests.Enqueue(asked);
                await WriteAsync(stream, _answer(asked));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
            {
                // Whoever asked has gone.
            }
        }
    }

    private async Task<Asked> ReadAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            int read = await stream.ReadAsync(buffer, _end.Token);
            text.Append(read > 0 ? Encoding.Latin1.GetString(buffer, 0, read) : throw new IOException("nothing was asked"));
        }

        string[] lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).ToDictionary(h => h[0], h => h[1], StringComparer.OrdinalIgnoreCase);
        return new Asked(Interlocked.Increment(ref _number), lines[0].Split(' ')[1], headers);
    }

    private async Task WriteAsync(NetworkStream stream, Reply reply)
    {
        await Task.Delay(reply.IsMute ? Timeout.InfiniteTimeSpan : reply.Delay, _end.Token);
        string length = reply.IsChunked ? "Transfer-Encoding: chunked\r\n" : reply.IsEndless ? string.Empty : $"Content-Length: {reply.Length ?? reply.Body.Length}\r\n";
        string head = $"HTTP/1.1 {reply.Status} Said\r\nConnection: close\r\n{length}{string.Concat(reply.Headers.Select(h => $"{h}\r\n"))}\r\n";
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head), _end.Token);
        byte[] sent = reply.Body[..Math.Min(reply.Body.Length, reply.Cut ?? int.MaxValue)];
        if (reply.IsChunked)
        {
            foreach (byte[] chunk in sent.Chunk(512))
            {
                await stream.WriteAsync((byte[])[.. Encoding.Latin1.GetBytes($"{chunk.Length:x}\r\n"), .. chunk, .. "\r\n"u8], _end.Token);
            }

            if (reply.Cut is null)
            {
                await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), _end.Token);
            }
        }
        else
        {
            await stream.WriteAsync(sent, _end.Token);
        }

        await stream.FlushAsync(_end.Token);
        if (reply.FallsSilent)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _end.Token);
        }
    }
}
