using System.Formats.Tar;
using Fovea.Models;
using Fovea.Testing;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data;

public class BoxDataTests
{
    private static readonly DatasetOptions s_detect = new() { Task = DataTask.Detect };

    [Theory]
    [InlineData("parts")]
    [InlineData("voc")]
    [InlineData("yolo")]
    [InlineData("roboflow")]
    [InlineData("beside")]
    [InlineData("coco")]
    public void Layouts_are_recognised_by_what_they_hold(string layout)
    {
        using var folder = new TestFolder();
        folder.Boxes(layout, 4, 2);
        DatasetPair pair = DatasetFactory.OpenPair(folder.Root);
        Assert.Equal((DataTask.Detect, 4, 2), (pair.Train.Task, pair.Train.Count, pair.Val.Count));
        Assert.Equal(["cat", "dog"], pair.Classes);
        var sample = (BoxSample)pair.Val.Get(1);
        Assert.Equal((BoxFolder.Width, BoxFolder.Height), (sample.Image.Width, sample.Image.Height));
        Assert.Equal(new LabelledBox(new Box(2, 3, 10, 9), 1), Assert.Single(sample.Boxes));
        DataReport report = DataCheck.Run(pair);
        Assert.Empty(report.Warnings);
        Assert.Null(report.Problem);
        Assert.Equal([2L, 2L], report.Train.Classes.Select(c => c.Boxes!.Value));
        Assert.Equal((4, 4, 1, 8d, 6d), (report.Train.Boxes!.Used, report.Train.Boxes.Small, report.Train.Boxes.Most, report.Train.Boxes.Widths.Median, report.Train.Boxes.Heights.Median));
    }

    [Fact]
    public void Undivided_boxes_are_split_and_archives_read_alike()
    {
        using var folder = new TestFolder();
        for (int i = 0; i < 10; i++)
        {
            folder.Picture($"d/images/{i}.png");
            folder.Text($"d/annotations/{i}.xml", BoxFolder.Xml(("a", 0, 0, 4, 4)));
        }

        DatasetPair pair = DatasetFactory.OpenPair(Path.Combine(folder.Root, "d"));
        Assert.Equal((9, 1), (pair.Train.Count, pair.Val.Count));
        byte[] tar = TestArchive.Tar(TarEntryFormat.Ustar, [.. Directory.GetFiles(Path.Combine(folder.Root, "d"), "*", SearchOption.AllDirectories)
            .Select(f => (Path.GetRelativePath(folder.Root, f).Replace('\\', '/'), (byte[]?)File.ReadAllBytes(f)))]);
        IImageDataset packed = DatasetFactory.Open(folder.File("d.tar.gz", TestArchive.GZip(tar)), s_detect);
        Assert.Equal((10, DataTask.Detect), (packed.Count, packed.Task));
        Assert.Equal(new Box(0, 0, 4, 4), ((BoxSample)packed.Get(3)).Boxes[0].Box);
    }

