using System.Text.Json;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Checks;

/// <summary>What is said of files that are pictures and are not read.</summary>
public class FormatsTests
{
    private static readonly byte[] s_webp = [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBPVP8 "u8];

    [Theory]
    [InlineData(5, "3 HEIC, 1 WebP: not read, 28.6 % of the pictures; the data are refused, as 1 % or more cannot be read")]
    [InlineData(300, "3 HEIC, 1 WebP: not read, 0.7 % of the pictures; the data are taken without them")]
    public void Formats_that_are_not_read_are_counted_with_what_that_means(int each, string said)
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", each, "a", "b");
        Array.ForEach(["1", "2", "3"], n => folder.File($"d/a/{n}.heic", new byte[40]));
        folder.File("d/b/photo", s_webp);
        DataReport report = DataCheck.Run(DatasetFactory.OpenPair(path), cancellation: TestContext.Current.CancellationToken);
        Assert.Contains(report.Warnings, w => w.Contains(said, StringComparison.Ordinal));
        Assert.Equal(each < 100, report.Problem is not null);
        JsonElement json = JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("whole").GetProperty("notRead");
        Assert.Equal(("HEIC", 3), (json[0].GetProperty("format").GetString(), json[0].GetProperty("count").GetInt32()));
    }

    [Fact]
    public void Pictures_under_other_names_are_noticed_and_left_out()
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", 5, "a", "b");
        folder.File("d/a/1.png.bak", TestFolder.Png(8, 8, "1"));
        folder.File("d/b/photo.dat", s_webp);
        folder.Text("d/b/notes.txt", "no picture");
        DatasetPair pair = DatasetFactory.OpenPair(path);
        Assert.Equal(10, pair.Train.Count + pair.Val.Count);
        string note = Assert.Single(pair.Notes);
        Assert.Contains("2 files are pictures by content and not by name, and left out: a/1.png.bak is a PNG", note, StringComparison.Ordinal);
        Assert.Contains("b/photo.dat is a WebP", note, StringComparison.Ordinal);
    }

    [Fact]
    public void Predict_passes_over_what_data_sets_pass_over()
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", 1, "a");
        folder.File("d/.hidden/1.png", TestFolder.Png(8, 8, "1"));
        folder.File("d/a/._000.png", [1]);
        folder.File("d/runs/x/samples/0.png", TestFolder.Png(8, 8, "2"));
        folder.Text("d/runs/x/config.json", "{}");
        folder.Text("d/runs/x/status.json", "{}");
        folder.File("d/copy.png.old", TestFolder.Png(8, 8, "3"));
        Assert.Equal([Path.Combine(path, "a/000.png")], Predictor.Find([path]));
        Assert.Equal(2, new ImageFiles([path]).Notes.Count);
    }
}
