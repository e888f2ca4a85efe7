using System.Diagnostics;
using Fovea.Bench.Traffic;

namespace Fovea.Bench.Serving.Traffic;

/// <summary>Connections that each send the next request when they have the answer to the one before.</summary>
internal static class PredictTraffic
{
    /// <summary>Sends pictures over some connections until it is stopped.</summary>
    /// <param name="server">Where.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="files">The pictures, in turns.</param>
    /// <param name="connections">How many requests are on their way at a time.</param>
    /// <param name="stop">Stops it: what is on its way is still waited for.</param>
    /// <returns>The answers; a connection that could not be made counts as none.</returns>
    public static async Task<TrafficResult> Run(Uri server, string model, IReadOnlyList<byte[]> files, int connections, CancellationToken stop)
    {
        var result = new TrafficResult();
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = connections };
        using var client = new HttpClient(handler) { BaseAddress = server };
        await Task.WhenAll(Enumerable.Range(0, connections).Select(i => Task.Run(async () =>
        {
            for (int n = i; !stop.IsCancellationRequested; n++)
            {
                using var content = new ByteArrayContent(files[n % files.Count]);
                content.Headers.ContentType = new("application/octet-stream");
                long begin = Stopwatch.GetTimestamp();
                try
                {
                    using HttpResponseMessage response = await client.PostAsync($"/v1/models/{model}:predict", content, CancellationToken.None);
                    string text = await response.Content.ReadAsStringAsync(CancellationToken.None);
                    result.Add((int)response.StatusCode, response.IsSuccessStatusCode, () => text, Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                }
                catch (HttpRequestException)
                {
                    // Nobody listens any more.
                    result.NotAccepted();
                    return;
                }
            }
        })));
        return result;
    }
}
