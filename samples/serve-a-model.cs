#!/usr/bin/env dotnet
#:project ../src/Fovea.Serving/Fovea.Serving.csproj
#:property PublishAot=false

// A model behind an address, in a program of one's own, and a client that asks it:
//   dotnet run -c Release samples/serve-a-model.cs [weights picture]
// Without arguments it serves a small network that lies in the repository, and asks it about a made picture. fovea serve does the same from the command line.
using System.Net.Http.Headers;
using System.Text.Json;
using Fovea.Imaging.Codecs.Png;
using Fovea.Serving;
using Fovea.Training;
using Fovea.Training.Data;

string here = (string)AppContext.GetData("EntryPointFileDirectoryPath")!;
string weights = args is [var first, _] ? first : Path.Combine(here, "../src/Fovea.Studio/Assets/clutter-cbam.safetensors");
byte[] picture = args is [_, var second] ? File.ReadAllBytes(second) : PngEncoder.Encode(new ClutterDataset(8, split: DataSplit.Val).Get(5).Image);

#region Serve
// Weights, a run's folder (whose best weights are followed while it trains), an ONNX file, or hf:owner/name.
await using ModelServer server = await ModelServer.StartAsync(new ServerOptions
{
    Port = 0,
    Models = [new ServedModelOptions("glyphs", new PredictOptions { Weights = weights, Top = 3 })],
});
Console.WriteLine(server.Address);
#endregion

#region Ask
using var client = new HttpClient { BaseAddress = server.Address };
using var body = new ByteArrayContent(picture);
body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
using HttpResponseMessage answer = await client.PostAsync("/v1/models/glyphs:predict?attention=grad-cam", body);
answer.EnsureSuccessStatusCode();
using JsonDocument json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
JsonElement seen = json.RootElement.GetProperty("predictions")[0];
foreach (JsonElement c in seen.GetProperty("classes").EnumerateArray())
{
    Console.WriteLine($"{c.GetProperty("class").GetString()} {c.GetProperty("probability").GetDouble():P1}");
}

JsonElement map = seen.GetProperty("attention");
Console.WriteLine($"where it looked: {map.GetProperty("method").GetString()} at {map.GetProperty("site").GetString()}");
#endregion
