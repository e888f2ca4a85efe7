using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Inspect;
using Fovea.Io;
using Fovea.Testing;
using Fovea.Training;

namespace Fovea.Cli.Tests.Explaining;

/// <summary>What <c>explain</c> writes is what the maps are.</summary>
public sealed partial class ExplainTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_a_site_there_are_all_sites_and_methods_and_a_sheet()
    {
        JsonNode picture = Explain("resnet8", "cbam")["pictures"]!.AsArray().Single()!;
        string[] methods = [.. picture["maps"]!.AsArray().Select(m => (string)m!["method"]!)];
        Assert.Contains("grad-cam", methods);
        Assert.Contains("eigen-cam", methods);
        Assert.DoesNotContain("score-cam", methods);
        Assert.Equal(6, methods.Count(m => m == "gate"));
        Assert.Equal("cat dog flat-coated_retriever", string.Join(' ', picture["classes"]!.AsArray().Select(c => (string)c!["class"]!).Order()));
        Assert.True(File.Exists(_folder.File($"out/{picture["sheet"]}")));
        Assert.All(picture["maps"]!.AsArray(), m => Assert.All(new[] { "overlay", "plain", "values" }.Where(f => m![f] is not null), f => Assert.True(File.Exists(_folder.File($"out/{m![f]}")))));
    }

    // The rule from values to pixels, from what lies on the disk alone.
    [Theory]
    [InlineData("--method", "grad-cam", "--target", "dog", "--layer", "layer2")]
    [InlineData("--method", "hires-cam", "--opacity", "0.8")]
    [InlineData("--method", "eigen-cam", "--smooth")]
    public void Painted_pixels_are_the_values_of_the_npy(params string[] flags)
    {
        JsonNode map = Explain("resnet8", null, flags)["pictures"]![0]!["maps"]!.AsArray().Single()!;
        using var scope = TensorScope.Begin();
        Tensor values = NpyFile.Read(_folder.File($"out/{map["values"]}"));
        var read = new ScalarMap("", "", values.Shape[0], values.Shape[1], values.ToArray<float>());
        Assert.Equal(((double)map["minimum"]!, (double)map["maximum"]!, (double)map["entropy"]!), (read.Minimum, read.Maximum, read.Entropy));
        var style = new MapStyle { IsSmooth = flags.Contains("--smooth"), Opacity = flags.Contains("--opacity") ? 0.8 : 0.5 };
        Image ground = MapGround.Of(ImageCodecs.Load(_folder.File("disc.png")));
        Assert.Equal(MapDrawing.Draw(read, 224, 224, style).Pixels, ImageCodecs.Load(_folder.File($"out/{map["plain"]}")).Pixels);
        Assert.Equal(MapDrawing.Over(read, ground, style).Pixels, ImageCodecs.Load(_folder.File($"out/{map["overlay"]}")).Pixels);
    }

    [Fact]
    public void Files_are_named_by_method_and_site()
    {
        JsonNode map = Explain("resnet8", null, "--method", "grad-cam", "--target", "cat-flat-coated_retriever", "--layer", "layer3.0")["pictures"]![0]!["maps"]![0]!;
        Assert.Equal(
            ("grad-cam-layer3.0.npy", "grad-cam-layer3.0.overlay.png", "cat, not flat-coated_retriever"), ((string)map["values"]!, (string)map["overlay"]!, (string)map["target"]!));
    }

    [Theory]
    [InlineData("to", "attends-to")]
    [InlineData("by", "attended-by")]
    public void A_row_or_a_column_of_a_site_is_shown_with_its_cell(string direction, string method)
    {
        JsonNode map = Explain("resnet8", "non_local", "--site", "layer3.0.attention", "--at", "2,3", "--direction", direction)["pictures"]![0]!["maps"]!.AsArray().Single()!;
        Assert.Equal((method, "[2,3]", 4), ((string)map["method"]!, map["at"]!.ToJsonString(), (int)map["rows"]!));
        Assert.Equal($"{method}-layer3.0.attention-2-3.npy", (string)map["values"]!);
        using var scope = TensorScope.Begin();
        double sum = NpyFile.Read(_folder.File($"out/{map["values"]}")).ToArray<float>().Sum();
        Assert.True(direction == "by" || Math.Abs(sum - 1) < 1e-5, $"{sum}");
    }

    [Fact]
    public void The_page_needs_nothing_but_itself_and_says_what_its_pictures_show()
    {
        Explain("vit_mini_patch4", null);
        string page = File.ReadAllText(_folder.File("out/explain.html"));
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"(?:src|href)=""(?!data:)", page);
        Assert.NotEmpty(Alternative().Matches(page));
        Assert.All(Alternative().Matches(page), m => Assert.NotEmpty(m.Groups[1].Value));
        Assert.Contains("not by itself an explanation", page, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"col\">entropy, bits</th>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_pictures_have_folders_and_one_that_cannot_be_read_stops_no_other()
    {
        string weights = TinyModels.Write(_folder, "resnet8");
        TinyModels.Picture(_folder, "in/a/disc.png");
        TinyModels.Picture(_folder, "in/b/disc.png");
        File.WriteAllText(_folder.File("in/broken.png"), "no picture");
        string[] command = ["explain", "--weights", weights, "--image", _folder.File("in/broken.png"), "--image", _folder.File("in/a"), "--image", _folder.File("in/b"), "--method", "grad-cam"];
        Answer answer = Cli.Run([.. command, "--output", _folder.File("out"), "--json"]);
        Assert.Equal(ExitCode.BadData, answer.Code);
        JsonArray pictures = JsonNode.Parse(answer.Output)!["pictures"]!.AsArray();
        Assert.Equal(["disc/", "disc-2/"], pictures.Take(2).Select(p => Regex.Match((string)p!["maps"]![0]!["overlay"]!, "^[^/]+/").Value));
        Assert.Contains("broken.png", (string)pictures[2]!["error"]!, StringComparison.Ordinal);
        Assert.Equal(answer.Output.Trim(), JsonNode.Parse(File.ReadAllText(_folder.File("out/explain.json")))!.ToJsonString());
    }

    [Fact]
    public void Segmentations_are_asked_for_a_mask_a_class_or_a_pixel()
    {
        string Target(params string[] flags) => (string)Explain("unet-small", null, ["--method", "grad-cam", .. flags])["pictures"]![0]!["maps"]![0]!["target"]!;
        Assert.StartsWith("pixels of ", Target(), StringComparison.Ordinal);
        Assert.Equal("pixel 3,12", Target("--target", "3,12"));
        Assert.Contains("dog", Target("--target", "dog"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_sees_windows_is_looked_at_in_the_middle_and_says_so()
    {
        string weights = TinyModels.Write(_folder, "unet-small", windows: true), picture = TinyModels.Picture(_folder, side: 80);
        Answer answer = Cli.Run("explain", "--weights", weights, "--image", picture, "--method", "grad-cam", "--output", _folder.File("out"), "--json");
        Assert.Equal(ExitCode.Done, answer.Code);
        Assert.Contains("in windows of 32×32 pixels; maps are of the window in the middle", answer.Error, StringComparison.Ordinal);
        JsonNode explained = JsonNode.Parse(answer.Output)!["pictures"]![0]!;
        Assert.Equal("""{"x":24,"y":24,"width":32,"height":32}""", explained["region"]!.ToJsonString());

        // The answer is that of all windows.
        JsonNode predicted = JsonNode.Parse(Cli.Ok("predict", picture, "--weights", weights, "--output", _folder.File("masks"), "--json"))!;
        Assert.Equal(predicted["classes"]!.ToJsonString(), explained["classes"]!.ToJsonString());
    }

    [Fact]
    public void Values_of_an_onnx_file_are_layers()
    {
        string weights = TinyModels.Write(_folder, "resnet8"), file = _folder.File("net.onnx");
        Cli.Ok("export", "--weights", weights, "--output", file);
        JsonNode ours = Explain("resnet8", null, "--method", "grad-cam", "--layer", "layer3.0")["pictures"]![0]!;
        string error = Cli.Fails(ExitCode.WrongUse, "explain", "--weights", file, "--image", _folder.File("disc.png"), "--layer", "there-is-none", "--method", "grad-cam", "--output", _folder.File("o"));
        string[] layers = error[(error.IndexOf("are: ", StringComparison.Ordinal) + 5)..].Trim().TrimEnd('.').Split(", ");
        JsonNode theirs = JsonNode.Parse(Cli.Ok(
            "explain", "--weights", file, "--image", _folder.File("disc.png"), "--layer", layers[^1], "--method", "grad-cam", "--output", _folder.File("o"), "--json"))!["pictures"]![0]!;
        Assert.Equal((string)ours["classes"]![0]!["class"]!, (string)theirs["classes"]![0]!["class"]!);
        using var scope = TensorScope.Begin();
        float[] a = NpyFile.Read(_folder.File($"out/{ours["maps"]![0]!["values"]}")).ToArray<float>(), b = NpyFile.Read(_folder.File($"o/{theirs["maps"]![0]!["values"]}")).ToArray<float>();
        Assert.Equal(a.Length, b.Length);
        Assert.All(a.Zip(b), p => Assert.Equal(p.First, p.Second, 1e-4));
    }

    [Fact]
    public void Faithfulness_stands_beside_each_map_over_the_picture()
    {
        JsonNode picture = Explain("resnet8", "cbam")["pictures"]![0]!;
        Assert.All(picture["maps"]!.AsArray(), m => Assert.Equal(m!["overlay"] is not null, m["deletion"] is not null && m["insertion"] is not null));
        Assert.Equal(["random", "edges", "centre"], picture["baselines"]!.AsArray().Select(b => (string)b!["method"]!));
        Assert.Contains("which knows nothing of the model", File.ReadAllText(_folder.File("out/explain.html")), StringComparison.Ordinal);

        // As the library measures them.
        JsonNode map = picture["maps"]!.AsArray().First(m => (string)m!["method"]! == "grad-cam")!;
        using var scope = TensorScope.Begin();
        TrainedModel trained = TrainedModel.Open(_folder.File("resnet8-cbam.safetensors"), new ModelRequest());
        Tensor x = trained.Description.EvaluationPipeline().ToInput(ImageCodecs.Load(_folder.File("disc.png"))), values = NpyFile.Read(_folder.File($"out/{map["values"]}"));
        using var scorer = new PictureScorer(trained.Model, x.Shape);
        DeletionInsertion curves = DeletionInsertion.Of(
            scorer, x, new ClassProbabilityTarget((int)picture["classes"]![0]!["label"]!), new ScalarMap("", "", values.Shape[0], values.Shape[1], values.ToArray<float>()), steps: 8);

        // Batches of another size may add up in another order, in single precision.
        Assert.Equal(curves.Deletion.Area, (double)map["deletion"]!, 1e-5);
        Assert.Equal(curves.Insertion.Area, (double)map["insertion"]!, 1e-5);
    }

    [Theory]
    [InlineData("resnet8", "--steps", "0")]
    [InlineData("unet-small")]
    public void What_is_not_measured_is_null(string model, params string[] flags)
    {
        JsonNode picture = Explain(model, null, ["--method", "grad-cam", .. flags])["pictures"]![0]!;
        Assert.Null(picture["maps"]![0]!["deletion"]);
        Assert.Empty(picture["baselines"]!.AsArray());
    }

    [Fact]
    public void Data_are_judged_into_tables_and_json()
    {
        foreach (string picture in TinyModels.Classes.SelectMany(c => new[] { $"data/{c}/1.png", $"data/{c}/2.png" }))
        {
            TinyModels.Picture(_folder, picture);
        }

        string output = Cli.Ok(
            "explain", "--weights", TinyModels.Write(_folder, "resnet8", "cbam"), "--data", _folder.File("data"), "--pictures", "4", "--method", "grad-cam", "--output",
            _folder.File("out"), "--json");
        JsonNode judged = JsonNode.Parse(output)!;
        Assert.Equal(output.Trim(), File.ReadAllText(_folder.File("out/judged.json")));
        Assert.Equal((4, 4, 4), ((int)judged["statistics"]!["pictures"]!, (int)judged["ablation"]!["pictures"]!, (int)judged["faithfulness"]!["pictures"]!));
        Assert.Equal(["passed by", "passed by", "passed by"], judged["ablation"]!["rows"]!.AsArray().Select(r => (string)r!["title"]!));
        JsonArray rows = judged["faithfulness"]!["rows"]!.AsArray();
        Assert.Equal(["grad-cam", "random", "random-8", "edges", "centre"], rows.Select(r => (string)r!["method"]!));

        // These pictures come without masks, so there is nothing to point at.
        string[] metrics = [.. rows[0]!["metrics"]!.AsArray().Select(m => (string)m!["metric"]!)];
        Assert.Equal(["deletion", "insertion", "roadMost", "roadLeast", "road", "randomization"], metrics);
        Assert.All(rows, r => Assert.Contains((string)r!["method"]!, File.ReadAllText(_folder.File("out/judged.md")), StringComparison.Ordinal));
    }

    [GeneratedRegex("<img alt=\"([^\"]*)\"")]
    private static partial Regex Alternative();

    private JsonNode Explain(string model, string? attention, params string[] flags) => JsonNode.Parse(Cli.Ok(
        ["explain", "--weights", TinyModels.Write(_folder, model, attention), "--image", TinyModels.Picture(_folder), "--output", _folder.File("out"), "--json", .. flags]))!;
}
