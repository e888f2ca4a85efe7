using System.CommandLine;
using System.Text;
using Fovea.Cli.Flags;
using Fovea.Testing;
using Fovea.Training;

namespace Fovea.Cli.Tests;

/// <summary>Whatever is typed, the answer is a sentence and an exit code: each flag of each verb with a value that it should not have, and configurations of all kinds.</summary>
public sealed class CommandLineTests
{
    private const string Nowhere = "/nowhere/to/be/found";

    private static readonly string[] s_values =
    [
        "", " ", "-1", "0", "1.5", "99999999999999999999", "-99999999999999999999", "NaN", "1e999", "true", "a=b=c", "=", "a=", ",", "1,,2", "--", "--no-such-flag", "-z",
        "\u0001\n", "ä/ö", "*", "[]", "{}", "0x10", "é\U0001F600", "2147483647,2147483647,2147483647", "/dev/null/x", new('x', 5000),
    ];

    // Each ends in an error whatever the flags beside it are, so that nothing is trained and nothing written.
    private static readonly Dictionary<string, string[]> s_lines = new()
    {
        ["train"] = ["train", "--data", Nowhere],
        ["eval"] = ["eval", "--weights", Nowhere],
        ["predict"] = ["predict", Nowhere, "--weights", Nowhere],
        ["average"] = ["average", Nowhere, Nowhere],
        ["compare"] = ["compare", "--data", Nowhere],
        ["explain"] = ["explain", "--weights", Nowhere, "--image", Nowhere],
        ["check-data"] = ["check-data", Nowhere],
        ["shard"] = ["shard", Nowhere, "/dev/null/out"],
        ["convert"] = ["convert", Nowhere, "out.png"],
        ["export"] = ["export", "--weights", Nowhere, "--output", Nowhere],
        ["run"] = ["run", Nowhere],
        ["verify"] = ["verify", Nowhere],
        ["bench"] = ["bench", "--mechanism", "no-such"],
        ["profile"] = ["profile", "no-such"],
        ["show"] = ["show", "no-such"],
        ["list"] = ["list", "no-such"],
        ["docs"] = ["docs", "/dev/null/docs"],
        ["serve"] = ["serve", Nowhere],
        ["studio"] = ["studio", "--folder", Nowhere],
        ["completion"] = ["completion", "no-such"],
        ["version"] = ["version", "no-such"],
        ["help"] = ["help", "no-such"],
    };

