using System.CommandLine;
using System.Text.Json.Nodes;
using Fovea.Cli.Flags;

namespace Fovea.Cli.Tests;

/// <summary>Help, version, and the answers to words that do not exist.</summary>
public sealed class HelpTests
{
    public static TheoryData<string> Verbs => [.. CommandLine.Root([]).Subcommands.Select(c => c.Name)];

    [Fact]
    public void No_verb_prints_the_help()
    {
        string help = Cli.Ok();
        Assert.Equal(help, Cli.Ok("--help"));
        Assert.All(CommandLine.Root([]).Subcommands, verb => Assert.Contains($"  {verb.Name} ", help, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_has_help_with_an_example(string verb)
    {
        string help = Cli.Ok(verb, "--help");
        Assert.Equal(help, Cli.Ok(verb, "-h"));
        Assert.Contains($"Examples:\n  fovea {verb}", help.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Help_names_every_flag_and_alias_and_fits_the_width(string verb)
    {
        string help = Cli.Ok(verb, "--help");
        Command command = CommandLine.Root([]).Subcommands.Single(c => c.Name == verb);
        foreach (Option option in command.Options)
        {
            Assert.All(option.Aliases.Append(option.Name), name => Assert.Contains($"{name}", help, StringComparison.Ordinal));
            Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{verb} {option.Name} has no help.");
        }

        Assert.All(help.Split('\n'), line => Assert.True(line.Length <= 121, line));
    }

    // The whole tree is only made when no verb is named.
    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_verb_is_made_alone_when_it_is_named(string verb)
    {
        Command alone = Assert.Single(CommandLine.Root([verb, "--help"]).Subcommands);
        Command among = CommandLine.Root([]).Subcommands.Single(c => c.Name == verb);
        Assert.Equal(verb, alone.Name);
        Assert.Equal(among.Options.Select(o => o.Name), alone.Options.Select(o => o.Name));
    }

    // The examples are what people paste: each must at least parse.
    [Theory]
    [MemberData(nameof(Verbs))]
    public void Examples_parse(string verb)
    {
        RootCommand root = CommandLine.Root([]);
        var command = (Verb)root.Subcommands.Single(c => c.Name == verb);
        Assert.NotEmpty(command.Examples);
        foreach (string example in command.Examples)
        {
            string[] words = example.Split(' ');
            Assert.Equal("fovea", words[0]);
            Assert.Empty(root.Parse(words[1..]).Errors);
        }
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void No_two_flags_share_a_name(string verb)
    {
        IEnumerable<string> names = CommandLine.Root([]).Subcommands.Single(c => c.Name == verb).Options.SelectMany(o => o.Aliases.Append(o.Name).Distinct());
        Assert.Empty(names.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public void Help_is_a_verb_too()
    {
        Assert.Equal(Cli.Ok("--help"), Cli.Ok("help"));
        Assert.Equal(Cli.Ok("train", "--help"), Cli.Ok("help", "train"));
        Assert.Contains("there is no verb \"trian\"; did you mean \"train\"?", Cli.Fails(ExitCode.WrongUse, "help", "trian"), StringComparison.Ordinal);
    }

    // A report of a fault needs these; whose machine it is, it does not.
    [Fact]
    public void Version_says_what_runs_on_what()
    {
        string text = Cli.Ok("version");
        Assert.All(["fovea", "commit", "runtime", "os", "processor", "instructions", "threads", "memory"], fact => Assert.Contains($"\n{fact} ", $"\n{text}", StringComparison.Ordinal));
        Assert.DoesNotContain(Environment.MachineName, text, StringComparison.Ordinal);
        Assert.Equal(Environment.ProcessorCount, (int)JsonNode.Parse(Cli.Ok("version", "--json"))!["processors"]!);
    }

    [Theory]
    [InlineData("train --data --model X", "--data: expected a value, got the flag --model.")]
    [InlineData("train --data --modle X", "--data: expected a value, got the flag --modle.")]
    [InlineData("train --epochs --model resnet8", "--epochs: expected a value, got the flag --model.")]
    [InlineData("train --data -b 8", "--data: expected a value, got the flag -b.")]
    [InlineData("predict --weights --top 3 a.png", "--weights: expected a value, got the flag --top.")]
    public void A_forgotten_value_is_said_and_nothing_else(string words, string message)
    {
        string error = Cli.Fails(ExitCode.WrongUse, words.Split(' '));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Equal(2, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void Version_is_printed() => Assert.Matches(@"^\d+\.\d+\.\d+", Cli.Ok("--version"));

    [Theory]
    [InlineData("lst", "list")]
    [InlineData("vrify", "verify")]
    [InlineData("check_data", "check-data")]
    public void A_misspelt_verb_is_answered_with_the_nearest(string word, string meant)
    {
        string error = Cli.Fails(ExitCode.WrongUse, word, "--json");
        Assert.Contains($"there is no verb \"{word}\"; did you mean \"{meant}\"?", error, StringComparison.Ordinal);
        Assert.Contains("See: fovea --help", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--jsn", "--json", "list", "--jsn")]
    [InlineData("--jsn", "--json", "verify", "a.safetensors", "--jsn")]
    [InlineData("--resise", "--resize", "convert", "--resise", "3x3", "a.png", "b.png")]
    [InlineData("--resise", "--resize", "convert", "a.png", "b.png", "--resise=3x3")]
    [InlineData("--exprt", "--export", "check-data", "clutter", "--exprt", "dir")]
    public void A_misspelt_flag_is_answered_with_the_nearest_and_nothing_else(string flag, string meant, params string[] args)
    {
        string error = Cli.Fails(ExitCode.WrongUse, args);
        Assert.Equal(2, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains($"there is no flag \"{flag}", error, StringComparison.Ordinal);
        Assert.Contains($"did you mean \"{meant}\"?", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IN is missing.", "convert")]
    [InlineData("OUT is missing.", "convert", "a.png")]
    [InlineData("there is no argument \"c.png\".", "convert", "a.png", "b.png", "c.png")]
    [InlineData("--resize: expected WxH, got nothing.", "convert", "a.png", "b.png", "--resize")]
    [InlineData("--filter is given 2 times; leave one.", "convert", "a.png", "b.png", "--filter", "box", "--filter", "box")]
    public void Other_mistakes_are_named(string message, params string[] args) =>
        Assert.Contains(message, Cli.Fails(ExitCode.WrongUse, args), StringComparison.Ordinal);
}
