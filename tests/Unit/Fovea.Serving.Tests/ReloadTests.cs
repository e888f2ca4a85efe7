using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Fovea.Serving.Models;
using Fovea.Testing;
using Fovea.Training;

namespace Fovea.Serving.Tests;

/// <summary>Newer weights take the place of older ones while requests come.</summary>
public sealed class ReloadTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Newer_weights_of_a_run_are_taken_under_load_and_no_request_is_lost()
    {
        string run = _folder.File("run"), best = Path.Combine(run, "best.safetensors");
        Directory.CreateDirectory(run);
        TinyWeights.Write(best, "resnet8", seed: 1);
        string before = WeightsState.Of(run)!.Value.Id();
        var notes = new ConcurrentQueue<string>();
        await using RunningServer server = await RunningServer.Start("m", run, o => o with { ReloadEvery = TimeSpan.FromMilliseconds(20) }, notes.Enqueue);
        using var stop = new CancellationTokenSource();
        var seen = new ConcurrentDictionary<string, int>();
        Task[] clients = [.. Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                JsonElement answer = await RunningServer.Json(await server.Predict("m", TinyWeights.Png(i)));
                seen.AddOrUpdate(answer.GetProperty("predictions")[0].GetProperty("version").GetString()!, 1, static (_, n) => n + 1);
            }
        }))];
        await Until(() => seen.ContainsKey(before));
        string next = _folder.File("next.safetensors");
        TinyWeights.Write(next, "resnet8", seed: 2);
        File.Move(next, best, overwrite: true);
        string after = WeightsState.Of(run)!.Value.Id();
        await Until(() => seen.ContainsKey(after));
        await stop.CancelAsync();
        await Task.WhenAll(clients);

        Assert.Equal([before, after], seen.Keys.Order().Where(k => k == before || k == after).OrderBy(k => k == after));
        Assert.Equal(2, seen.Count);
        Assert.Contains(after, Assert.Single(notes), StringComparison.Ordinal);
        JsonElement answer = (await RunningServer.Json(await server.Predict("m", TinyWeights.Png(9)))).GetProperty("predictions")[0];
        using var predictor = Predictor.Open(new PredictOptions { Weights = best });
        Assert.Equal(predictor.Predict([TinyWeights.Picture(9)])[0].Classes[0].Probability, answer.GetProperty("classes")[0].GetProperty("probability").GetDouble(), 1e-5);
    }

    [Fact]
    public async Task Weights_that_cannot_be_read_are_told_and_those_before_go_on()
    {
        string weights = TinyWeights.Write(_folder.File("m.safetensors"), "resnet8");
        string before = WeightsState.Of(weights)!.Value.Id();
        var notes = new ConcurrentQueue<string>();
        await using RunningServer server = await RunningServer.Start("m", weights, o => o with { ReloadEvery = TimeSpan.FromMilliseconds(20) }, notes.Enqueue);
        File.WriteAllBytes(weights, File.ReadAllBytes(weights)[..1000]);
        await Until(() => !notes.IsEmpty);
        Assert.Contains("not taken", notes.First(), StringComparison.Ordinal);
        JsonElement status = await RunningServer.Json(await server.Client.GetAsync("/v1/models/m"));
        Assert.Equal(before, status.GetProperty("version").GetString());
        Assert.NotEmpty(status.GetProperty("failure").GetString()!);
        await RunningServer.Json(await server.Predict("m", TinyWeights.Png(1)));

        // A sound file puts it right.
        TinyWeights.Write(weights, "resnet8", seed: 5);
        await Until(() => notes.Any(n => n.Contains("took newer", StringComparison.Ordinal)));
        Assert.False((await RunningServer.Json(await server.Client.GetAsync("/v1/models/m"))).TryGetProperty("failure", out _));
    }

    [Fact]
    public async Task Weights_that_were_only_touched_stay()
    {
        string weights = TinyWeights.Write(_folder.File("m.safetensors"), "resnet8");
        var notes = new ConcurrentQueue<string>();
        await using RunningServer server = await RunningServer.Start("m", weights, o => o with { ReloadEvery = TimeSpan.FromMilliseconds(10) }, notes.Enqueue);
        File.SetLastWriteTimeUtc(weights, DateTime.UtcNow.AddMinutes(1));
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.Empty(notes);
    }

    [Fact]
    public async Task What_was_accepted_is_answered_when_the_server_is_stopped_under_load()
    {
        string weights = TinyWeights.Write(_folder.File("m.safetensors"), "resnet8");
        var server = await RunningServer.Start("m", weights, o => o with { MaxBatch = 2 });
        using var requests = new AnsweredRequests(server.Server);
        int answered = 0, notAccepted = 0;
        Task[] clients = [.. Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    using HttpResponseMessage response = await server.Predict("m", TinyWeights.Png(i));
                    Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                    await RunningServer.Json(response);
                    Interlocked.Increment(ref answered);
                }
            }
            catch (HttpRequestException)
            {
                // Nobody listens any more.
                Interlocked.Increment(ref notAccepted);
            }
        }))];
        await Until(() => Volatile.Read(ref answered) > 32);
        await server.Server.DisposeAsync();
        await Task.WhenAll(clients);
        Assert.Equal(16, notAccepted);
        Assert.Equal(requests.Total, answered);
        Assert.Equal(requests.Total, requests.Well);
    }

    [Fact]
    public async Task Weights_that_are_not_there_are_an_error_at_the_start()
    {
        FileNotFoundException error = await Assert.ThrowsAsync<FileNotFoundException>(() => RunningServer.Start("m", _folder.File("none.safetensors")));
        Assert.Contains("none.safetensors", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<OptionException>(() => RunningServer.Start("a/b", TinyWeights.Clutter));
        await Assert.ThrowsAsync<OptionException>(() => RunningServer.Start("m", TinyWeights.Clutter, o => o with { Models = [.. o.Models, .. o.Models] }));
        await using RunningServer first = await RunningServer.Start("m", TinyWeights.Clutter);
        OptionException taken = await Assert.ThrowsAsync<OptionException>(() => RunningServer.Start("m", TinyWeights.Clutter, o => o with { Port = first.Server.Address.Port }));
        Assert.Contains("--port", taken.Message, StringComparison.Ordinal);
    }

    private static async Task Until(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (!holds())
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
