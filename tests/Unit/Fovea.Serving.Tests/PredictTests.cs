using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Text.Json;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Inspect;
using Fovea.Io;
using Fovea.Training;
using Fovea.Training.Data;

namespace Fovea.Serving.Tests;

/// <summary>What the server answers is what the library answers, in whatever form it is asked.</summary>
public sealed class PredictTests(ServedModels models) : IClassFixture<ServedModels>
{
    // A batch of another size sums in another order here and there.
    private const double Tolerance = 1e-5;

    private RunningServer Server => models.Server;

    [Theory]
    [InlineData("image/png")]
    [InlineData("application/octet-stream")]
    [InlineData("multipart/form-data")]
    [InlineData("application/json")]
    public async Task A_picture_gets_the_same_answer_in_every_form(string form)
    {
        byte[] file = TinyWeights.Png(1);
        HttpResponseMessage response = form switch
        {
            "application/json" => await Server.PredictJson("clutter", $$"""{"instances":[{"b64":"{{Convert.ToBase64String(file)}}"}]}"""),
            "multipart/form-data" => await Server.Client.PostAsync("/v1/models/clutter:predict", Form([file])),
            _ => await Server.Predict("clutter", file, form),
        };
        JsonElement answer = await RunningServer.Json(response);
        Assert.Equal("clutter", answer.GetProperty("model").GetString());
        JsonElement seen = Assert.Single(answer.GetProperty("predictions").EnumerateArray());
        Assert.Equal(12, seen.GetProperty("version").GetString()!.Length);
        using var predictor = Predictor.Open(new PredictOptions { Weights = TinyWeights.Clutter });
        Same(predictor.Predict([TinyWeights.Picture(1)])[0], seen);
    }

    [Fact]
    public async Task Pictures_of_a_form_keep_their_names_and_their_order()
    {
        byte[][] files = [.. Enumerable.Range(0, 5).Select(i => TinyWeights.Png(i, 30 + i, 50 - i))];
        JsonElement answer = await RunningServer.Json(await Server.Client.PostAsync("/v1/models/clutter:predict", Form(files)));
        using var predictor = Predictor.Open(new PredictOptions { Weights = TinyWeights.Clutter });
        JsonElement[] seen = [.. answer.GetProperty("predictions").EnumerateArray()];
        Assert.Equal(["p0.png", "p1.png", "p2.png", "p3.png", "p4.png"], seen.Select(s => s.GetProperty("path").GetString()));
        for (int i = 0; i < files.Length; i++)
        {
            Same(predictor.Predict([ImageCodecs.Decode(files[i])])[0], seen[i]);
        }
    }

    [Fact]
    public async Task Requests_that_come_together_get_each_its_own_answer()
    {
        byte[][] files = [.. Enumerable.Range(0, 64).Select(i => TinyWeights.Png(100 + i))];
        JsonElement[] answers = await Task.WhenAll(files.Select(async f => await RunningServer.Json(await Server.Predict("clutter", f))));
        using var predictor = Predictor.Open(new PredictOptions { Weights = TinyWeights.Clutter });
        for (int i = 0; i < files.Length; i++)
        {
            Same(predictor.Predict([ImageCodecs.Decode(files[i])])[0], answers[i].GetProperty("predictions")[0]);
        }
    }

    [Fact]
    public async Task A_mask_comes_as_a_picture_inside_of_the_answer_or_alone()
    {
        byte[] file = TinyWeights.Png(2);
        JsonElement seen = (await RunningServer.Json(await Server.Predict("masks", file))).GetProperty("predictions")[0];
        using var predictor = Predictor.Open(new PredictOptions { Weights = models.Unet });
        Image expected = predictor.Segment([TinyWeights.Picture(2)])[0].Picture;
        Image inside = ImageCodecs.Decode(seen.GetProperty("picture").GetBytesFromBase64());
        Assert.Equal((48, 40), (inside.Width, inside.Height));
        Assert.Equal(expected.Pixels, inside.Pixels);
        Assert.False((await RunningServer.Json(await Server.Predict("masks", file, query: "?picture=false"))).GetProperty("predictions")[0].TryGetProperty("picture", out _));

        using HttpResponseMessage alone = await Server.Predict("masks", file, accept: "image/png");
        Assert.Equal("image/png", alone.Content.Headers.ContentType?.MediaType);
        Assert.Equal(expected.Pixels, ImageCodecs.Decode(await alone.Content.ReadAsByteArrayAsync()).Pixels);
    }

    [Theory]
    [InlineData("grad-cam", null)]
    [InlineData("layer-cam", "ring")]
    [InlineData("hires-cam", "3-5")]
    public async Task The_map_beside_an_answer_is_that_of_the_method(string method, string? target)
    {
        byte[] file = TinyWeights.Png(3);
        JsonElement seen = (await RunningServer.Json(await Server.Predict("clutter", file, query: $"?attention={method}{(target is null ? "" : $"&target={target}")}"))).GetProperty("predictions")[0];
        JsonElement attention = seen.GetProperty("attention");

        using TensorScope scope = TensorScope.Begin();
        var trained = TrainedModel.Open(TinyWeights.Clutter, new ModelRequest());
        Tensor x = trained.Description.LookPipeline().ToInput(TinyWeights.Picture(3));
        Tensor output = trained.Model.Call(x);
        var asked = AskedTarget.Of(target, trained.Description.Classes, "it", output);
        ScalarMap expected = MapMethods.Create(method).Explain(trained.Model, x, asked.Target)[0];
        Assert.Equal((method, expected.Site, asked.Words), (attention.GetProperty("method").GetString(), attention.GetProperty("site").GetString(), attention.GetProperty("target").GetString()));
        Assert.Equal((expected.Height, expected.Width), (attention.GetProperty("rows").GetInt32(), attention.GetProperty("columns").GetInt32()));
        byte[] values = attention.GetProperty("values").GetBytesFromBase64();
        for (int i = 0; i < expected.Values.Length; i++)
        {
            Assert.Equal(expected.Values[i], BinaryPrimitives.ReadSingleLittleEndian(values.AsSpan(4 * i)), Tolerance * Math.Max(1, expected.Maximum));
        }

        Assert.True(ImageCodecs.Decode(attention.GetProperty("overlay").GetBytesFromBase64()).Width >= 48);
        using var predictor = Predictor.Open(new PredictOptions { Weights = TinyWeights.Clutter });
        Same(predictor.Predict([TinyWeights.Picture(3)])[0], seen);
    }

