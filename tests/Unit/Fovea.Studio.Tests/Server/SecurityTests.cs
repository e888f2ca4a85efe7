using System.Net;
using System.Text;

namespace Fovea.Studio.Tests.Server;

/// <summary>What the server refuses, whoever asks.</summary>
public sealed class SecurityTests(ServedStudio studio) : IClassFixture<ServedStudio>
{
    [Theory]
    [InlineData("evil.example", 421)]
    [InlineData("evil.example:80", 421)]
    [InlineData("192.168.1.7", 421)]
    [InlineData("localhost", 200)]
    [InlineData("127.0.0.1", 200)]
    public async Task Answers_to_its_own_host_alone(string host, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/models");
        request.Headers.Host = host;
        Assert.Equal(status, (int)(await studio.Client.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Refuses_what_another_page_asks(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/models");
        request.Headers.TryAddWithoutValidation(header, value);
        await ServedStudio.Problem(await studio.Client.SendAsync(request), 403);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/app.js")]
    [InlineData("/api/models")]
    [InlineData("/api/sessions/nothing/sites")]
    public async Task Every_answer_says_what_may_run(string path)
    {
        using HttpResponseMessage response = await studio.Client.GetAsync(path);
        string policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }

    [Theory]
    [InlineData("../../../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    public async Task Models_come_from_the_folder_alone(string path) =>
        Assert.Contains("--folder", await ServedStudio.Problem(await studio.Post("/api/models", $$"""{"path":"{{path}}"}"""), 403), StringComparison.Ordinal);

    [Fact]
    public async Task A_link_does_not_lead_out_of_the_folder()
    {
        string link = Path.Combine(AppContext.BaseDirectory, "link-to-etc");
        if (!Directory.Exists(link))
        {
            Directory.CreateSymbolicLink(link, "/etc");
        }

        await ServedStudio.Problem(await studio.Post("/api/models", """{"path":"link-to-etc/passwd"}"""), 403);
    }

    [Fact]
    public async Task An_upload_past_the_limit_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/images") { Content = new ByteArrayContent(new byte[(20 << 20) + 1]) };

        // Asks first: else the refusal meets a client that is still sending.
        request.Headers.ExpectContinue = true;
        await ServedStudio.Problem(await studio.Client.SendAsync(request), 413);
    }

    [Fact]
    public async Task A_picture_of_too_many_pixels_is_refused_before_it_is_decoded()
    {
        byte[] header = Encoding.ASCII.GetBytes("P5 65000 65000 255\n");
        using var content = new ByteArrayContent(header);
        await ServedStudio.Problem(await studio.Client.PostAsync("/api/images", content), 413);
    }

    [Theory]
    [InlineData("not a picture")]
    [InlineData("\u0089PNG\r\n\u001a\n and then nothing")]
    public async Task A_corrupt_upload_is_a_problem_of_the_client(string text)
    {
        using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(text));
        using HttpResponseMessage response = await studio.Client.PostAsync("/api/images", content);
        await ServedStudio.Problem(response, response.StatusCode == HttpStatusCode.UnsupportedMediaType ? 415 : 400);
    }

    [Theory]
    [InlineData("POST", "/api/models", "{", 400)]
    [InlineData("POST", "/api/models", "{}", 400)]
    [InlineData("POST", "/api/models", "{\"shipped\":\"x\",\"path\":\"y\"}", 400)]
    [InlineData("POST", "/api/models", "{\"shipped\":\"x\"}", 404)]
    [InlineData("POST", "/api/models", "{\"path\":\"hf:owner/name\"}", 404)]
    [InlineData("POST", "/api/models", "{\"path\":\"https://127.0.0.1:9/x.safetensors\"}", 404)]
    [InlineData("POST", "/api/models", "{\"path\":\"file:///etc/passwd\"}", 404)]
    [InlineData("POST", "/api/models", "{\"unknown\":1}", 400)]
    [InlineData("POST", "/api/models", "{\"catalogue\":\"resnet9000\"}", 422)]
    [InlineData("POST", "/api/models", "{\"catalogue\":\"resnet8\",\"imageSize\":100000}", 400)]
    [InlineData("POST", "/api/sessions", "{}", 400)]
    [InlineData("POST", "/api/sessions", "{\"model\":\"a\",\"image\":\"b\"}", 404)]
    [InlineData("POST", "/api/nothing", "{}", 404)]
    [InlineData("GET", "/api/sessions", null, 405)]
    [InlineData("GET", "/nothing", null, 404)]
    [InlineData("GET", "/api/runs/progress?path=../..", null, 403)]
    [InlineData("GET", "/api/runs/progress", null, 400)]
    [InlineData("DELETE", "/api/sessions/none", null, 404)]
    public async Task Malformed_requests_get_a_problem_of_4xx(string method, string path, string? body, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        await ServedStudio.Problem(await studio.Client.SendAsync(request), status);
    }
}
