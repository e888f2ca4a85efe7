using System.Text.Json.Nodes;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>train</c>, <c>eval</c> and <c>predict</c> from end to end on a few tiny pictures.</summary>
public sealed class TrainTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TrainTests() => TinyData.MakeDivided(_folder.File("data"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_is_trained_evaluated_and_asked_for_predictions()
    {
        string text = Cli.Ok(Train("first", "--epochs", "3"));
        string run = _folder.File("runs/first");
        Assert.Contains($"run: {run}", text, StringComparison.Ordinal);
        Assert.Matches(@"epoch 3/3   loss \d\.\d{4} top-1 \d+\.\d\d %   val loss \d+\.\d{4} top-1 \d+\.\d\d %", text);
        Assert.Matches(@"│ outcome +│ completed +│", text);
        Assert.Matches(@"│ dark +│ +4 │", text);
        Assert.EndsWith($"Report: {Path.Combine(run, "report.html")}", text.TrimEnd(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run, "report.html")));
        Assert.StartsWith("fovea train --data ", File.ReadAllText(Path.Combine(run, "command.txt")), StringComparison.Ordinal);

        string weights = Path.Combine(run, "best.safetensors");
        JsonNode result = JsonNode.Parse(Cli.Ok("eval", "--weights", weights, "--data", _folder.File("data"), "--json"))!;
        Assert.Equal(["images", "top1Correct", "top1", "top5", "loss"], result.AsObject().Select(p => p.Key).Take(5));
        Assert.Equal(8, (int)result["images"]!);
        string table = Cli.Ok("eval", "--weights", run, "--data", _folder.File("data"), "--output", _folder.File("evaluation"));
        Assert.Contains($"({(int)result["top1Correct"]!} of 8)", table, StringComparison.Ordinal);
        Assert.Contains($"Report: {_folder.File("evaluation/report.html")}", table, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder.File("evaluation/report.html")));

        string[] lines = Cli.Ok("predict", _folder.File("data/val"), "--weights", weights, "--json").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(8, lines.Length);
        Assert.All(lines, line =>
        {
            JsonArray classes = JsonNode.Parse(line)!["classes"]!.AsArray();
            Assert.Equal(["dark", "light"], classes.Select(c => (string)c!["class"]!).Order());
            Assert.Equal(1, classes.Sum(c => (double)c!["probability"]!), 1e-5);
        });

        // The same images, the same classes as the evaluation counted.
        int right = lines.Select(l => JsonNode.Parse(l)!).Count(n =>
            ((string)n["path"]!).Contains($"{Path.DirectorySeparatorChar}{(string)n["classes"]![0]!["class"]!}{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        Assert.Equal((int)result["top1Correct"]!, right);
    }

    [Fact]
    public void Json_is_the_last_line_of_the_output_and_the_rest_goes_to_the_error_output()
    {
        Answer answer = Cli.Run(Train("json", "--epochs", "1", "--json"));
        Assert.Equal(ExitCode.Done, answer.Code);
        JsonNode result = JsonNode.Parse(Assert.Single(answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)))!;
        Assert.Equal(["run", "epochs", "valTop1", "seconds", "imagesPerSecond"], result.AsObject().Select(p => p.Key).Take(5));
        Assert.Equal((_folder.File("runs/json"), 1), ((string)result["run"]!, (int)result["epochs"]!));
        Assert.Contains("epoch 1/1", answer.Error, StringComparison.Ordinal);
        Assert.Contains("report.html", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_met_its_time_limit_goes_on_with_resume()
    {
        Cli.Ok(Train("whole", "--epochs", "2"));
        string text = Cli.Ok(Train("parts", "--epochs", "2", "--time-limit", "0.001s"));
        Assert.Contains("stopped at the time limit", text, StringComparison.Ordinal);
        string run = _folder.File("runs/parts");
        Assert.Contains($"Continue with: fovea train --resume {run}", text, StringComparison.Ordinal);
        Assert.Contains("resumed at epoch", Cli.Ok("train", "--resume", run, "--threads", "1"), StringComparison.Ordinal);
        Assert.Equal(
            File.ReadAllBytes(_folder.File("runs/whole/best.safetensors")), File.ReadAllBytes(Path.Combine(run, "best.safetensors")));
    }

    [Fact]
    public void Resume_takes_no_options_that_the_run_has_itself()
    {
        string error = Cli.Fails(ExitCode.WrongUse, "train", "--resume", "somewhere", "--epochs", "3", "--lr", "0.1", "--batch-size", "3", "--threads", "1");
        Assert.Contains("leave out --batch-size, --lr.", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_config_file_gives_options_and_flags_go_before_it()
    {
        Cli.Ok(Train("first", "--epochs", "1", "--label-smoothing", "0.1"));
        string config = _folder.File("runs/first/config.json");
        Cli.Ok("train", "--config", config, "--name", "second", "--label-smoothing", "0.2");
        JsonNode second = JsonNode.Parse(File.ReadAllText(_folder.File("runs/second/config.json")))!;
        Assert.Equal((1, 0.2), ((int)second["epochs"]!, (double)second["labelSmoothing"]!));
    }

    [Theory]
    [InlineData(ExitCode.WrongUse, """{"epoch": 3}""", "there is no option \"epoch\"; did you mean \"epochs\"?")]
    [InlineData(ExitCode.BadData, """{"epochs": "many"}""", "expected a JSON object of options")]
    [InlineData(ExitCode.BadData, "epochs: 3", "expected a JSON object of options")]
    [InlineData(ExitCode.BadData, "[1]", "expected a JSON object of options")]
    public void A_wrong_config_file_is_explained(int code, string content, string message)
    {
        string file = _folder.File("config.json");
        File.WriteAllText(file, content);
        string error = Cli.Fails(code, "train", "-c", file);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Contains("config.json", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is no option \"reductoin\"; did you mean \"reduction\"?", "--attention", "se", "--attention-option", "reductoin=8")]
    [InlineData("there is no mechanism for reduction; name it with --attention KEY", "--attention-option", "reduction=8")]
    [InlineData("there is no place", "--attention", "se", "--attention-at", "layer9")]
    [InlineData("auto-augment: expected none, rand", "--auto-augment", "random")]
    public void Wrong_names_are_wrong_use_and_leave_no_run_behind(string message, params string[] more)
    {
        string error = Cli.Fails(ExitCode.WrongUse, Train("wrong", more));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("runs/wrong")));
    }

    [Fact]
    public void Bad_data_are_bad_data_with_every_file_named()
    {
        File.WriteAllText(_folder.File("data/train/dark/broken.jpg"), "no picture");
        string error = Cli.Fails(ExitCode.BadData, Train("bad"));
        Assert.Contains("broken.jpg", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("runs/bad")));
    }

    [Fact]
    public void An_unreadable_image_is_named_and_does_not_stop_the_others()
    {
        Cli.Ok(Train("first", "--epochs", "1"));
        File.WriteAllText(_folder.File("data/val/dark/1-broken.png"), "no picture");
        string weights = _folder.File("runs/first/best.safetensors");
        Answer answer = Cli.Run("predict", _folder.File("nowhere.png"), _folder.File("data/val"), "--weights", weights, "--batch-size", "3", "--top", "1");
        Assert.Equal(ExitCode.BadData, answer.Code);
        string[] lines = answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(8, lines.Length);
        Assert.All(lines, line => Assert.Matches(@"\.png: (dark|light) \d+\.\d\d %\r?$", line));
        Assert.Contains("nowhere.png: there is no such file", answer.Error, StringComparison.Ordinal);
        Assert.Contains("1-broken.png", answer.Error, StringComparison.Ordinal);

        string[] json = Cli.Run("predict", _folder.File("data/val/dark/1-broken.png"), "--weights", weights, "--json").Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.EndsWith("1-broken.png", (string)JsonNode.Parse(Assert.Single(json))!["path"]!, StringComparison.Ordinal);
        Assert.NotNull(JsonNode.Parse(json[0])!["error"]);
    }

    [Fact]
    public void Weights_that_are_missing_or_of_another_model_are_explained()
    {
        Assert.Contains("give --weights FILE", Cli.Fails(ExitCode.WrongUse, "eval"), StringComparison.Ordinal);
        Cli.Ok(Train("first", "--epochs", "1"));
        string weights = _folder.File("runs/first/best.safetensors");
        Assert.Contains(
            "conv1", Cli.Fails(ExitCode.BadData, "predict", _folder.File("data"), "--weights", weights, "--model", "resnet18"), StringComparison.Ordinal);
    }

    private string[] Train(string name, params string[] more) =>
    [
        "train", "--data", _folder.File("data"), "--model", "resnet8", "--image-size", "16", "--batch-size", "4", "--lr", "0.02", "--workers", "1",
        "--output", _folder.File("runs"), "--name", name, .. more,
    ];
}