    public static TheoryData<string> Verbs => [.. CommandLine.Verbs];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void A_flag_with_a_wrong_value_or_none_is_an_error_with_its_name(string verb)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the paths are others");
        Option[] options = [.. CommandLine.Root([verb]).Subcommands.Single().Options];
        foreach (Option option in options)
        {
            // At the end, with nothing after it; before the next flag; and with each of the values.
            IEnumerable<string[]> lines =
            [
                [.. s_lines[verb], option.Name],
                [verb, option.Name, .. s_lines[verb][1..]],
                .. option.Aliases.Select(a => (string[])[.. s_lines[verb], a]),
                .. s_values.Select(v => (string[])[.. s_lines[verb], option.Name, v]),
                .. s_values.Select(v => (string[])[.. s_lines[verb], $"{option.Name}={v}"]),
            ];
            Assert.All(lines, RequireAnswer);
        }
    }

    [Fact]
    public void Words_in_any_order_are_answered()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the paths are others");
        var random = new Random(5);
        foreach (string[] line in s_lines.Values)
        {
            string[] words = [.. CommandLine.Root([line[0]]).Subcommands.Single().Options.Select(o => o.Name).Except(["--help", "--version"]), .. s_values];
            for (int i = 0; i < 30; i++)
            {
                // Enough of them that one is always wrong.
                RequireAnswer([.. line, .. random.GetItems(words, random.Next(1, 6)), "--no-such-flag"]);
            }
        }
    }

    [Fact]
    public void A_configuration_of_any_kind_is_answered()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("config.json");
        string[] values = ["null", "true", "-1", "0", "1e400", "1.5", "\"\"", "\"x\"", "[]", "[null]", "[[1]]", "{}", "{\"a\":null}", "{\"a\":{\"b\":1},\"a\":2}", "\"\\ud800\""];
        string[] names = [.. System.Text.Json.Nodes.JsonNode.Parse(new TrainOptions().ToJson())!.AsObject().Select(o => o.Key), "epoch", "", "Epochs"];
        IEnumerable<byte[]> texts =
        [
            .. from name in names from value in values select Encoding.UTF8.GetBytes($"{{\"{name}\":{value}}}"),
            .. new[]
            {
                "", "null", "[]", "3", "{", "{}", "{\"epochs\":1,\"epochs\":2}", "{\"epochs\":1,}", "{\"epochs\":1}{}", "// a\n{}", "\ufeff{}",
                string.Concat(Enumerable.Repeat("[", 5000)), "{\"attentionOptions\":" + string.Concat(Enumerable.Repeat("{\"a\":", 2000)),
            }.Select(Encoding.UTF8.GetBytes),
            [0xFF, 0xFE, 0x00],
            [.. "{\"name\":\""u8, 0xFF, .. "\"}"u8],
        ];
        foreach (byte[] text in texts)
        {
            File.WriteAllBytes(path, text);
            Answer answer = Cli.Run("train", "--config", path, "--data", Nowhere);
            Assert.True(answer.Code is ExitCode.WrongUse or ExitCode.BadData, $"{Encoding.UTF8.GetString(text)}: exit {answer.Code}\n{answer.Error}");
            Assert.StartsWith("error: ", answer.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{\"epochs\":1,\"epochs\":2}", "epochs", ExitCode.BadData)]
    [InlineData("{\"epoch\":1}", "there is no option \"epoch\"; did you mean \"epochs\"?", ExitCode.WrongUse)]
    [InlineData("{\"resume\":\"runs/a\"}", "\"resume\" continues a run", ExitCode.WrongUse)]
    public void A_wrong_option_of_a_configuration_is_named(string json, string message, int code)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("config.json"), json);
        Assert.Contains(message, Cli.Fails(code, "train", "--config", folder.File("config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_where_a_folder_has_to_be_is_refused_before_anything_is_done()
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("file");
        File.WriteAllText(file, string.Empty);
        foreach (string path in new[] { file, Path.Combine(file, "runs") })
        {
            Assert.Throws<FormatException>(() => FlagValues.Folder.Read(path));
            Assert.Throws<FormatException>(() => FlagValues.OutputFile.Read(Path.Combine(path, "a.json")));
            Assert.Contains("--output: expected a folder", Cli.Fails(ExitCode.WrongUse, "train", "--output", path), StringComparison.Ordinal);
            Assert.Contains("DIR: expected a folder", Cli.Fails(ExitCode.WrongUse, "docs", path), StringComparison.Ordinal);
        }

        Assert.Throws<FormatException>(() => FlagValues.OutputFile.Read(folder.Path));
        Assert.Equal(folder.File("new/er"), FlagValues.Folder.Read(folder.File("new/er")));
        Assert.Contains("got a folder", Cli.Fails(ExitCode.BadData, "train", "--config", folder.Path), StringComparison.Ordinal);
    }

    private static void RequireAnswer(string[] line)
    {
        Answer answer;
        try
        {
            answer = Cli.Run(line);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"fovea {string.Join(' ', line)}", e);
        }

        string shown = $"fovea {string.Join(' ', line.Select(w => w.Length > 100 ? "x…" : w))}: exit {answer.Code}\n{answer.Error}";
        if (line.Contains("--help") || line.Contains("-h") || line.Contains("-?") || line.Contains("--version"))
        {
            Assert.True(answer.Code == ExitCode.Done, shown);
            return;
        }

        Assert.True(answer.Code is ExitCode.WrongUse or ExitCode.BadData, shown);
        Assert.True(answer.Error.StartsWith("error: ", StringComparison.Ordinal), shown);

        // What a parser refuses is named: a flag, an argument, a verb.
        string[] named = [.. line.Where(w => w.StartsWith('-')).Select(w => w.Split('=')[0].TrimStart('-')), line[0], .. line.Where(w => w.Length is > 1 and < 100)];
        Assert.True(named.Any(n => answer.Error.Contains(n, StringComparison.Ordinal)), shown);
    }
}
