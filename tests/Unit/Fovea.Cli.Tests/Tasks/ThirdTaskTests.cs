using System.Text.Json.Nodes;
using Fovea.Testing;
using Fovea.Training;

namespace Fovea.Cli.Tests.Tasks;

/// <summary>A task that src knows nothing of, added with one line, works in every verb that meets it.</summary>
public sealed class ThirdTaskTests
{
    static ThirdTaskTests() => TaskCatalog.Register(new GreyTask());

    [Fact]
    public void It_trains_resumes_evaluates_reports_and_predicts()
    {
        using var folder = new TemporaryFolder();
        TinyData.MakeDivided(folder.File("data"));
        string[] train = ["train", "--task", "grey", "--data", folder.File("data"), "--image-size", "16", "--batch-size", "4", "--lr", "0.02", "--output", folder.File("runs"), "--json"];
        JsonNode first = JsonNode.Parse(Cli.Ok([.. train, "--epochs", "10", "--optimizer", "adam"]).TrimEnd().Split('\n')[^1])!;
        string run = (string)first["run"]!;
        double error = (double)first["valMeanError"]!;

        // Who says the mean for all is off by a third.
        Assert.True(error < 0.25, $"mean error {error}");
        Assert.Null(first["valTop1"]);
        Assert.Contains("train_mean_error,val_loss,val_mean_error,learning_rate", File.ReadLines(Path.Combine(run, "metrics.csv")).First(), StringComparison.Ordinal);
        Assert.Contains("off by", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run, "plots", "mean-error.svg")));
        JsonNode status = JsonNode.Parse(File.ReadAllText(Path.Combine(run, "status.json")))!;
        Assert.Equal(("mean_error", error), ((string)status["metric"]!, (double)status["best"]!));
        Assert.Contains("mean error 0.", File.ReadAllText(Path.Combine(run, "log.txt")), StringComparison.Ordinal);

        string resumed = Cli.Ok("train", "--resume", run, "--epochs", "11");
        Assert.Contains("validation mean error", resumed, StringComparison.Ordinal);
        Assert.Contains("black taken for white", resumed, StringComparison.Ordinal);

        string eval = Cli.Ok("eval", "--weights", run, "--data", folder.File("data"), "--output", folder.File("eval"), "--quiet");
        Assert.Contains("mean error", eval, StringComparison.Ordinal);
        Assert.True(File.Exists(folder.File("eval/report.html")));
        JsonNode json = JsonNode.Parse(Cli.Ok("eval", "--weights", run, "--data", folder.File("data"), "--json"))!;
        Assert.Equal(8, (int)json["images"]!);

        string dark = folder.File("data/val/dark/0.png"), light = folder.File("data/val/light/0.png");
        double[] seen = [.. Cli.Ok("predict", dark, light, "--weights", run, "--json").TrimEnd().Split('\n').Select(l => (double)JsonNode.Parse(l)!["grey"]!)];
        Assert.True(seen[0] < seen[1], $"dark {seen[0]}, light {seen[1]}");
        Assert.StartsWith($"{dark}: ", Cli.Ok("predict", dark, "--weights", run), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_candidates_are_compared_by_its_own_score_of_which_less_is_better()
    {
        using var folder = new TemporaryFolder();
        TinyData.MakeDivided(folder.File("data"));
        string[] compare = ["compare", "--task", "grey", "--data", folder.File("data"), "--image-size", "16", "--batch-size", "4", "--attention", "none,se,eca", "--seeds", "2", "--epochs", "2"];
        JsonNode json = JsonNode.Parse(Cli.Ok([.. compare, "--lr", "0.01", "--output", folder.File("runs"), "--json"]).TrimEnd().Split('\n')[^1])!;
        Assert.Equal(("mean_error", 2), ((string)json["metric"]!, (int)json["degreesOfFreedom"]!));
        Assert.Contains("the score is no mean over images, so what other images would do is not known", (string)json["method"]!, StringComparison.Ordinal);
        JsonArray candidates = json["candidates"]!.AsArray();
        Assert.All(candidates.Skip(1), c =>
        {
            Assert.Equal((double)c!["score"]! - (double)candidates[0]!["score"]!, (double)c["difference"]!, 1e-12);
            Assert.InRange((double)c["correctedP"]!, (double)c["p"]!, 1);
        });
        Assert.Contains("mean error", File.ReadAllText((string)json["report"]!), StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_go_with_it_is_refused_in_its_own_words()
    {
        using var folder = new TemporaryFolder();
        TinyData.MakeDivided(folder.File("data"));
        string[] train = ["train", "--task", "grey", "--data", folder.File("data"), "--output", folder.File("runs")];
        Assert.Contains("pictures with a brightness each", Cli.Fails(ExitCode.WrongUse, [.. train, "--model", "unet-small"]), StringComparison.Ordinal);
        Assert.Contains("with a brightness each leave --mixup", Cli.Fails(ExitCode.WrongUse, [.. train, "--mixup", "0.2"]), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TaskCatalog.Register(new GreyTask(new GreyLabels("classify"))));
        Assert.False(Directory.Exists(folder.File("runs")));
    }
}
