using Fovea.Imaging;
using Fovea.Imaging.Codecs.Png;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data.Masks;

/// <summary>Masks whose classes are colours that a table names.</summary>
public class MaskColorTests
{
    private static readonly MaskColorTable s_table = MaskColorTable.Parse(["128 64 128 road", "0 0 0 void", "#ff0000 car", "0 0 142 car"], "table");

    [Theory]
    [InlineData("128 64 128 road|0 0 142 car")]
    [InlineData("road 128 64 128|car 0 0 142")]
    [InlineData("name,r,g,b|road,128,64,128|car,0,0,142")]
    [InlineData("# the street|#804080 road # grey|car\t#00008E|")]
    [InlineData("128, 64, 128, road|# 1 2 3 nothing|0;0;142;car")]
    public void A_table_is_read_in_the_forms_that_people_write(string lines)
    {
        var table = MaskColorTable.Parse(lines.Split('|'), "table");
        Assert.Equal(["road", "car"], table.Classes);
        Assert.Equal(["#804080 road", "#00008e car"], table.Lines);
        Assert.Equal(table.Lines, MaskColorTable.Parse(table.Lines, "again").Lines);
    }

    [Theory]
    [InlineData("128 64 road", "line 1: expected a colour and a name, such as 128 64 128 road or #804080 road, got “128 64 road”")]
    [InlineData("1 2 3 a|1 2 300 b", "line 2: expected")]
    [InlineData("1 2 3", "line 1: expected")]
    [InlineData("#102030", "line 1: expected")]
    [InlineData("1 2 3 a|#010203 b", "line 2: the colour (1, 2, 3) is a already, and here b")]
    [InlineData("1 2 3 void", "1 to 255 classes, got 0")]
    public void What_is_no_table_is_refused(string lines, string message) =>
        Assert.Contains(message, Assert.Throws<DataException>(() => MaskColorTable.Parse(lines.Split('|'), "table")).Message, StringComparison.Ordinal);

    // From VOC's own colour map, Cityscapes' labels and CamVid's list.
    [Theory]
    [InlineData("voc", 21, "aeroplane", 0x800000, 1)]
    [InlineData("voc", 21, "tvmonitor", 0x004080, 20)]
    [InlineData("voc", 21, "void", 0xE0E0C0, 255)]
    [InlineData("cityscapes", 19, "bicycle", 0x770B20, 18)]
    [InlineData("cityscapes", 19, "void", 0x000000, 255)]
    [InlineData("camvid", 31, "Wall", 0x40C000, 30)]
    [InlineData("camvid", 31, "Void", 0x000000, 255)]
    public void Published_tables_are_built_in(string name, int classes, string named, int color, int label)
    {
        var table = MaskColorTable.Read(name);
        Assert.Equal((classes, (byte)label), (table.Classes.Count, table.Find(color)!.Value));
        Assert.Contains($"#{color:x6} {named}", table.Lines);
    }

    [Fact]
    public void Colours_become_classes_whatever_form_holds_them()
    {
        ushort[] colors = [128, 64, 128, 0, 0, 0, 255, 0, 0, 0, 0, 142];
        byte[] expected = [0, 255, 1, 1];
        Assert.Equal(expected, MaskPixels.Of(new StoredImage(4, 1, PixelFormat.Rgb, 255, colors), s_table).Pixels);
        Assert.Equal(expected, MaskPixels.Of(new StoredImage(4, 1, PixelFormat.Rgb, 65535, [.. colors.Select(c => (ushort)(257 * c))]), s_table).Pixels);
        Assert.Equal(expected, MaskPixels.Of(new StoredImage(4, 1, PixelFormat.Rgba, 255, [.. colors.Chunk(3).SelectMany(c => c.Append((ushort)7))]), s_table).Pixels);
        Assert.Equal(expected, MaskPixels.Of(new StoredImage(4, 1, PixelFormat.Grey, 255, [3, 2, 1, 0], [0, 0, 142, 255, 0, 0, 0, 0, 0, 128, 64, 128]), s_table).Pixels);
        Assert.Equal([255, 255], MaskPixels.Of(new StoredImage(2, 1, PixelFormat.Grey, 255, [0, 0]), s_table).Pixels);
    }

    [Fact]
    public void Data_with_colours_have_the_tables_classes_and_name_the_first_strange_colour()
    {
        using var folder = new TestFolder();
        for (int i = 0; i < 10; i++)
        {
            folder.File($"d/images/{i}.png", TestFolder.Png(4, 2, $"{i}"));
            folder.File($"d/masks/{i}.png", Mask(i == 9 ? (byte)1 : (byte)0));
        }

        string path = Path.Combine(folder.Root, "d");
        Assert.Contains("--mask-colors", Assert.Throws<DataException>(() => DatasetFactory.OpenPair(path)).Message, StringComparison.Ordinal);
        DatasetPair pair = DatasetFactory.OpenPair(path, options: new DatasetOptions { MaskColors = s_table });
        Assert.Equal((DataTask.Segment, 2), (pair.Train.Task, pair.Classes.Count));
        Assert.Equal(["road", "car"], pair.Classes);
        DataReport report = DataCheck.Run(pair, cancellation: TestContext.Current.CancellationToken);
        string reason = Assert.Single(report.Whole!.Unreadable).Reason;
        Assert.Contains("masks/9.png: a colour is not in the table of 4: (255, 0, 1) (1 of 8 pixels, the first at 2,1)", reason, StringComparison.Ordinal);
        Assert.Equal([9L * 6, 9L], report.Whole.Classes.Select(c => c.Pixels!.Value));
        Assert.Equal(9, report.Whole.IgnoredPixels);

        IImageDataset turned = DatasetFactory.Open(path, new DatasetOptions { MaskColors = s_table, MaskClasses = ["car", "road"] });
        Assert.Equal([1, 1, 1, 1, 1, 1, 0, 255], turned.Get(0).Mask!.Pixels);
        var options = new DatasetOptions { MaskColors = s_table, MaskClasses = ["road", "tree"] };
        Assert.Contains("the table names car", Assert.Throws<OptionException>(() => DatasetFactory.Open(path, options)).Message, StringComparison.Ordinal);
        Assert.Throws<OptionException>(() => DatasetFactory.Open(path, new DatasetOptions { MaskColors = s_table, IgnoreValue = 0 }));
    }

    // Six pixels of road, one of car and one that does not count.
    private static byte[] Mask(byte blue)
    {
        byte[] road = [128, 64, 128];
        return PngEncoder.Encode(new Image(4, 2, PixelFormat.Rgb, [.. Enumerable.Repeat(road, 6).SelectMany(r => r), 255, 0, blue, 0, 0, 0]));
    }
}