    [Theory]
    [InlineData("data")]
    [InlineData("b64")]
    [InlineData("npy")]
    public async Task What_the_model_sees_can_be_sent_as_numbers(string form)
    {
        using TensorScope scope = TensorScope.Begin();
        using var predictor = Predictor.Open(new PredictOptions { Weights = TinyWeights.Clutter });
        SamplePipeline pipeline = predictor.Description.EvaluationPipeline();
        Tensor input = pipeline.ToInput([TinyWeights.Picture(4), TinyWeights.Picture(5)]);
        float[] expected = predictor.Infer(input).ToArray<float>(), values = input.ToArray<float>();
        byte[] bytes = new byte[4 * values.Length];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        using var npy = new MemoryStream();
        NpyFile.Write(npy, input);
        HttpResponseMessage response = form switch
        {
            "data" => await Server.PredictJson("clutter", $$$"""{"inputs":{"shape":[2,3,64,64],"data":{{{JsonSerializer.Serialize(values)}}}}}"""),
            "b64" => await Server.PredictJson("clutter", $$$"""{"inputs":{"shape":[2,3,64,64],"b64":"{{{Convert.ToBase64String(bytes)}}}"}}"""),
            _ => await Server.Predict("clutter", npy.ToArray(), "application/x-npy", accept: "application/x-npy"),
        };
        float[] given;
        if (form == "npy")
        {
            Tensor answer = NpyFile.Read(new MemoryStream(await response.Content.ReadAsByteArrayAsync()));
            Assert.Equal([2, 8], answer.Shape.ToArray());
            given = answer.ToArray<float>();
        }
        else
        {
            JsonElement outputs = (await RunningServer.Json(response)).GetProperty("outputs");
            Assert.Equal([2, 8], outputs.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32()));
            given = [.. outputs.GetProperty("data").EnumerateArray().Select(n => n.GetSingle())];
        }

        Assert.Equal(expected.Length, given.Length);
        Assert.All(expected.Zip(given), pair => Assert.Equal(pair.First, pair.Second, Tolerance * 10));
    }

    [Fact]
    public async Task The_server_says_what_it_serves()
    {
        JsonElement all = await RunningServer.Json(await Server.Client.GetAsync("/v1/models"));
        Assert.Equal(["clutter", "masks"], all.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()));
        JsonElement one = await RunningServer.Json(await Server.Client.GetAsync("/v1/models/clutter"));
        Assert.Equal(8, one.GetProperty("classes").GetArrayLength());
        Assert.Equal([3, 64, 64], one.GetProperty("inputShape").EnumerateArray().Select(n => n.GetInt32()));
        Assert.False(one.TryGetProperty("failure", out _));
        Assert.Equal("ready", (await RunningServer.Json(await Server.Client.GetAsync("/readyz"))).GetProperty("status").GetString());
        Assert.Equal("live", (await RunningServer.Json(await Server.Client.GetAsync("/healthz"))).GetProperty("status").GetString());
        JsonElement paths = (await RunningServer.Json(await Server.Client.GetAsync("/openapi.json"))).GetProperty("paths");
        JsonElement content = paths.GetProperty("/v1/models/{name}:predict").GetProperty("post").GetProperty("requestBody").GetProperty("content");
        Assert.True(content.TryGetProperty("multipart/form-data", out _));
    }

    [Fact]
    public async Task Metrics_are_told_in_the_text_of_Prometheus()
    {
        await RunningServer.Json(await Server.Predict("clutter", TinyWeights.Png(6)));
        string text = await Server.Client.GetStringAsync("/metrics");
        Assert.Matches("""fovea_serving_requests_total\{[^}]*model="clutter",status="200"\} [1-9]""", text);
        Assert.Matches("""fovea_serving_batch_size_count\{[^}]*model="clutter"[^}]*\} [1-9]""", text);
        Assert.Contains("fovea_serving_queue_samples", text, StringComparison.Ordinal);
    }

    private static MultipartFormDataContent Form(IReadOnlyList<byte[]> files)
    {
        var form = new MultipartFormDataContent();
        for (int i = 0; i < files.Count; i++)
        {
            var part = new ByteArrayContent(files[i]);
            part.Headers.ContentType = new MediaTypeHeaderValue("image/png");
            form.Add(part, "picture", $"p{i}.png");
        }

        return form;
    }

    private static void Same(Prediction expected, JsonElement seen)
    {
        JsonElement[] classes = [.. seen.GetProperty("classes").EnumerateArray()];
        Assert.Equal(expected.Classes.Select(c => c.Class), classes.Select(c => c.GetProperty("class").GetString()));
        Assert.All(expected.Classes.Zip(classes), pair => Assert.Equal(pair.First.Probability, pair.Second.GetProperty("probability").GetDouble(), Tolerance));
    }
}
