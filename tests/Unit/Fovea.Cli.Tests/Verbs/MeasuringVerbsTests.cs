using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>bench</c>, <c>profile</c> and <c>docs</c>.</summary>
public sealed class MeasuringVerbsTests
{
    [Fact]
    public void Bench_measures_a_mechanism()
    {
        JsonNode json = JsonNode.Parse(Cli.Ok("bench", "--mechanism", "cbam", "--shape", "2,16,8,8", "--option", "reduction=4", "--runs", "3", "--threads", "1", "--json"))!;
        Assert.Equal("cbam", (string)json["name"]!);
        Assert.Equal([2, 16, 8, 8], json["shape"]!.AsArray().Select(n => (int)n!));
        Assert.Equal(("forward", 1, 3), ((string)json["pass"]!, (int)json["threads"]!, (int)json["runs"]!));
        Assert.Equal(2L * (4 * 16 * 4 + 98 * 64), (long)json["multiplyAdds"]!);
        Assert.Equal(2L * 16 * 4 + 98, (long)json["parameters"]!);
        double min = (double)json["minMs"]!, median = (double)json["medianMs"]!, p95 = (double)json["p95Ms"]!;
        Assert.True(min > 0 && min <= median && median <= p95);
        Assert.True((long)json["peakBytes"]! >= 2 * 16 * 64 * 4);
    }

    [Fact]
    public void Bench_measures_a_model_with_attention_in_training()
    {
        string text = Cli.Ok("bench", "--model", "resnet8", "--batch", "2", "--image-size", "16", "--attention", "se", "--pass", "training", "--runs", "2");
        Assert.Contains("se_resnet8", text, StringComparison.Ordinal);
        Assert.Contains("[2, 3, 16, 16]", text, StringComparison.Ordinal);
        Assert.Contains("training", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Mechanism_and_model_are_one_name_everywhere()
    {
        string text = Cli.Ok("bench", "--model", "cbam_resnet8", "--image-size", "16", "--runs", "2", "--json");
        Assert.StartsWith("{\"name\":\"cbam_resnet8\",\"shape\":[1,3,16,16],\"pass\":\"forward\",\"threads\":", text, StringComparison.Ordinal);
        Assert.Equal(
            ["name", "shape", "pass", "threads", "medianMs", "minMs", "p95Ms", "peakBytes", "multiplyAdds"],
            JsonNode.Parse(text)!.AsObject().Select(p => p.Key).Take(9));
        JsonNode profile = JsonNode.Parse(Cli.Ok("profile", "se_resnet8", "--runs", "1", "--json"))!;
        Assert.Equal("se_resnet8", (string)profile["name"]!);
        Assert.Contains(profile["layers"]!.AsArray(), l => ((string)l!["path"]!).Contains("attention", StringComparison.Ordinal));
        Assert.Equal(1, profile["layers"]!.AsArray().Sum(l => (double)l!["share"]!), 1e-9);
        long plain = (long)JsonNode.Parse(Cli.Ok("show", "resnet8", "--json"))!["parameters"]!;
        Assert.True((long)JsonNode.Parse(Cli.Ok("show", "cbam_resnet8", "--json"))!["parameters"]! > plain);
        Assert.Contains("did you mean \"cbam_resnet8\"?", Cli.Fails(ExitCode.WrongUse, "profile", "cbam_resnt8"), StringComparison.Ordinal);
    }

    [Fact]
    public void Profile_knows_the_size_of_relations()
    {
        JsonNode json = JsonNode.Parse(Cli.Ok("profile", "pam", "--shape", "2,64,12,10", "--runs", "1", "--json"))!;

        // N² weights an image of N = 120 positions, four bytes each.
        Assert.Equal(2L * 120 * 120 * 4, (long)json["relationBytes"]!);

        // Queries and keys of C/8, values of C, the products of N × N with both.
        Assert.Equal(2L * (120 * 64 * 8 * 2 + 120 * 64 * 64 + 120 * 120 * 8 + 120 * 120 * 64), (long)json["multiplyAdds"]!);
        Assert.Contains("relation matrices", Cli.Ok("profile", "pam", "--shape", "1,64,6,5", "--runs", "1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Bench_of_all_names_every_mechanism()
    {
        JsonArray all = JsonNode.Parse(Cli.Ok("bench", "--all", "--shape", "2,64,8,8", "--runs", "1", "--json"))!.AsArray();
        Assert.Equal(Catalog.Keys.SelectMany(k => new[] { (k, "forward"), (k, "training") }), all.Select(r => ((string)r!["name"]!, (string)r["pass"]!)));
    }

    [Fact]
    public void Profile_prints_every_layer_and_the_peaks()
    {
        JsonNode json = JsonNode.Parse(Cli.Ok("profile", "resnet20-cifar", "--attention", "eca", "--runs", "1", "--json"))!;
        Assert.Equal(40_551_040 + EcaMultiplyAdds, (long)json["multiplyAdds"]!);
        Assert.Contains(json["layers"]!.AsArray(), l => (string)l!["path"]! == "layer1.0.conv1" && (string)l["op"]! == "conv2d");
        Assert.True((double)json["peakFlopsPerSecond"]! > 0);
        string text = Cli.Ok("profile", "triplet", "--shape", "1,32,8,8", "--runs", "1");
        Assert.Contains("cw.conv", text, StringComparison.Ordinal);
        Assert.Contains("Ops that count no arithmetic: concat, permute, reshape", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expected one of --mechanism KEY, --model KEY, --weights FILE and --all", "bench")]
    [InlineData("--mechanism cannot be given with --all", "bench", "--mechanism", "se", "--all")]
    [InlineData("--shape: expected 3 to 5 lengths above 0, such as 8,256,56,56, got \"8x256\"", "bench", "--mechanism", "se", "--shape", "8x256")]
    [InlineData("did you mean \"reduction\"?", "bench", "--mechanism", "se", "--option", "reductoin=4")]
    [InlineData("--shape cannot be given with --model resnet8, a model", "bench", "--model", "resnet8", "--shape", "1,3,64,64")]
    [InlineData("--attention cannot be given with se, a mechanism", "profile", "se", "--attention", "eca")]
    [InlineData("there is no mechanism or model \"resnet51\"; did you mean \"resnet50\"?", "profile", "resnet51")]
    public void Mistakes_are_named(string message, params string[] args) =>
        Assert.Contains(message, Cli.Fails(ExitCode.WrongUse, args), StringComparison.Ordinal);

    [Fact]
    public void Docs_are_written_and_checked()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("files written", Cli.Ok("docs", folder.Path), StringComparison.Ordinal);
        File.AppendAllText(folder.File("cbam.md"), "\nedited\n");
        Answer answer = Cli.Run("docs", folder.Path, "--check");
        Assert.Equal(ExitCode.CheckFailed, answer.Code);
        Assert.StartsWith("cbam.md", answer.Output, StringComparison.Ordinal);
    }

    // A kernel of 1, 3 or 5 over the channels of each of the nine blocks: k = 3 at 16, 32 and 64 channels.
    private const long EcaMultiplyAdds = 3 * 3 * (16 + 32 + 64);
}
