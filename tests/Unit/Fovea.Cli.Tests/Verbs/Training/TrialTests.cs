using System.Text.Json.Nodes;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>train --dry-run</c> and <c>train --find-lr</c>.</summary>
public sealed class TrialTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TrialTests() => TinyData.MakeDivided(_folder.File("data"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_dry_run_tells_people_and_scripts_the_same()
    {
        Answer answer = Cli.Run(Train("--dry-run", "--json", "--name", "x"));
        Assert.Equal(ExitCode.Done, answer.Code);
        JsonNode json = JsonNode.Parse(Assert.Single(answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)))!;
        string picture = _folder.File("runs/dry-run/batch.png");
        Assert.Equal((picture, 24), ((string)json["picture"]!, (int)json["trainImages"]!));
        Assert.True(File.Exists(picture));
        Assert.Contains($"First batch: {picture}", answer.Error, StringComparison.Ordinal);
        Assert.Matches(@"│ epochs +│ 2 epochs of 6 batches, 4 images each +│", answer.Error);
        Assert.Matches(@"│ weights +│ random +│", answer.Error);
        Assert.Contains("memory: about ", answer.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("runs/x")));
    }

    [Fact]
    public void A_dry_run_shows_what_becomes_of_weights()
    {
        Cli.Ok(Train("--name", "first"));
        string text = Cli.Ok(Train("--dry-run", "--weights", _folder.File("runs/first"), "--attention", "cbam"));
        Assert.Matches(@"│ weights +│ \S+best.safetensors: \d+ of \d+ tensors are of the weights. Fresh: ", text);
    }

    [Fact]
    public void The_search_for_the_rate_suggests_and_draws()
    {
        Answer answer = Cli.Run(Train("--find-lr", "--json"));
        Assert.Equal(ExitCode.Done, answer.Code);
        JsonNode json = JsonNode.Parse(Assert.Single(answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)))!;
        Assert.Equal(_folder.File("runs/find-lr/report.html"), (string)json["report"]!);
        Assert.True(File.Exists((string)json["report"]!));
        Assert.Matches(@"│ suggestion +│ [0-9.e-]+: the loss falls fastest +│", answer.Error);
        Assert.Contains("Train with --lr ", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCode.WrongUse, "--find-lr cannot be given with --dry-run", "--dry-run", "--find-lr")]
    [InlineData(ExitCode.WrongUse, "--resume cannot be given with --dry-run", "--dry-run", "--resume", "somewhere")]
    [InlineData(ExitCode.WrongUse, "--resume cannot be given with --find-lr", "--find-lr", "--resume", "somewhere")]
    [InlineData(ExitCode.Memory, "does not fit", "--dry-run", "--memory-limit", "1MB")]
    [InlineData(ExitCode.Memory, "does not fit", "--find-lr", "--memory-limit", "1MB")]
    [InlineData(ExitCode.Diverged, "Lower --lr", "--dry-run", "--lr", "1e30")]
    public void What_a_run_would_refuse_is_refused_with_its_code(int code, string message, params string[] more) =>
        Assert.Contains(message, Cli.Fails(code, Train(more)), StringComparison.Ordinal);

    private string[] Train(params string[] more) =>
    [
        "train", "--data", _folder.File("data"), "--model", "resnet8", "--image-size", "16", "-b", "4", "--epochs", "2", "--threads", "1", "--output", _folder.File("runs"), .. more,
    ];
}
