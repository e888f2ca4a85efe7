using System.Text.Json.Nodes;
using Fovea.Testing;

namespace Fovea.Cli.Tests;

/// <summary><c>eval</c> in several processes over MPI: what one process says, said once. Each test says when it was skipped for want of a launcher.</summary>
[Collection("ranks")]
public sealed class RankedEvaluationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RankedEvaluationTests() => TinyData.MakeDivided(_folder.File("data"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mpirun.openmpi", 4)]
    [InlineData("mpiexec.mpich", 3)]
    public void Processes_of_a_launcher_give_the_result_of_one(string launcher, int ranks)
    {
        RankProcesses.Need(launcher);
        Cli.Ok("train", "--data", _folder.File("data"), "--model", "resnet8", "--image-size", "16", "-b", "4", "--epochs", "1", "--output", _folder.File("runs"), "--name", "run", "--quiet");

        // A damaged image as well: it is left out, and said in the exit code.
        File.WriteAllBytes(Directory.EnumerateFiles(_folder.File("data/val"), "*.png", SearchOption.AllDirectories).Order().First(), [1, 2, 3]);
        string[] words = ["eval", "--weights", _folder.File("runs/run"), "--data", _folder.File("data"), "-b", "1", "--json"];
        Answer alone = Cli.Run(words);
        Assert.Equal(ExitCode.BadData, alone.Code);
        Assert.Contains("cannot be read, and is left out", alone.Error, StringComparison.Ordinal);
        RankProcesses.Ended ended = RankProcesses.Run([launcher, "-n", $"{ranks}", .. RankProcesses.Program, .. words, "--output", _folder.File("shared")]);
        Assert.True(ended.Code == ExitCode.BadData, ended.Text);
        Assert.Contains($"{ranks} ranks: {ranks} on ", ended.Text, StringComparison.Ordinal);
        string line = Assert.Single(ended.Text.Split('\n'), l => l.StartsWith('{'));
        Assert.Equal(WithoutTime(alone.Output), WithoutTime(line));
        Assert.Single(JsonNode.Parse(line)!["unreadable"]!.AsArray());
        Assert.True(File.Exists(_folder.File("shared/report.html")));
    }

    [Fact]
    public void An_error_that_all_find_is_said_and_has_its_code()
    {
        RankProcesses.Need("mpirun.openmpi");
        RankProcesses.Ended ended = RankProcesses.Run(["mpirun.openmpi", "-n", "2", .. RankProcesses.Program, "eval", "--weights", _folder.File("nothing.safetensors"), "--rank-deadline", "20s"]);
        Assert.Contains("nothing.safetensors", ended.Text, StringComparison.Ordinal);
        Assert.NotEqual(0, ended.Code);
    }

    private static string WithoutTime(string json)
    {
        JsonObject all = JsonNode.Parse(json)!.AsObject();
        Assert.True(all.Remove("seconds") && all.Remove("imagesPerSecond"));
        return all.ToJsonString();
    }
}
