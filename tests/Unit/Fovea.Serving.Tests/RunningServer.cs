using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Fovea.Testing;
using Fovea.Training;

namespace Fovea.Serving.Tests;

/// <summary>A server on a free port, with a client for it.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private RunningServer(ModelServer server) => (Server, Client) = (server, new HttpClient { BaseAddress = server.Address });

    public ModelServer Server { get; }

    public HttpClient Client { get; }

    public static async Task<RunningServer> Start(string name, string weights, Func<ServerOptions, ServerOptions>? configure = null, Action<string>? note = null)
    {
        var options = new ServerOptions { Port = 0, Models = [new ServedModelOptions(name, new PredictOptions { Weights = weights })] };
        return new RunningServer(await ModelServer.StartAsync(configure?.Invoke(options) ?? options, note, cancellation: TestContext.Current.CancellationToken));
    }

    public Task<HttpResponseMessage> Predict(string model, byte[] body, string type = "image/png", string query = "", string? accept = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/models/{model}:predict{query}") { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (accept is not null)
        {
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        }

        return Client.SendAsync(request);
    }

    public Task<HttpResponseMessage> PredictJson(string model, string json) => Predict(model, Encoding.UTF8.GetBytes(json), "application/json");

    public static async Task<JsonElement> Json(HttpResponseMessage response, HttpStatusCode expected = HttpStatusCode.OK)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"expected {expected}, got {response.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>A problem of a status, with words for the user and nothing of the server's insides.</summary>
    public static async Task<string> Problem(HttpResponseMessage response, int status)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"expected {status}, got {(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        return JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>A classifier and a segmentation model, served for all tests of a class.</summary>
public sealed class ServedModels : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private RunningServer? _server;

    internal RunningServer Server => _server!;

    internal string Unet { get; private set; } = string.Empty;

    public async ValueTask InitializeAsync()
    {
        Unet = TinyWeights.Write(_folder.File("unet.safetensors"), "unet-small");
        _server = await RunningServer.Start("clutter", TinyWeights.Clutter, o => o with
        {
            Models = [.. o.Models, new ServedModelOptions("masks", new PredictOptions { Weights = Unet })],
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _folder.Dispose();
    }
}
