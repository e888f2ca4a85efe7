using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Fovea.Simd.Memory;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary>What does not fit into memory is refused before it begins, or made smaller.</summary>
public sealed partial class MemoryGuardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public MemoryGuardTests() => TinyData.MakeDivided(_folder.File("data"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_too_large_are_refused_with_advice_that_fits()
    {
        // The embedded data; a limit, so that the test asks the same of every machine.
        string error = Cli.Fails(ExitCode.Memory, Clutter("--image-size", "4096", "--batch-size", "64", "--memory-limit", "2GB"));
        Assert.Contains("does not fit", error, StringComparison.Ordinal);
        Assert.Contains("activations", error, StringComparison.Ordinal);
        Match advice = Advice().Match(error);
        Assert.True(advice.Success, error);
        Assert.Equal("64", advice.Groups[2].Value);
        Assert.InRange(int.Parse(advice.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), 64, 1024);
        Assert.False(Directory.Exists(_folder.File("runs")));
    }

    [Fact]
    public void A_small_limit_refuses()
    {
        string error = Cli.Fails(ExitCode.Memory, Train("--memory-limit", "1MB"));
        Assert.Contains("raise --memory-limit", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_that_was_Foveas_choice_is_made_smaller_and_said_to_be()
    {
        TinyData.MakeClass(_folder.File("data/train/light"), 76, 210);
        string[] large = Train("--exist-ok", "--json", "--image-size", "256");
        Cli.Ok(Train());

        // Eleven images take about 200 MB and two about 50 beyond what the process has now.
        Answer answer = Cli.Run([.. large, "--memory-limit", $"{Environment.WorkingSet + 150_000_000}"]);
        Assert.True(answer.Code == ExitCode.Done, answer.Error);
        Assert.Matches(@"Batches of 11 images would not fit into .*: they are of \d+ ", answer.Error);
        JsonNode config = JsonNode.Parse(File.ReadAllText(_folder.File("runs/it/config.json")))!;
        JsonNode memory = JsonNode.Parse(File.ReadAllText(_folder.File("runs/it/memory.json")))!;
        Assert.InRange((int)config["batchSize"]!, 2, 10);
        Assert.Equal((int)config["batchSize"]!, (int)memory["batchSize"]!);
        Assert.Equal((long)memory["total"]!, (long)JsonNode.Parse(answer.Output)!["memoryEstimate"]!);
    }

    [Fact]
    public void What_fits_keeps_its_batch_and_says_its_estimate()
    {
        string text = Cli.Ok(Train());
        Assert.Matches(@"memory: about [\d.]+ MB of [\d.]+ [MG]B \(", text);
        Assert.Contains("memory, as estimated", File.ReadAllText(_folder.File("runs/it/report.html")), StringComparison.Ordinal);
        Assert.Equal(3, (int)JsonNode.Parse(File.ReadAllText(_folder.File("runs/it/config.json")))!["batchSize"]!);
    }

    [Fact]
    public void Failed_allocations_have_the_exit_code_of_memory()
    {
        Assert.Equal(ExitCode.Memory, ExitCode.Of(new NativeMemoryException(1, 1)));
        Assert.Equal(ExitCode.Memory, ExitCode.Of(new MemoryException("memory")));
    }

    private string[] Train(params string[] more) =>
        ["train", "--data", _folder.File("data"), "--model", "resnet8", "--epochs", "1", "--output", _folder.File("runs"), "--name", "it", .. more];

    private string[] Clutter(params string[] more) => ["train", "--fraction", "0.01", "--output", _folder.File("runs"), .. more];

    [GeneratedRegex(@"What fits: (?:--batch-size \d+, or )?--image-size (\d+) with --batch-size (\d+)")]
    private static partial Regex Advice();
}
