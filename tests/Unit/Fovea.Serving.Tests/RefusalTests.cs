using System.Net;
using System.Net.Sockets;
using System.Text;
using Fovea.Bench.Serving.Traffic;
using Fovea.Bench.Traffic;
using Fovea.Imaging.Codecs.Png;

namespace Fovea.Serving.Tests;

/// <summary>What the server refuses, and what it says then.</summary>
public sealed class RefusalTests(ServedModels models) : IClassFixture<ServedModels>
{
    private RunningServer Server => models.Server;

    [Theory]
    [InlineData("", 400, "a picture in base64")]
    [InlineData("null", 400, "instances")]
    [InlineData("[]", 400, "")]
    [InlineData("{}", 400, "instances")]
    [InlineData("{", 400, "")]
    [InlineData("""{"instances":[]}""", 400, "a picture")]
    [InlineData("""{"instances":[null]}""", 400, "instances[0].b64")]
    [InlineData("""{"instances":[{"b64":"%%%"}]}""", 400, "")]
    [InlineData("""{"instances":[{"b64":"AAAA"}]}""", 415, "no picture format")]
    [InlineData("""{"instances":[{"b64":"AAAA","size":7}]}""", 400, "")]
    [InlineData("""{"instances":[{"b64":"AAAA"}],"inputs":{"shape":[1,3,64,64],"data":[]}}""", 400, "both")]
    [InlineData("""{"inputs":{"shape":[1,3,64,64],"data":[0,1]}}""", 400, "12288 numbers")]
    [InlineData("""{"inputs":{"shape":[1,3,64],"data":[0,1]}}""", 400, "[N, 3, 64, 64]")]
    [InlineData("""{"inputs":{"shape":[-1,3,64,64],"data":[0,1]}}""", 400, "[N, 3, 64, 64]")]
    [InlineData("""{"inputs":{"shape":[99999999,3,64,64],"b64":"AAAA"}}""", 400, "numbers")]
    [InlineData("""{"inputs":{"shape":[1,3,64,64]}}""", 400, "b64 in place of data")]
    [InlineData("""{"inputs":{"shape":[1,3,64,64],"b64":"AAA="}}""", 400, "four bytes each")]
    public async Task Wrong_json_is_refused_with_what_was_expected(string body, int status, string says)
    {
        string detail = await RunningServer.Problem(await Server.PredictJson("clutter", body.Length == 0 ? """{"instances":[{}]}""" : body), status);
        Assert.Contains(says, detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?attention=no-such", 422, "no method")]
    [InlineData("?attention=score-cam", 422, "too slow")]
    [InlineData("?attention=grad-cam&target=no-such", 422, "no class")]
    [InlineData("?target=ring", 400, "beside attention")]
    [InlineData("?picture=maybe", 400, "true or false")]
    [InlineData("?timeout=soon", 400, "seconds")]
    [InlineData("?timeout=-1", 400, "above 0")]
    [InlineData("?timeout=NaN", 400, "above 0")]
    [InlineData("?top=3", 400, "one of attention")]
    public async Task Wrong_parameters_are_refused(string query, int status, string says) =>
        Assert.Contains(says, await RunningServer.Problem(await Server.Predict("clutter", TinyWeights.Png(1), query: query), status), StringComparison.Ordinal);

    [Theory]
    [InlineData("text/plain", 415)]
    [InlineData("", 415)]
    [InlineData("multipart/form-data", 400)]
    [InlineData("multipart/form-data; boundary=x", 400)]
    [InlineData("application/x-npy", 400)]
    public async Task Bodies_of_another_form_are_refused(string type, int status) =>
        Assert.NotEmpty(await RunningServer.Problem(await Server.Predict("clutter", TinyWeights.Png(1), type), status));

    [Fact]
    public async Task A_model_that_is_not_there_is_named_with_those_that_are() =>
        Assert.Contains("clutter, masks", await RunningServer.Problem(await Server.Predict("cats", TinyWeights.Png(1)), 404), StringComparison.Ordinal);

    [Fact]
    public async Task A_classifier_has_no_picture_to_give() =>
        Assert.Contains("application/json", await RunningServer.Problem(await Server.Predict("clutter", TinyWeights.Png(1), accept: "image/png"), 406), StringComparison.Ordinal);

    [Fact]
    public async Task A_damaged_picture_among_sound_ones_is_named()
    {
        byte[] cut = TinyWeights.Png(2)[..60];
        string json = $$"""{"instances":[{"b64":"{{Convert.ToBase64String(TinyWeights.Png(1))}}"},{"name":"second","b64":"{{Convert.ToBase64String(cut)}}"}]}""";
        Assert.StartsWith("second: ", await RunningServer.Problem(await Server.PredictJson("clutter", json), 400), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil.example", 421)]
    [InlineData("192.168.1.7", 421)]
    [InlineData("localhost", 200)]
    public async Task Answers_to_its_own_host_alone(string host, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Host = host;
        Assert.Equal(status, (int)(await Server.Client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_page_from_elsewhere_may_not_ask()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("Origin", "https://evil.example");
        await RunningServer.Problem(await Server.Client.SendAsync(request), 403);
    }

    [Fact]
    public async Task Malformed_requests_get_4xx_and_the_server_lives()
    {
        TrafficResult result = await MalformedTraffic.Run(Server.Server.Address, "clutter", requests: 400, connections: 4, seed: 3);
        Assert.True(result.Count(400, 499) == result.Total, result.ToString());
        await RunningServer.Json(await Server.Predict("clutter", TinyWeights.Png(1)));
    }

    [Fact]
    public async Task Requests_past_the_limits_are_refused()
    {
        await using RunningServer small = await RunningServer.Start("m", TinyWeights.Clutter, o => o with { MaxRequestBytes = 10_000, MaxPixels = 5000, MaxPictures = 2, MaxPendingBytes = 100_000 });
        using HttpResponseMessage unread = await small.Predict("m", new byte[10_001]);
        Assert.Contains("10000 bytes", await RunningServer.Problem(unread, 413), StringComparison.Ordinal);
        Assert.True(unread.Headers.ConnectionClose, "who is not told that the connection ends sends the next request into it");
        byte[] flat = PngEncoder.Encode(new Imaging.Image(100, 60, Imaging.PixelFormat.Grey));
        Assert.Contains("100x60", await RunningServer.Problem(await small.Predict("m", flat), 413), StringComparison.Ordinal);
        string one = $$"""{"b64":"{{Convert.ToBase64String(PngEncoder.Encode(new Imaging.Image(8, 8, Imaging.PixelFormat.Grey)))}}"}""";
        Assert.Contains("at most 2", await RunningServer.Problem(await small.PredictJson("m", $$"""{"instances":[{{one}},{{one}},{{one}}]}"""), 400), StringComparison.Ordinal);
        await RunningServer.Json(await small.PredictJson("m", $$"""{"instances":[{{one}},{{one}}]}"""));
    }

    [Fact]
    public async Task With_a_key_only_who_shows_it_is_answered_and_health_to_all()
    {
        await using RunningServer locked = await RunningServer.Start("m", TinyWeights.Clutter, o => o with { ApiKey = "open sesame" });
        using HttpResponseMessage without = await locked.Client.GetAsync("/v1/models");
        await RunningServer.Problem(without, 401);
        Assert.Equal("Bearer", without.Headers.WwwAuthenticate.ToString());
        foreach ((string header, string value, HttpStatusCode status) in new[]
        {
            ("Authorization", "Bearer open sesame", HttpStatusCode.OK), ("X-API-Key", "open sesame", HttpStatusCode.OK), ("Authorization", "Bearer open", HttpStatusCode.Unauthorized),
            ("Authorization", "Basic open sesame", HttpStatusCode.Unauthorized), ("X-API-Key", "", HttpStatusCode.Unauthorized),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
            request.Headers.TryAddWithoutValidation(header, value);
            Assert.Equal(status, (await locked.Client.SendAsync(request)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await locked.Client.GetAsync("/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await locked.Client.GetAsync("/readyz")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await locked.Client.GetAsync("/metrics")).StatusCode);
    }

    [Fact]
    public async Task When_as_many_wait_as_may_others_are_told_to_come_again()
    {
        await using RunningServer small = await RunningServer.Start("m", TinyWeights.Clutter, o => o with { QueueLength = 1 });

        // It is let in with its head, and its body does not come.
        (TcpClient held, HttpResponseMessage refused) = await RefusedBeside(small, length: 1000);
        Assert.True(refused.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        held.Dispose();
        await Until(() => small.Predict("m", TinyWeights.Png(1)), HttpStatusCode.OK);
    }

    [Fact]
    public async Task Requests_of_more_bytes_than_may_wait_are_told_to_come_again()
    {
        await using RunningServer small = await RunningServer.Start("m", TinyWeights.Clutter, o => o with { MaxRequestBytes = 50_000, MaxPendingBytes = 50_000 });
        (TcpClient held, _) = await RefusedBeside(small, length: 48_000);
        held.Dispose();
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_told_so()
    {
        using TcpClient held = await Begin(Server.Server.Address, "?timeout=0.2", "clutter");
        using var reader = new StreamReader(held.GetStream());
        Assert.Contains("504", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task<TcpClient> Begin(Uri address, string query, string model = "m", int length = 1000)
    {
        var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/models/{model}:predict{query} HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: {length}\r\n\r\nabc"));
        return client;
    }

    // Asks beside a request that holds what there is. Where it came while a picture was looked at, it was the one that was refused, and comes again.
    private static async Task<(TcpClient Held, HttpResponseMessage Refused)> RefusedBeside(RunningServer server, int length)
    {
        TcpClient held = await Begin(server.Server.Address, "", length: length);
        HttpResponseMessage refused = await Until(
            async () =>
            {
                if (held.Available > 0)
                {
                    held.Dispose();
                    held = await Begin(server.Server.Address, "", length: length);
                    await Task.Delay(20);
                }

                return await server.Predict("m", TinyWeights.Png(1));
            },
            HttpStatusCode.TooManyRequests);
        return (held, refused);
    }

    // What holds the place takes a moment to be seen, and so does that it is gone.
    private static async Task<HttpResponseMessage> Until(Func<Task<HttpResponseMessage>> ask, HttpStatusCode expected)
    {
        for (int i = 0; ; i++)
        {
            HttpResponseMessage response = await ask();
            if (response.StatusCode == expected || i == 100)
            {
                Assert.Equal(expected, response.StatusCode);
                return response;
            }

            await Task.Delay(20);
        }
    }
}
