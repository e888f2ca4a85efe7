using System.Text.Json.Nodes;
using Fovea.Attention;
using Fovea.Io;
using Fovea.Models;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>list</c>, <c>show</c> and <c>verify</c>.</summary>
public sealed class CatalogueVerbsTests
{
    public static TheoryData<string> Mechanisms => [.. Catalog.Keys];

    [Fact]
    public void List_names_everything()
    {
        string text = Cli.Ok("list");
        Assert.All(Catalog.Keys.Concat(ModelCatalog.Keys), key => Assert.Contains($" {key} ", text, StringComparison.Ordinal));
    }

    [Fact]
    public void List_json_has_every_key()
    {
        JsonNode json = JsonNode.Parse(Cli.Ok("list", "--json"))!;
        Assert.Equal(Catalog.Keys, json["mechanisms"]!.AsArray().Select(m => (string)m!["key"]!));
        Assert.Equal(ModelCatalog.Keys, json["models"]!.AsArray().Select(m => (string)m!["key"]!));
    }

    [Theory]
    [MemberData(nameof(Mechanisms))]
    public void Show_prints_the_card(string key)
    {
        Card card = Catalog.Find(key).Card;
        string text = Cli.Ok("show", key);
        Assert.Contains(card.Formula, text, StringComparison.Ordinal);
        Assert.All(card.Options, o => Assert.Contains(o.Name, text, StringComparison.Ordinal));
        JsonNode json = JsonNode.Parse(Cli.Ok("show", key, "--json"))!;
        Assert.Equal(card.Options.Select(o => o.Name), json["options"]!.AsArray().Select(o => (string)o!["name"]!));
    }

    // The count that the original paper's table gives: 0.27 million.
    [Fact]
    public void Show_counts_the_parameters_of_a_model()
    {
        Assert.Contains("269,722 parameters", Cli.Ok("show", "resnet20-cifar"), StringComparison.Ordinal);
        Assert.Equal(269_722, (int)JsonNode.Parse(Cli.Ok("show", "resnet20-cifar", "--json"))!["parameters"]!);
    }

    [Fact]
    public void Show_answers_a_misspelt_name_with_the_nearest() =>
        Assert.Contains("did you mean \"cbam\"?", Cli.Fails(ExitCode.WrongUse, "show", "cbma"), StringComparison.Ordinal);

    [Fact]
    public void Verify_passes_the_goldens_of_the_repository()
    {
        string folder = Repository.Golden("mechanisms");
        int files = Directory.GetFiles(folder, "*.safetensors", SearchOption.AllDirectories).Length;
        string[] lines = Cli.Ok("verify", folder).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(files + 1, lines.Length);
        Assert.All(lines[..^1], line => Assert.Matches(@"^PASS [a-z_]+ \S+ worst \d\.\de[-+]\d+ \(\S+\) tolerance \d\.\de-\d+\r?$", line));
        Assert.Equal($"{files} of {files} cases pass", lines[^1].TrimEnd());
    }

    [Fact]
    public void Verify_runs_the_paths_that_users_run()
    {
        string[] files = Directory.GetFiles(Repository.Golden("mechanisms", "coordinate"));
        string[] lines = Cli.Ok("verify", Repository.Golden("mechanisms", "coordinate"), "--path", "all").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((3 * files.Length) + 1, lines.Length);
        Assert.Contains(lines, l => l.StartsWith("PASS coordinate ", StringComparison.Ordinal) && l.Contains(" compiled worst ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains(" inference worst ", StringComparison.Ordinal));
        JsonNode json = JsonNode.Parse(Cli.Ok("verify", files[0], "--path", "inference", "--json"))!;
        Assert.Equal("inference", (string)json["results"]![0]!["path"]!);
        Assert.Contains("compiled", Cli.Fails(ExitCode.WrongUse, "verify", files[0], "--path", "fast"), StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_fails_with_1_on_a_golden_that_does_not_hold()
    {
        using var folder = new TemporaryFolder();
        string broken = folder.File("broken.safetensors");
        Break(Repository.Golden("mechanisms", "se", "bias.safetensors"), broken);
        Answer answer = Cli.Run("verify", Repository.Golden("mechanisms", "se"), broken);
        Assert.Equal(ExitCode.CheckFailed, answer.Code);
        Assert.Matches(@"FAIL se broken worst \d\.\de[-+]\d+ \(output\.0\)", answer.Output);
        Assert.Contains("PASS se bias ", answer.Output, StringComparison.Ordinal);

        Answer json = Cli.Run("verify", broken, "--json");
        Assert.Equal(ExitCode.CheckFailed, json.Code);
        JsonNode result = JsonNode.Parse(json.Output)!;
        Assert.Equal((1, 1), ((int)result["cases"]!, (int)result["failed"]!));
        Assert.Equal(("se", false), ((string)result["results"]![0]!["mechanism"]!, (bool)result["results"]![0]!["passed"]!));
    }

    [Fact]
    public void Verify_fails_on_a_mechanism_that_is_not_in_the_catalogue_and_says_so()
    {
        using var folder = new TemporaryFolder();
        using TensorScope scope = TensorScope.Begin();
        SafetensorsFile golden = SafetensorsFile.Read(Repository.Golden("mechanisms", "se", "bias.safetensors"));
        string file = folder.File("unknown.safetensors");
        SafetensorsFile.Write(file, golden.Tensors, new Dictionary<string, string>(golden.Metadata) { ["mechanism"] = "sse" });
        Answer answer = Cli.Run("verify", folder.Path);
        Assert.Equal(ExitCode.CheckFailed, answer.Code);
        Assert.Contains("FAIL sse unknown: attention: there is no mechanism \"sse\"; did you mean \"se\"?", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_names_a_path_that_is_not_there() =>
        Assert.Contains("there is no nowhere", Cli.Fails(ExitCode.BadData, "verify", "nowhere"), StringComparison.Ordinal);

    private static void Break(string golden, string to)
    {
        using TensorScope scope = TensorScope.Begin();
        SafetensorsFile file = SafetensorsFile.Read(golden);
        file.Tensors["output.0"].AsSpan<float>()[0] += 1;
        SafetensorsFile.Write(to, file.Tensors, file.Metadata);
    }
}
