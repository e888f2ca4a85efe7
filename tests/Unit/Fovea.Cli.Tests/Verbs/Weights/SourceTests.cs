using System.Text;
using System.Text.Json.Nodes;
using Fovea.Cli.Tests.Explaining;
using Fovea.Io;
using Fovea.Testing;
using Fovea.Testing.Network;

namespace Fovea.Cli.Tests.Verbs.Weights;

/// <summary>Every verb that takes weights takes them from where they are.</summary>
public sealed class SourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, byte[]> _files = [];
    private readonly FaultyServer _server;

    // Of the whole process: no other test fetches anything.
    static SourceTests() => Environment.SetEnvironmentVariable("FOVEA_CACHE", Directory.CreateTempSubdirectory("fovea-cache-").FullName);

    public SourceTests()
    {
        _server = new FaultyServer(asked => _files.TryGetValue(asked.Path, out byte[]? body)
            ? asked["If-None-Match"] is null ? new Reply(200, body) { Headers = ["ETag: \"1\""] } : Reply.Empty(304)
            : Reply.Empty(404));
        _files["/best.safetensors"] = File.ReadAllBytes(TinyModels.Write(_folder, "resnet8", "se"));
    }

    private string Source => _server.File("best.safetensors");

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_source_is_fetched_once_for_all_that_a_program_does()
    {
        string picture = TinyModels.Picture(_folder), data = _folder.File("data");
        TinyData.MakeDivided(data);
        Assert.Contains("resnet8 with se", Cli.Ok("show", Source), StringComparison.Ordinal);
        Assert.Contains("cat", Cli.Ok("predict", picture, "--weights", Source), StringComparison.Ordinal);
        Assert.Contains("disc.png", Cli.Ok("explain", "--image", picture, "--weights", Source, "--output", _folder.File("looks")), StringComparison.Ordinal);
        Assert.Contains("tensors", Cli.Ok("convert", Source, _folder.File("copy.pth")), StringComparison.Ordinal);
        Assert.Contains("opset", Cli.Ok("export", "--weights", Source, "--output", _folder.File("net.onnx")), StringComparison.Ordinal);
        Assert.Contains("se_resnet8", Cli.Ok("profile", Source, "--runs", "1"), StringComparison.Ordinal);
        Assert.Contains("weights", Cli.Ok("train", "--data", data, "--weights", Source, "--output", _folder.File("runs"), "--dry-run"), StringComparison.Ordinal);
        Cli.Ok("average", Source, _folder.File("copy.pth"), "--output", _folder.File("mean.safetensors"));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public void Networks_and_files_in_parts_come_from_elsewhere_too()
    {
        Cli.Ok("export", "--weights", Source, "--output", _folder.File("net.onnx"));
        _files["/a/net.onnx?download=true"] = File.ReadAllBytes(_folder.File("net.onnx"));
        string network = _server.File("a/net.onnx?download=true"), picture = TinyModels.Picture(_folder);
        Assert.Contains("resnet8 with se", Cli.Ok("show", network), StringComparison.Ordinal);
        Assert.Contains("cat", Cli.Ok("predict", picture, "--weights", network), StringComparison.Ordinal);
        using var scope = TensorScope.Begin();
        NpyFile.Write(_folder.File("x.npy"), Tensor.Zeros([1, 3, 32, 32]));
        Assert.Contains("[1, 3]", Cli.Ok("run", network, "--input", _folder.File("x.npy")), StringComparison.Ordinal);

        SafetensorsFile whole = SafetensorsFile.Read(_files["/best.safetensors"]);
        var parts = whole.Tensors.Select((t, i) => (t.Key, t.Value, File: $"m-{i % 2}.safetensors")).ToLookup(t => t.File);
        foreach (IGrouping<string, (string Key, Tensor Value, string File)> part in parts)
        {
            _files[$"/b/{part.Key}"] = SafetensorsFile.ToBytes(part.ToDictionary(t => t.Key, t => t.Value), whole.Metadata);
        }

        var map = new JsonObject(parts.SelectMany(p => p.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.File))));
        _files["/b/m.safetensors.index.json"] = Encoding.UTF8.GetBytes(new JsonObject { ["weight_map"] = map }.ToJsonString());
        Assert.Equal(
            Cli.Ok("predict", picture, "--weights", Source, "--json"), Cli.Ok("predict", picture, "--weights", _server.File("b/m.safetensors.index.json"), "--json"));
        File.WriteAllBytes(_folder.File("best.safetensors"), _files["/best.safetensors"]);
        Assert.Equal(Cli.Ok("show", Source), Cli.Ok("show", new Uri(_folder.File("best.safetensors")).AbsoluteUri));
    }

    [Fact]
    public void Errors_name_the_source_as_it_was_given()
    {
        string missing = _server.File("none.safetensors");
        Assert.Equal($"error: {missing}: 127.0.0.1 has no such file (404).\n", Cli.Fails(ExitCode.BadData, "show", missing));
        Assert.Contains($"error: {missing}: ", Cli.Fails(ExitCode.BadData, "predict", "x.png", "--weights", missing), StringComparison.Ordinal);
        _files["/cut.safetensors"] = _files["/best.safetensors"][..^3];
        string cut = _server.File("cut.safetensors");
        Assert.StartsWith($"error: {cut}: the tensors take ", Cli.Fails(ExitCode.BadData, "convert", cut, _folder.File("out.pth")), StringComparison.Ordinal);
        _files["/words.bin"] = "hello, these are not weights"u8.ToArray();
        string words = _server.File("words.bin");
        Assert.StartsWith($"error: {words}: ", Cli.Fails(ExitCode.BadData, "show", words), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hf:resnet18", "hf:resnet18: expected hf:owner/name[@revision][/file], got no owner before a slash.")]
    [InlineData("http://example.com/x.pth", "http://example.com/x.pth: expected https:; http: is for servers of this machine")]
    [InlineData("gs://bucket/x.pth", "gs://bucket/x.pth: expected a path, hf:, https: or file:, got gs:.")]
    public void A_source_that_is_written_wrongly_is_wrong_use(string source, string said)
    {
        foreach (string[] command in new[]
        {
            ["show", source], ["predict", "x.png", "--weights", source], ["run", source], ["convert", source, "out.pth"], ["profile", source],
            ["compare", "--start", $"random,{source}"], ["average", source, "b.pth", "--output", "c.safetensors"], (string[])["studio", "--weights", source],
        })
        {
            Assert.Contains(said, Cli.Fails(ExitCode.WrongUse, command), StringComparison.Ordinal);
        }
    }
}
