using System.Diagnostics;
using System.Text.Json.Nodes;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>compare</c>: small comparisons, refusals, and a process that is killed in the middle of one.</summary>
public sealed class CompareTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CompareTests() => TinyData.MakeDivided(_folder.File("data"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void People_and_scripts_are_told_the_same()
    {
        Answer answer = Cli.Run(Compare("--attention", "none,se", "--seeds", "2", "--json"));
        Assert.Equal(ExitCode.Done, answer.Code);
        JsonNode json = JsonNode.Parse(Assert.Single(answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)))!;
        string folder = _folder.File("runs/data-resnet8");
        Assert.Equal((folder, true, "none", 4), ((string)json["folder"]!, (bool)json["complete"]!, (string)json["baseline"]!, (int)json["runs"]!));
        Assert.Equal(["none", "se"], json["candidates"]!.AsArray().Select(c => (string)c!["name"]!));
        Assert.All(json["candidates"]!.AsArray(), c => Assert.True((long)c!["multiplyAdds"]! > 0 && (double)c["stepMilliseconds"]! > 0 && c["score"] is not null));
        Assert.True(File.Exists(Path.Combine(folder, "report.html")));
        Assert.Equal(json.ToJsonString(), JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "compare.json")))!.ToJsonString());
        Assert.Contains("run 4 of 4: se, seed 1", answer.Error, StringComparison.Ordinal);
        Assert.Contains((string)json["conclusion"]!, answer.Error, StringComparison.Ordinal);
        Assert.Contains($"Report: {Path.Combine(folder, "report.html")}", answer.Error, StringComparison.Ordinal);

        // The multiply-adds are those that profile counts, and the runs are runs.
        string run = Path.Combine(folder, "se-seed1");
        JsonNode profile = JsonNode.Parse(Cli.Ok("profile", run, "--runs", "1", "--json"))!;
        Assert.Equal((long)profile["multiplyAdds"]!, (long)json["candidates"]![1]!["multiplyAdds"]!);
        Assert.Equal((long)profile["parameters"]!, (long)json["candidates"]![1]!["parameters"]!);
        JsonNode eval = JsonNode.Parse(Cli.Ok("eval", "--weights", run, "--data", _folder.File("data/val"), "--json"))!;
        Assert.Equal((double)eval["top1"]!, (double)json["candidates"]![1]!["scores"]![1]!);
    }

    [Theory]
    [InlineData("there is no mechanism \"sse\"; did you mean \"se\"?", "--attention", "none,sse")]
    [InlineData("se is there twice", "--attention", "se,se")]
    [InlineData("expected names with commas between", "--attention", "none,,se")]
    [InlineData("expected two candidates at least, got 1", "--attention", "none")]
    [InlineData("expected a whole number from 1 to 100", "--seeds", "0")]
    [InlineData("expected a time above 0", "--budget", "soon")]
    [InlineData("the budget is", "--budget", "0.001s")]
    [InlineData("--weights cannot be given with --start", "--start", "random", "--weights", "a.pth")]
    [InlineData("none of the candidates has an option heads", "--attention-option", "heads=2")]
    [InlineData("a comparison goes on with its own options; leave out --output, ", "--resume", "somewhere")]
    [InlineData("there is no flag \"--time-limit\"", "--time-limit", "1h")]
    public void What_does_not_fit_is_refused(string message, params string[] more)
    {
        Assert.Contains(message, Cli.Fails(ExitCode.WrongUse, Compare(more)), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("runs/data-resnet8")));
    }

    [Fact]
    public void A_model_is_named_without_its_mechanism() => Assert.Contains(
        "name the model without it", Cli.Fails(ExitCode.WrongUse, "compare", "--model", "se_resnet8", "--output", _folder.File("runs")), StringComparison.Ordinal);

    [Fact]
    public void What_is_no_comparison_cannot_go_on() => Assert.Contains(
        "expected the folder of a comparison", Cli.Fails(ExitCode.BadData, "compare", "--resume", _folder.File("data")), StringComparison.Ordinal);

    // Killed outright in its second run; the same command makes the page that it would have made, with the costs that were measured.
    [Fact]
    public async Task A_process_that_was_killed_goes_on_with_the_same_command()
    {
        string[] words = Compare("--attention", "none,se", "--seeds", "2", "--epochs", "12", "--name", "cmp");
        using (Process child = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "fovea.dll"), .. words]) { RedirectStandardOutput = true })!)
        {
            bool isSecond = false;
            while (await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !(isSecond && line.StartsWith("epoch  2/12", StringComparison.Ordinal)))
            {
                isSecond |= line.StartsWith("run 2 of 4", StringComparison.Ordinal);
            }

            child.Kill();
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        string folder = _folder.File("runs/cmp"), through = _folder.File("through/cmp");
        Assert.True(File.Exists(Path.Combine(folder, "se-seed0", "checkpoints", "last.ckpt")));
        Assert.False(File.Exists(Path.Combine(folder, "se-seed1", "config.json")));
        Assert.Contains("resumed at epoch", Cli.Ok(words), StringComparison.Ordinal);
        Directory.CreateDirectory(through);
        File.Copy(Path.Combine(folder, "plan.json"), Path.Combine(through, "plan.json"));
        Cli.Ok("compare", "--resume", through, "--quiet");
        Assert.Equal(File.ReadAllText(Path.Combine(through, "report.html")), File.ReadAllText(Path.Combine(folder, "report.html")));
        Assert.Equal(
            File.ReadAllText(Path.Combine(through, "compare.json")).Replace(through, folder, StringComparison.Ordinal), File.ReadAllText(Path.Combine(folder, "compare.json")));
    }

    [Fact]
    public async Task Processes_with_the_same_command_share_the_runs()
    {
        string[] words = Compare("--attention", "none,se,eca", "--seeds", "2", "--epochs", "30", "--json");
        (int Code, string Output, string[] Runs)[] both = await Task.WhenAll(Go(), Go());
        Assert.All(both, b => Assert.Equal((ExitCode.Done, both[0].Output), (b.Code, b.Output)));
        Assert.Equal(6, (int)JsonNode.Parse(both[0].Output)!["runs"]!);
        Assert.All(both, b => Assert.NotEmpty(b.Runs));
        Assert.Equal(["run 1", "run 2", "run 3", "run 4", "run 5", "run 6"], both.SelectMany(b => b.Runs).Order(StringComparer.Ordinal));

        async Task<(int Code, string Output, string[] Runs)> Go()
        {
            CancellationToken stop = TestContext.Current.CancellationToken;
            using Process child = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "fovea.dll"), .. words])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> output = child.StandardOutput.ReadToEndAsync(stop), error = child.StandardError.ReadToEndAsync(stop);
            await Task.WhenAll(output, error, child.WaitForExitAsync(stop));
            string[] runs = [.. (await error).Split('\n').Where(l => l.StartsWith("run ", StringComparison.Ordinal)).Select(l => l[..l.IndexOf(" of", StringComparison.Ordinal)])];
            return (child.ExitCode, await output, runs);
        }
    }

    private string[] Compare(params string[] more) =>
    [
        "compare", "--data", _folder.File("data"), "--model", "resnet8", "--image-size", "16", "--batch-size", "4", "--workers", "1", "--threads", "1",
        "--output", _folder.File("runs"), .. more.Contains("--epochs") ? [] : new[] { "--epochs", "2" }, .. more,
    ];
}
