using System.CommandLine;
using System.Reflection;
using System.Text.Json.Nodes;
using Fovea.Cli.Flags;
using Fovea.Cli.Verbs;
using Fovea.Testing;
using Fovea.Training;

namespace Fovea.Cli.Tests.Verbs;

/// <summary>Rates by depth, all folds, views of pictures and averages of weights, from the command line.</summary>
public sealed class FineTuningTests : IDisposable
{
    // What is typed, the property, the value there.
    private static readonly (string Words, string Property, object Value)[] s_average =
    [
        ("--last 5", "Last", 5),
        ("--greedy", "Greedy", true),
        ("--data photos", "Data", "photos"),
        ("--data-dir photos", "Data", "photos"),
        ("-b 7", "BatchSize", 7),
        ("--batch-size 7", "BatchSize", 7),
        ("--threads 1", "Threads", 1),
        ("--output a.safetensors", "Output", "a.safetensors"),
        ("--force", "Force", true),
    ];

    private readonly TemporaryFolder _folder = new();

    public FineTuningTests() => TinyData.MakeDivided(_folder.File("data"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_flag_of_average_sets_its_property_and_no_other()
    {
        PropertyInfo[] properties = typeof(AverageOptions).GetProperties();
        Assert.Equal(["Inputs"], properties.Select(p => p.Name).Except(s_average.Select(c => c.Property)));
        Assert.Empty(AverageVerb.Flags().All.Select(f => f.Option.Name).Except(s_average.Select(c => c.Words.Split(' ')[0])));
        foreach ((string words, string property, object value) in s_average)
        {
            FlagSet<AverageOptions> flags = AverageVerb.Flags();
            var verb = new Verb("verb", "Does.");
            flags.AddTo(verb);
            ParseResult parsed = verb.Parse(words.Split(' '));
            Assert.Empty(parsed.Errors);
            AverageOptions options = flags.Apply(parsed, new AverageOptions());
            Assert.All(properties.Where(p => p.Name != "Inputs"), p => Assert.Equal(p.Name == property ? value : p.GetValue(new AverageOptions()), p.GetValue(options)));
        }
    }

    [Fact]
    public void A_dry_run_prints_the_layers_with_their_rates()
    {
        Answer answer = Cli.Run(Train("--dry-run", "--json", "--lr", "0.1", "--backbone-lr-scale", "0.5", "--layer-decay", "0.5", "--freeze", "conv1,bn1@1"));
        Assert.Equal(ExitCode.Done, answer.Code);
        Assert.Matches(@"│ head +│ 0.1 at most; \d+ parameters +│", answer.Error);
        Assert.Matches(@"│ layer3 +│ 0.025 at most; [\d,]+ parameters +│", answer.Error);
        Assert.Matches(@"│ conv1 +│ 0.00313 at most; \d+ parameters, frozen +│", answer.Error);
        JsonNode json = JsonNode.Parse(answer.Output)!;
        Assert.Equal(["conv1", "layer1", "layer2", "layer3", "head"], json["parts"]!.AsArray().Select(p => (string)p!["part"]!));
        Assert.Equal(2, (int)json["parts"]![0]!["frozenEpochs"]!);
    }

    [Fact]
    public void All_folds_end_in_one_page_and_one_line()
    {
        string output = Cli.Ok(["train", "--data", _folder.File("data/train"), "--output", _folder.File("runs"), "--model", "resnet8", "--image-size", "16", "--epochs", "1", "--batch-size", "4",
            "--folds", "2", "--fold", "all", "--name", "two", "--json", "-q"]);
        JsonNode json = JsonNode.Parse(Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)))!;
        Assert.Equal((_folder.File("runs/two"), 2, 24), ((string)json["folder"]!, (int)json["folds"]!, json["results"]!.AsArray().Sum(f => (int)f!["images"]!)));
        Assert.True(File.Exists((string)json["report"]!));
        Assert.Contains("--folds N", Cli.Fails(ExitCode.WrongUse, Train("--fold", "all")), StringComparison.Ordinal);
        Assert.Contains("or all", Cli.Fails(ExitCode.WrongUse, Train("--folds", "2", "--fold", "every")), StringComparison.Ordinal);

        // What is complete has nothing left to do.
        Assert.Contains("deviation", Cli.Ok("train", "--resume", _folder.File("runs/two")), StringComparison.Ordinal);
    }

    [Fact]
    public void Checkpoints_of_a_run_are_averaged_and_the_average_is_evaluated_over_views()
    {
        Cli.Ok(Train("--name", "first", "--save-every", "1", "--schedule", "constant", "--lr", "0.01"));
        string average = _folder.File("average.safetensors");
        string text = Cli.Ok("average", _folder.File("runs/first"), "--data", _folder.File("data"), "--output", average);
        Assert.Matches(@"│ members +│ 2 +│", text);
        Assert.Matches(@"│ norms with new statistics +│ \d+ +│", text);
        string views = Cli.Ok("eval", "--weights", average, "--data", _folder.File("data/val"), "--tta", "ten-crop");
        Assert.Matches(@"│ views of each image +│ flip,five-crop \(10\) +│", views);
        Assert.Contains("dark", Cli.Ok("predict", _folder.File("data/val/dark/0.png"), "--weights", average, "--tta", "flip"), StringComparison.Ordinal);
        Assert.Contains("--force", Cli.Fails(ExitCode.WrongUse, "average", _folder.File("runs/first"), "--output", average), StringComparison.Ordinal);
        Answer bare = Cli.Run("average", _folder.File("runs/first"), "--output", average, "--force", "--json");
        Assert.Contains("warning: The batch norms", bare.Error, StringComparison.Ordinal);
        Assert.Equal(2, JsonNode.Parse(bare.Output)!["members"]!.AsArray().Count);

        Cli.Ok(Train("--name", "other", "--attention", "se"));
        Assert.Contains("resnet8 with se", Cli.Fails(ExitCode.BadData, "average", average, _folder.File("runs/other/best.safetensors"), "--output", _folder.File("x.safetensors")),
            StringComparison.Ordinal);
        Assert.Contains("none, flip", Cli.Fails(ExitCode.WrongUse, "eval", "--weights", average, "--tta", "flop"), StringComparison.Ordinal);
    }

    private string[] Train(params string[] more) =>
    [
        "train", "--data", _folder.File("data"), "--output", _folder.File("runs"), "--model", "resnet8", "--image-size", "16", "--epochs", "2", "--batch-size", "4", .. more,
    ];
}
