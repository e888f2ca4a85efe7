using System.Text.Json.Nodes;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>check-data</c> on folders that were made for it.</summary>
public sealed class CheckDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_per_class_is_counted_whole()
    {
        Fill("a", 5);
        Fill("b", 3);
        string text = Cli.Ok("check-data", _folder.Path);
        Assert.Contains("8 images of 2 classes; all 16x12; 0 grey, 0 with alpha, 0 duplicates, 0 unreadable", text, StringComparison.Ordinal);
        Assert.Matches(@"│ a +│ +5 │ +4 │ +1 │", text);
        Assert.Matches(@"│ b +│ +3 │ +2 │ +1 │", text);
        Assert.Contains("training and validation: 0.1 of each class held out by seed 0", text, StringComparison.Ordinal);
        Assert.Contains("The data are fit for training.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Divided_data_are_counted_part_by_part_and_what_is_in_both_is_named()
    {
        Fill("train/a", 4);
        Fill("train/b", 4);
        Fill("val/a", 2, seed: 50);
        Fill("val/b", 2, seed: 60);
        File.Copy(_folder.File("train/a/0.png"), _folder.File("val/a/9.png"));
        string text = Cli.Ok("check-data", _folder.Path);
        Assert.Matches(@"│ a +│ +4 │ +3 │", text);
        Assert.Contains("both, pixel for pixel: 1", text, StringComparison.Ordinal);
        Assert.Matches(@"a/0\.png = .*a/9\.png", text);

        JsonNode json = JsonNode.Parse(Cli.Ok("check-data", _folder.File("train"), "--val", _folder.File("val"), "--json"))!;
        Assert.Equal((8, 5), ((int)json["train"]!["count"]!, (int)json["val"]!["count"]!));
        Assert.Single(json["overlaps"]!.AsArray());
    }

    [Fact]
    public void Unreadable_images_are_named_and_too_many_are_bad_data()
    {
        Fill("a", 3);
        Fill("b", 3);
        File.WriteAllText(_folder.File("b/broken.jpg"), "no picture");
        Answer answer = Cli.Run("check-data", _folder.Path);
        Assert.Equal(ExitCode.BadData, answer.Code);
        Assert.Matches(@"unreadable: .*broken\.jpg", answer.Output);
        Assert.Contains("1 of 7 pictures cannot be read", answer.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("fit for training", answer.Output, StringComparison.Ordinal);

        // The JSON is whole all the same.
        Answer json = Cli.Run("check-data", _folder.Path, "--json");
        Assert.Equal(ExitCode.BadData, json.Code);
        Assert.EndsWith("broken.jpg", (string)JsonNode.Parse(json.Output)!["whole"]!["unreadable"]![0]!["name"]!, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_that_differ_are_bad_data()
    {
        Fill("t/a", 2);
        Fill("t/b", 2);
        Fill("v/a", 2);
        string error = Cli.Fails(ExitCode.BadData, "check-data", _folder.File("t"), "--val", _folder.File("v"));
        Assert.Contains("must have the same classes", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_data_are_not_exported()
    {
        Fill("a", 2);
        Assert.Contains("writes the embedded data out", Cli.Fails(ExitCode.WrongUse, "check-data", _folder.Path, "--export", _folder.File("x")), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("x")));
    }

    [Fact]
    public void A_folder_that_is_not_empty_is_not_exported_into()
    {
        Fill("a", 1);
        Assert.Contains("is not empty", Cli.Fails(ExitCode.BadData, "check-data", "clutter", "--export", _folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Data_that_are_not_there_are_bad_data() =>
        Assert.Contains("there is no such folder or file", Cli.Fails(ExitCode.BadData, "check-data", _folder.File("none")), StringComparison.Ordinal);

    private void Fill(string name, int count, int seed = 0) => TinyData.MakeClass(_folder.File(name), count, 128, seed);
}
