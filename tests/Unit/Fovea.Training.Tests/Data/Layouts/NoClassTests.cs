using Fovea.Training.Data;
using Fovea.Training.Tests.Data.Masks;

namespace Fovea.Training.Tests.Data.Layouts;

/// <summary>What lies in a data folder without being a class.</summary>
public class NoClassTests
{
    [Theory]
    [InlineData("runs/classify/x-resnet8/samples/0.png", "runs/classify/x-resnet8/config.json", "runs/classify/x-resnet8/status.json")]
    [InlineData("whatever/samples/0.png", "whatever/config.json", "whatever/status.json")]
    [InlineData("out/a/1.png", "out/a/config.json", "out/a/status.json", "out/b/config.json", "out/b/status.json")]
    [InlineData("scores/plots/1.png", "scores/report.html", "scores/predictions.csv", "scores/confusion.csv")]
    [InlineData("runs/predict/1.png")]
    [InlineData("runs/dry-run/batch.png", "runs/dry-run/dry-run.json", "runs/find-lr/report.html", "runs/find-lr/find-lr.json")]
    [InlineData("out/dry-run/batch.png", "out/dry-run/dry-run.json")]
    [InlineData(".hidden/1.png", ".ipynb_checkpoints/2.png", "__MACOSX/cat/._1.png", "@eaDir/3.png", "$RECYCLE.BIN/4.png")]
    [InlineData("cat/._000.png", "cat/Thumbs.db", "cat/.DS_Store", "dog/desktop.ini")]
    [InlineData("docs/readme.md", "scripts/make.py", "__pycache__/make.pyc")]
    [InlineData("runs/classify/unfinished/command.txt")]
    public void Beside_classes_it_changes_nothing(params string[] names)
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", 4, "cat", "dog");
        DatasetPair before = DatasetFactory.OpenPair(path);
        Array.ForEach(names, n => folder.File($"d/{n}", n.EndsWith(".png", StringComparison.Ordinal) ? TestFolder.Png(8, 8, n) : [65]));
        DatasetPair after = DatasetFactory.OpenPair(path);
        Assert.Equal(["cat", "dog"], after.Classes);
        Assert.Equal(SampleNames.Of(before.Train), SampleNames.Of(after.Train));
        Assert.Equal(SampleNames.Of(before.Val), SampleNames.Of(after.Val));
    }

    [Fact]
    public void What_runs_wrote_is_said_to_be_left_out()
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", 4, "cat", "dog");
        folder.File("d/runs/a/samples/0.png", TestFolder.Png(8, 8, "x"));
        folder.Text("d/runs/a/config.json", "{}");
        folder.Text("d/runs/a/status.json", "{}");
        Assert.Contains("left out runs/", Assert.Single(DatasetFactory.OpenPair(path).Notes), StringComparison.Ordinal);
        Assert.Empty(DatasetFactory.OpenPair(folder.Classes("e", 2, "cat", "dog")).Notes);
    }

    [Fact]
    public void The_folder_that_a_run_will_write_into_is_no_class()
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", 4, "cat", "dog");
        folder.File("d/out/1.png", TestFolder.Png(8, 8, "x"));
        Assert.Equal(["cat", "dog", "out"], DatasetFactory.OpenPair(path).Classes);
        DatasetPair pair = DatasetFactory.OpenPair(path, options: new DatasetOptions { Output = Path.Combine(path, "out") });
        Assert.Equal(["cat", "dog"], pair.Classes);
        Assert.Contains("out/", Assert.Single(pair.Notes), StringComparison.Ordinal);

        // The data folder itself, and what lies elsewhere, are no part of the data to leave out.
        Assert.Equal(3, DatasetFactory.OpenPair(path, options: new DatasetOptions { Output = path }).Classes.Count);
        Assert.Equal(3, DatasetFactory.OpenPair(path, options: new DatasetOptions { Output = folder.Root }).Classes.Count);
    }

    [Theory]
    [InlineData("extra/1.png", "extra/ (1 picture)")]
    [InlineData("preview.png", "1 picture in no folder")]
    [InlineData("test/cat/1.png", "test/ (1 picture)")]
    [InlineData("samples/deep/1.png", "samples/ (1 picture)")]
    public void A_split_stays_one_whatever_lies_beside_it_and_that_is_said(string beside, string said)
    {
        using var folder = new TestFolder();
        folder.Classes("d/train", 4, "cat", "dog");
        folder.Classes("d/val", 2, "cat", "dog");
        folder.File($"d/{beside}", TestFolder.Png(8, 8, "beside"));
        DatasetPair pair = DatasetFactory.OpenPair(Path.Combine(folder.Root, "d"));
        Assert.Equal((8, 4), (pair.Train.Count, pair.Val.Count));
        Assert.Equal(["cat", "dog"], pair.Classes);
        Assert.Contains($"taken as train/ and val/; left out {said}", Assert.Single(pair.Notes), StringComparison.Ordinal);
        Assert.Contains(pair.Notes[0], DataCheck.Run(pair, cancellation: TestContext.Current.CancellationToken).Warnings);
    }

    [Theory]
    [InlineData("dataset/train", "dataset/val", "more/1.png")]
    [InlineData("download/set/Training", "download/set/Testing", "preview.png")]
    [InlineData("a/TRAIN", "a/validation", "a/b.png")]
    public void A_split_further_down_is_found(string train, string val, string beside)
    {
        using var folder = new TestFolder();
        folder.Classes($"d/{train}", 4, "cat", "dog");
        folder.Classes($"d/{val}", 2, "cat", "dog");
        folder.File($"d/{beside}", TestFolder.Png(8, 8, "beside"));
        DatasetPair pair = DatasetFactory.OpenPair(Path.Combine(folder.Root, "d"));
        Assert.Equal((8, 4), (pair.Train.Count, pair.Val.Count));
        Assert.Single(pair.Notes);
    }

    [Fact]
    public void A_test_folder_without_classes_is_no_validation_part()
    {
        using var folder = new TestFolder();
        folder.Classes("d/train", 10, "cat", "dog");
        folder.File("d/test/1.png", TestFolder.Png(8, 8, "1"));
        DatasetPair pair = DatasetFactory.OpenPair(Path.Combine(folder.Root, "d"));
        Assert.True(pair.IsHeldOut);
        Assert.Equal((18, 2), (pair.Train.Count, pair.Val.Count));
        Assert.Contains("without a validation part that has classes; left out test/ (1 picture)", Assert.Single(pair.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Loose_pictures_beside_classes_are_said_to_be_left_out()
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", 4, "cat", "dog");
        folder.File("d/1.png", TestFolder.Png(8, 8, "1"));
        Assert.Contains("left out 1 picture in no folder", Assert.Single(DatasetFactory.OpenPair(path).Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_folder_is_a_class_that_was_forgotten()
    {
        using var folder = new TestFolder();
        string path = folder.Classes("d", 4, "cat", "dog");
        folder.Folder("d/fox");
        DataReport report = DataCheck.Run(DatasetFactory.OpenPair(path), cancellation: TestContext.Current.CancellationToken);
        Assert.Contains("no readable pictures of fox", report.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_with_masks_are_found_beside_other_folders()
    {
        using var folder = new TestFolder();
        MaskDataTests.Pairs(folder, "d/set/train/images/{0}.png", "d/set/train/masks/{0}.png", 3);
        MaskDataTests.Pairs(folder, "d/set/val/images/{0}.png", "d/set/val/masks/{0}.png", 2, from: 3);
        folder.File("d/set/test/images/9.png", TestFolder.Png(8, 6, "9"));
        folder.File("d/preview/1.png", TestFolder.Png(8, 6, "1"));
        DatasetPair pair = DatasetFactory.OpenPair(Path.Combine(folder.Root, "d"));
        Assert.Equal((DataTask.Segment, 3, 2), (pair.Train.Task, pair.Train.Count, pair.Val.Count));
        Assert.Equal(2, pair.Notes.Count);
        Assert.Contains("left out preview/ (1 picture)", pair.Notes[0], StringComparison.Ordinal);
        Assert.Contains("left out test/ (1 picture)", pair.Notes[1], StringComparison.Ordinal);
    }
}
