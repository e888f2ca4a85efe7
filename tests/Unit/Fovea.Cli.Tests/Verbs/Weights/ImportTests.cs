using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Io;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>convert --from SOURCE</c>: weights of other libraries under our names, ready to be used.</summary>
public sealed class ImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // What the source implies (the pools' order) needs no option; what shapes show (biases, batch norm) does.
    [Fact]
    public void A_mechanism_comes_over_with_what_its_source_implies()
    {
        using TensorScope scope = TensorScope.Begin();
        SafetensorsFile golden = SafetensorsFile.Read(Repository.Golden("importers", "official-cbam.safetensors"));
        string theirs = Theirs(golden, string.Empty);
        string ours = _folder.File("ours.safetensors");
        string[] options = ["--mechanism", "cbam", "--option", "channels=16", "--option", "reduction=4", "--option", "mlpBias=true", "--option", "spatialBatchNorm=true"];
        string text = Cli.Ok(["convert", theirs, ours, "--from", "official-cbam", .. options]);
        Assert.Contains("Jongchan/attention-module", text, StringComparison.Ordinal);
        Assert.Contains("cbam.poolOrder max-mean", text, StringComparison.Ordinal);

        SafetensorsFile written = SafetensorsFile.Read(ours);
        JsonObject config = JsonNode.Parse(written.Metadata["config"])!.AsObject();
        Assert.Equal(("cbam", "max-mean"), (written.Metadata["mechanism"], (string)config["poolOrder"]!));
        Module module = Catalog.Find("cbam").Create(config).Eval();
        StateDict.Load(module, written.Tensors);
        float[] expected = golden.Tensors["output.0"].ToArray<float>();
        float[] got = module.Call(golden.Tensors["input.0"]).ToArray<float>();
        Assert.True(expected.Zip(got, (a, b) => Math.Abs(a - b)).Max() <= 2e-5 * expected.Max(Math.Abs));

        // Found by its names, the source still implies, but then it has to be said.
        Assert.Contains("the weights need poolOrder max-mean", Cli.Fails(ExitCode.BadData, ["convert", theirs, ours, "-f", "--from", "auto", .. options]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_of_a_larger_file_is_taken_by_its_name()
    {
        using TensorScope scope = TensorScope.Begin();
        SafetensorsFile golden = SafetensorsFile.Read(Repository.Golden("importers", "mmseg-danet.safetensors"));
        string theirs = Theirs(golden, "decode_head.");
        string[] target = ["--from", "mmseg", "--mechanism", "danet", "--option", "inChannels=32", "--option", "outChannels=3"];
        JsonNode json = JsonNode.Parse(Cli.Ok(["convert", theirs, _folder.File("head.safetensors"), "--json", "--part", "decode_head", .. target]))!;
        Assert.Equal("mmseg", (string)json["from"]!);
        Assert.Contains(
            "no tensor is below \"head\"; the file has decode_head.", Cli.Fails(ExitCode.WrongUse, ["convert", theirs, _folder.File("b.safetensors"), "--part", "head", .. target]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_comes_over_with_its_classes_and_can_be_evaluated_without_another_flag()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = ModelCatalog.Create("resnet8", new ModelOptions
        {
            Classes = 7,
            Attention = new AttentionPlacement { Key = "se", Options = new JsonObject { ["bias"] = true } },
        });
        string theirs = _folder.File("theirs.safetensors");
        SafetensorsFile.Write(theirs, StateDict.Of(model).ToDictionary(t => t.Key.Replace("attention.fc1", "se.fc.0", StringComparison.Ordinal)
            .Replace("attention.fc2", "se.fc.2", StringComparison.Ordinal), t => t.Value));
        string ours = _folder.File("ours.safetensors");
        Cli.Ok("convert", theirs, ours, "--from", "auto", "--model", "resnet8", "--attention", "se", "--attention-option", "bias=true");
        IReadOnlyDictionary<string, Tensor> written = SafetensorsFile.Read(ours).Tensors;
        Assert.All(StateDict.Of(model), t => Assert.Equal(t.Value.ToArray<float>(), written[t.Key].ToArray<float>()));
        Cli.Ok("convert", Repository.Golden("images", "png", Path.GetFileName(Directory.GetFiles(Repository.Golden("images", "png"), "*.png").Order(StringComparer.Ordinal).First())),
            _folder.File("picture.png"));
        Assert.Contains("\"class\"", Cli.Ok("predict", _folder.File("picture.png"), "--weights", ours, "--json"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--from needs to know what the weights are for", "--from", "auto")]
    [InlineData("name the library with --from", "--mechanism", "se")]
    [InlineData("--option belongs to --mechanism", "--from", "auto", "--model", "resnet8", "--option", "channels=3")]
    [InlineData("--attention and --attention-at belong to --model", "--from", "auto", "--mechanism", "se", "--attention", "se")]
    [InlineData("did you mean \"timm\"?", "--from", "tim", "--mechanism", "se")]
    public void Flags_that_do_not_go_together_are_refused(string message, params string[] flags)
    {
        string theirs = _folder.File("theirs.safetensors");
        using (TensorScope.Begin())
        {
            SafetensorsFile.Write(theirs, new Dictionary<string, Tensor> { ["x"] = Tensor.Zeros([1]) });
        }

        Assert.Contains(message, Cli.Fails(ExitCode.WrongUse, ["convert", theirs, _folder.File("out.safetensors"), .. flags]), StringComparison.Ordinal);
    }

    [Fact]
    public void Sources_are_listed()
    {
        string text = Cli.Ok("list", "--sources");
        Assert.All(Importer.Sources.Skip(1), s => Assert.Contains($" {s} ", text, StringComparison.Ordinal));
        Assert.Equal(Importer.Known.Count, JsonNode.Parse(Cli.Ok("list", "--json"))!["sources"]!.AsArray().Count);
    }

    [Fact]
    public void Verify_prints_every_tensor_on_request()
    {
        string file = Repository.Golden("mechanisms", "se", "bias.safetensors");
        Assert.Matches(@"\d\.\de[-+]\d+ grad\.param\.fc1\.weight", Cli.Ok("verify", file, "--tensors"));
        JsonNode tensors = JsonNode.Parse(Cli.Ok("verify", file, "--tensors", "--json"))!["results"]![0]!["tensors"]!;
        Assert.True((double)tensors["output.0"]! < 2e-5);
        Assert.Null(JsonNode.Parse(Cli.Ok("verify", file, "--json"))!["results"]![0]!["tensors"]);
    }

    private string Theirs(SafetensorsFile golden, string prefix)
    {
        string path = _folder.File("theirs.safetensors");
        SafetensorsFile.Write(path, golden.Tensors.Where(t => t.Key.StartsWith("state.", StringComparison.Ordinal)).ToDictionary(t => prefix + t.Key["state.".Length..], t => t.Value));
        return path;
    }
}