    [Fact]
    public void Boxes_and_masks_are_told_apart()
    {
        using var folder = new TestFolder();
        folder.Boxes("parts", 2, 2);
        DatasetOptions segment = new() { Task = DataTask.Segment };
        Assert.Contains("images/ and masks/", Assert.Throws<DataException>(() => DatasetFactory.OpenPair(folder.Root, options: segment)).Message, StringComparison.Ordinal);
        string classes = folder.Classes("c", 2, "a", "b");
        Assert.Contains("pictures with boxes", Assert.Throws<DataException>(() => DatasetFactory.OpenPair(classes, options: s_detect)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<annotation/>", null, "9.png", "none")]
    [InlineData("empty", "box 1 (a 4,4 to 4,9) has no area", null, "lost")]
    [InlineData("inverted", "box 1 (a 9,4 to 4,9) has no area", null, "lost")]
    [InlineData("outside", "box 1 (a 20,4 to 30,9) lies outside of its picture of 16x12", null, "lost")]
    [InlineData("class", "is of the class \"b\", which is none of the data's", null, "lost")]
    [InlineData("twice", "box 2 (a 1,1 to 5,5) is there twice", null, "duplicate")]
    [InlineData("clipped", "box 1 (a -3,1 to 5,30) reaches out of its picture of 16x12", null, "clipped")]
    [InlineData("size", "expected boxes in a picture of 32x24, got a picture of 16x12", null, "unreadable")]
    [InlineData("damaged", "no annotation in XML", null, "unreadable")]
    [InlineData("missing", "there is no annotation of that name", null, "unreadable")]
    [InlineData("alone", "alone.xml: there is no picture of that name", null, "unreadable")]
    public void Every_kind_of_bad_data_is_named_by_file(string fault, string? reason, string? note, string kind)
    {
        using var folder = new TestFolder();
        for (int i = 0; i < 9; i++)
        {
            folder.Picture($"d/images/{i}.png");
            folder.Text($"d/annotations/{i}.xml", BoxFolder.Xml(("a", 1, 1, 5, 5)));
        }

        folder.Picture("d/images/9.png");
        string? xml = fault switch
        {
            "empty" => BoxFolder.Xml(("a", 4, 4, 4, 9)),
            "inverted" => BoxFolder.Xml(("a", 9, 4, 4, 9)),
            "outside" => BoxFolder.Xml(("a", 20, 4, 30, 9)),
            "class" => BoxFolder.Xml(("b", 1, 1, 5, 5)),
            "twice" => BoxFolder.Xml(("a", 1, 1, 5, 5), ("a", 1, 1, 5, 5)),
            "clipped" => BoxFolder.Xml(("a", -3, 1, 5, 30)),
            "size" => BoxFolder.Xml(32, 24, ("a", 1, 1, 5, 5)),
            "damaged" => "<annotation><object>",
            "missing" => null,
            "alone" => BoxFolder.Xml(("a", 1, 1, 5, 5)),
            _ => fault,
        };
        if (xml is not null)
        {
            folder.Text("d/annotations/9.xml", xml);
        }

        if (fault == "alone")
        {
            folder.Text("d/annotations/alone.xml", xml!);
        }

        IImageDataset data = DatasetFactory.Open(folder.Root, s_detect with { MaskClasses = ["a"] });
        DataReport report = DataCheck.Run(data);
        BoxSummary boxes = report.Train.Boxes!;
        string told = kind switch
        {
            "none" => Assert.Single(report.Notes),
            "lost" => Assert.Single(boxes.Lost),
            "duplicate" => Assert.Single(boxes.Duplicates),
            "clipped" => Assert.Single(boxes.Clipped),
            _ => Assert.Single(report.Train.Unreadable).Reason,
        };
        Assert.Contains(reason ?? "1 of 10 pictures have no box", told, StringComparison.Ordinal);
        Assert.Contains(fault == "alone" ? "alone.xml" : "9.", told, StringComparison.Ordinal);
        Assert.Contains(report.Warnings, w => w.Contains(reason ?? note!, StringComparison.Ordinal));

        // One of ten is too much of what loses an object.
        Assert.Equal(kind is "lost" or "unreadable", report.Problem is not null);
        if (kind == "clipped")
        {
            int at = Enumerable.Range(0, data.Count).Single(i => data.Name(i).EndsWith("9.png", StringComparison.Ordinal));
            Assert.Equal(new Box(0, 1, 5, 12), ((BoxSample)data.Get(at)).Boxes[0].Box);
        }
    }

    [Fact]
    public void Names_that_differ_in_capitals_are_the_class_of_the_most_frequent()
    {
        using var folder = new TestFolder();
        for (int i = 0; i < 4; i++)
        {
            folder.Picture($"d/images/{i}.png");
            folder.Text($"d/annotations/{i}.xml", BoxFolder.Xml((i == 3 ? "rbc" : "RBC", 1, 1, 5, 5)));
        }

        DataReport report = DataCheck.Run(DatasetFactory.Open(folder.Root, s_detect));
        Assert.Equal("RBC", Assert.Single(report.Train.Classes).Name);
        Assert.Contains("RBC", Assert.Single(report.Train.Boxes!.Lost), StringComparison.Ordinal);
    }

    [Fact]
    public void Blood_cells_are_read_with_what_is_wrong_in_them()
    {
        string? path = SharedData.Path("data/bccd");
        Assert.SkipWhen(path is null, SharedData.Missing);
        DatasetPair pair = DatasetFactory.OpenPair(path);
        Assert.Equal((205, 87), (pair.Train.Count, pair.Val.Count));
        Assert.Equal(["Platelets", "RBC", "WBC"], pair.Classes);
        DataReport report = DataCheck.Run(pair);
        Assert.Null(report.Problem);
        Assert.Equal(3943 - 2, report.Train.Boxes!.Used + report.Val!.Boxes!.Used + report.Train.Boxes.Duplicates.Count + report.Val.Boxes.Duplicates.Count);
        Assert.Contains("BloodImage_00343.xml", Assert.Single(report.Train.Boxes.Lost), StringComparison.Ordinal);
        Assert.Contains("BloodImage_00338.xml", Assert.Single(report.Val.Boxes.Lost), StringComparison.Ordinal);
    }
}
