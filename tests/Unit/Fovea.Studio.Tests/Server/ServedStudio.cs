using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Fovea.Studio.Tests.Server;

/// <summary>A studio on a free port, and a client for it; shared by the tests of a class.</summary>
public sealed class ServedStudio : IAsyncLifetime
{
    private StudioServer? _server;

    public HttpClient Client { get; private set; } = new();

    public string Page => _server!.Page.ToString();

    internal StudioServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        _server = await StudioServer.StartAsync(new StudioOptions { Port = 0, Folder = AppContext.BaseDirectory, MaxSessions = 8 });
        Client = new HttpClient { BaseAddress = _server.Page };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server!.DisposeAsync();
    }

    public Task<HttpResponseMessage> Post(string path, string json) => Client.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>Opens a model and has it look at a sample.</summary>
    /// <returns>The session as the server describes it.</returns>
    public async Task<JsonElement> Look(string model = """{"shipped":"clutter-cbam"}""", string image = "clutter-0-arrow")
    {
        JsonElement opened = await Json(await Post("/api/models", model), HttpStatusCode.Created);
        string id = opened.GetProperty("id").GetString()!;
        return await Json(await Post("/api/sessions", $$"""{"model":"{{id}}","image":"{{image}}"}"""), HttpStatusCode.Created);
    }

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
}
