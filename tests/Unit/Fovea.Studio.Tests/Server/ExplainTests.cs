using System.Net;
using System.Text.Json;
using Fovea.Inspect;
using Fovea.Studio.Sessions;
using Microsoft.AspNetCore.Http;

namespace Fovea.Studio.Tests.Server;

/// <summary>Class maps and rollouts are those of the library; what does not fit is refused.</summary>
public sealed class ExplainTests(ServedStudio studio) : IClassFixture<ServedStudio>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_class_map_is_the_methods_own()
    {
        string id = (await studio.Look()).GetProperty("id").GetString()!;
        StudioSession session = studio.Server.State.Sessions.Get(id);
        JsonElement map = await Json($"/api/sessions/{id}/cam", """{"method":"grad-cam","class":3}""");
        ScalarMap expected = MapMethods.Create("grad-cam").Explain(session.Model.Module, session.Input, new ClassTarget(3))[0];
        Assert.Equal(expected.Site, map.GetProperty("site").GetString());
        Assert.Equal(expected.Values, map.GetProperty("values").EnumerateArray().Select(v => v.GetSingle()));
    }

    [Fact]
    public async Task What_is_no_number_is_null()
    {
        var context = new DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        context.Request.Headers.Accept = "application/json";
        await Maps.Answer(new ScalarMap("method", "site", 1, 2, [float.NaN, 1])).ExecuteAsync(context);
        JsonElement head = JsonDocument.Parse(body.ToArray()).RootElement;
        Assert.All(["minimum", "maximum", "entropy"], name => Assert.Equal(JsonValueKind.Null, head.GetProperty(name).ValueKind));
    }

    [Theory]
    [InlineData("""{"method":"no-such"}""", 422)]
    [InlineData("""{"method":"grad-cam","layer":"nowhere"}""", 422)]
    [InlineData("""{"method":"grad-cam","class":99}""", 400)]
    [InlineData("""{"method":"attention-rollout"}""", 422)]
    [InlineData("""{"site":"layer1.0.attention:channel"}""", 400)]
    [InlineData("""{"site":"layer1.0.attention:spatial","method":"grad-cam"}""", 400)]
    [InlineData("""{"site":"layer1.0.attention:spatial","head":1}""", 400)]
    [InlineData("""{"site":"layer1.0.attention:spatial","token":0}""", 400)]
    [InlineData("""{"method":"grad-cam","token":0}""", 400)]
    [InlineData("""{"site":"nowhere"}""", 404)]
    public async Task What_does_not_fit_is_refused(string request, int status)
    {
        string id = (await studio.Look()).GetProperty("id").GetString()!;
        await ServedStudio.Problem(await studio.Post($"/api/sessions/{id}/cam", request), status);
    }

    [Theory]
    [InlineData("""{"site":"blocks.2.attn","head":1,"change":"mean"}""")]
    [InlineData("""{"region":[0.2,0.2,0.6,0.6]}""")]
    public async Task Taking_something_away_changes_the_answer(string request)
    {
        string id = (await studio.Look("""{"catalogue":"vit_mini_patch8"}""")).GetProperty("id").GetString()!;
        JsonElement answer = await ServedStudio.Json(await studio.Post($"/api/sessions/{id}/ablate", request));
        Assert.All(answer.GetProperty("classes").EnumerateArray(), c => Assert.NotEqual(c.GetProperty("before").GetSingle(), c.GetProperty("after").GetSingle()));
    }

    [Theory]
    [InlineData("""{}""", 400)]
    [InlineData("""{"region":[0.6,0.2,0.2,0.6]}""", 400)]
    [InlineData("""{"region":[0,0,2]}""", 400)]
    [InlineData("""{"site":"nowhere"}""", 404)]
    [InlineData("""{"site":"layer1.0.attention:channel"}""", 400)]
    public async Task An_ablation_of_nothing_is_refused(string request, int status)
    {
        string id = (await studio.Look()).GetProperty("id").GetString()!;
        await ServedStudio.Problem(await studio.Post($"/api/sessions/{id}/ablate", request), status);
    }

    [Theory]
    [InlineData("""{"method":"grad-cam"}""", "grad-cam", 33)]
    [InlineData("""{"site":"layer3.0.attention:spatial","steps":4}""", "gate", 5)]
    [InlineData("""{"site":"layer3.0.attention:spatial","steps":4,"alone":true}""", "gate", 5)]
    public async Task Faithfulness_comes_in_events_map_by_map(string request, string method, int scores)
    {
        string id = (await studio.Look()).GetProperty("id").GetString()!;
        using HttpResponseMessage response = await studio.Post($"/api/sessions/{id}/faithfulness", request);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        string[] events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        JsonElement[] curves =
        [
            .. events.Where(e => e.StartsWith("event: curve", StringComparison.Ordinal))
                .Select(e => JsonDocument.Parse(e[(e.IndexOf("data: ", StringComparison.Ordinal) + 6)..]).RootElement),
        ];
        string[] beside = request.Contains("alone", StringComparison.Ordinal) ? [] : ["random", "edges", "centre"];
        Assert.Equal([method, .. beside], curves.Select(c => c.GetProperty("name").GetString()!));
        Assert.All(curves, c => Assert.Equal(scores, c.GetProperty("deletion").GetArrayLength()));
        Assert.StartsWith("event: done", events[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_measurement_that_nobody_waits_for_stops()
    {
        string id = (await studio.Look()).GetProperty("id").GetString()!;
        using var leave = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/sessions/{id}/faithfulness") { Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json") };
        using HttpResponseMessage response = await studio.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leave.Token);
        await leave.CancelAsync();
        response.Dispose();

        // The queue is free again: another's turn comes.
        Assert.NotEmpty((await Json($"/api/sessions/{id}/cam", "{}")).GetProperty("site").GetString()!);
    }

    [Fact]
    public async Task A_map_that_nobody_waits_for_is_not_made()
    {
        string id = (await studio.Look()).GetProperty("id").GetString()!;
        StudioSession session = studio.Server.State.Sessions.Get(id);
        using var leave = new CancellationTokenSource();
        using var begun = new ManualResetEventSlim();
        using var left = new ManualResetEventSlim();
        int runs = 0;
        using (session.Model.Module.AfterCall((_, _, _) =>
        {
            runs++;
            begun.Set();
            left.Wait(s_patience);
        }))
        {
            Task<HttpResponseMessage> asked = studio.Client.PostAsync(
                $"/api/sessions/{id}/cam", new StringContent("""{"method":"score-cam"}""", System.Text.Encoding.UTF8, "application/json"), leave.Token);
            Assert.True(begun.Wait(s_patience, TestContext.Current.CancellationToken));
            await leave.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);

            // Until the server has heard of it.
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
            left.Set();
            await studio.Server.State.Queue.Run(() => 0, TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task What_was_given_up_is_not_computed()
    {
        string id = (await studio.Look()).GetProperty("id").GetString()!;
        StudioSession session = studio.Server.State.Sessions.Get(id);
        var gone = new CancellationToken(canceled: true);
        Action[] works =
        [
            () => Explaining.Map(session, new(), gone), () => GraphWalk.Of(session.Model, gone), () => _ = new FaithfulnessCurves(session, new(), gone),
            () => SessionAblation.Of(session, new() { Region = [0, 0, 0.5, 0.5] }, gone),
        ];
        Assert.All(works, work => Assert.ThrowsAny<OperationCanceledException>(work));
    }

    [Fact]
    public async Task A_head_and_a_token_of_a_site_are_those_of_its_map()
    {
        string id = (await studio.Look("""{"catalogue":"vit_mini_patch8"}""")).GetProperty("id").GetString()!;
        ScalarMap expected = studio.Server.State.Sessions.Get(id).Site("blocks.1.attn").Map(new MapView { Head = 1, Token = 0 });
        JsonElement map = await Json($"/api/sessions/{id}/cam", """{"site":"blocks.1.attn","head":1,"token":0}""");
        Assert.Equal(expected.Values, map.GetProperty("values").EnumerateArray().Select(v => v.GetSingle()));
    }

    [Fact]
    public async Task A_transformers_rollout_lies_on_its_tokens()
    {
        string id = (await studio.Look("""{"catalogue":"vit_mini_patch8"}""")).GetProperty("id").GetString()!;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/sessions/{id}/rollout?method=attention-rollout");
        request.Headers.Accept.ParseAdd("application/json");
        JsonElement map = await ServedStudio.Json(await studio.Client.SendAsync(request));
        Assert.Equal(64, map.GetProperty("values").GetArrayLength());
    }

    private async Task<JsonElement> Json(string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd("application/json");
        return await ServedStudio.Json(await studio.Client.SendAsync(request), HttpStatusCode.OK);
    }
}
