using System.CommandLine;
using Fovea.Cli.Flags;
using Fovea.Training;

namespace Fovea.Cli.Tests.Flags;

/// <summary>What <c>compare</c> takes: its own flags set their property, and of train's it has all that candidates can share.</summary>
public sealed class CompareFlagsTests
{
    // Of one run, or the candidates' difference, or the comparison's own under the same name.
    private static readonly string[] s_ofRuns = ["--attention", "--resume", "--allow-changed-data", "--time-limit", "--output", "--name", "--exist-ok"];

    [Fact]
    public void Each_flag_sets_its_property()
    {
        Assert.Equal(["none", "se", "eca"], Parse("--attention none,se,eca").Attention);
        Assert.Equal(["a.pth", "random"], Parse("--start a.pth,random").Starts);
        Assert.Equal(5, Parse("--seeds 5").Seeds);
        Assert.Equal(TimeSpan.FromHours(2), Parse("--budget 2h").Budget);
        Assert.Equal("out", Parse("--output out").Output);
        Assert.Equal("out", Parse("--project out").Output);
        Assert.Equal("first", Parse("--name first").Name);
        Assert.Equal("runs/compare/a", Parse("--resume runs/compare/a").Resume);
        ComparisonOptions untouched = Parse(string.Empty);
        Assert.Equal((3, 8, 0), (untouched.Seeds, untouched.Attention.Count, untouched.Starts.Count));
    }

    [Fact]
    public void The_recipe_is_that_of_train() => Assert.Equal(
        TrainFlags.Build().All.Select(f => f.Option.Name).Except(s_ofRuns).Order(), TrainFlags.Shared().All.Select(f => f.Option.Name).Order());

    [Fact]
    public void A_device_is_of_the_runs() => Assert.Equal("torch:cpu", Recipe("--device torch:cpu").Engine?.Name);

    private static TrainOptions Recipe(string words)
    {
        FlagSet<TrainOptions> flags = TrainFlags.Shared();
        var verb = new Verb("compare", "Compares.");
        flags.AddTo(verb);
        return flags.Apply(verb.Parse(words.Split(' ')), new TrainOptions());
    }

    private static ComparisonOptions Parse(string words)
    {
        FlagSet<ComparisonOptions> flags = CompareFlags.Build();
        var verb = new Verb("compare", "Compares.");
        flags.AddTo(verb);
        ParseResult parsed = verb.Parse(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(parsed.Errors);
        return flags.Apply(parsed, new ComparisonOptions());
    }
}
