using System.Text;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data;

public class BoxFormatTests
{
    private const string Voc =
        "<annotation><size><width>64</width><height>48</height></size><object><name> cat </name><difficult>1</difficult><bndbox><xmin>3</xmin><ymin>5</ymin>"
        + "<xmax>20</xmax><ymax>30.5</ymax></bndbox><part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part></object></annotation>";

    [Theory]
    [InlineData(false, 3, 5)]
    [InlineData(true, 2, 4)]
    public void An_annotation_in_xml_has_its_objects_and_none_of_their_parts(bool isInclusive, double x0, double y0)
    {
        BoxAnnotation read = VocXml.Read(Encoding.UTF8.GetBytes(Voc), "a.xml", isInclusive);
        Assert.Equal((64, 48), read.Size);
        Assert.Equal(new WrittenBox("cat", x0, y0, 20, 30.5, true), Assert.Single(read.Boxes));
    }

    [Theory]
    [InlineData("<annotation><object><name>a</name></object></annotation>", "object 1 lacks one")]
    [InlineData("<annotation><object><name>a</name><bndbox><xmin>x</xmin></bndbox></object></annotation>", "expected a number in annotation/object/bndbox/xmin, got \"x\"")]
    [InlineData("<annotation><object>", "no annotation in XML")]
    [InlineData("<html/>", "expected <annotation>")]
    [InlineData("<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><annotation>&b;</annotation>", "DTD")]
    [InlineData("", "no annotation in XML")]
    public void A_damaged_annotation_in_xml_is_refused_by_name(string text, string expected)
    {
        DataException error = Assert.Throws<DataException>(() => VocXml.Read(Encoding.UTF8.GetBytes(text), "a.xml", false));
        Assert.StartsWith("a.xml: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_xml_is_refused() => Assert.Contains("deeper", Assert.Throws<DataException>(
        () => VocXml.Read(Encoding.UTF8.GetBytes("<annotation>" + string.Concat(Enumerable.Repeat("<a>", 10_000))), "a.xml", false)).Message, StringComparison.Ordinal);

    [Fact]
    public void Lines_are_centres_and_sizes_or_outlines()
    {
        BoxAnnotation read = YoloText.Read("1 0.5 0.5 0.25 0.5\r\n\n0 0.1 0.2 0.4 0.1 0.3 0.6\n"u8.ToArray(), "a.txt", ["a", "b"]);
        Assert.True(read.IsRelative);
        Assert.Equal([new WrittenBox("b", 0.375, 0.25, 0.625, 0.75, false), new WrittenBox("a", 0.1, 0.1, 0.4, 0.6, false)], read.Boxes);
        Assert.Empty(YoloText.Read([], "a.txt", null).Boxes);
    }

    [Theory]
    [InlineData("0 0.5 0.5 0.25")]
    [InlineData("cat 0.5 0.5 0.25 0.5")]
    [InlineData("0 0.5 0.5 nan 0.5")]
    [InlineData("0 0.5 0.5 0.1 0.1 0.2")]
    [InlineData("-1 0.5 0.5 0.1 0.1")]
    public void Other_lines_are_refused(string line) =>
        Assert.Contains(line, Assert.Throws<DataException>(() => YoloText.Read(Encoding.UTF8.GetBytes(line), "a.txt", null)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("nc: 2\nnames: [cat, 'dog, brown']\n")]
    [InlineData("path: x # here\nnames:\n  0: cat # small\n  1: \"dog, brown\"\ntrain: y\n")]
    [InlineData("names:\n- cat\n- dog, brown\n")]
    [InlineData("names:\n  - cat\n  - 'dog, brown'\n\nval: z")]
    [InlineData("names: {0: cat, 1: 'dog, brown'}")]
    [InlineData("names: [cat,\n  'dog, brown'\n]\n")]
    public void Names_of_classes_are_read_however_they_are_listed(string yaml) => Assert.Equal(["cat", "dog, brown"], YoloNames.OfYaml(yaml, "data.yaml"));

    [Theory]
    [InlineData("names: cat\n")]
    [InlineData("names: [cat, dog\n")]
    [InlineData("names:\n  0: cat\n  2: dog\n")]
    [InlineData("names: [cat, cat]\n")]
    [InlineData("names:\n")]
    public void Other_lists_of_names_are_refused(string yaml) => Assert.Throws<DataException>(() => YoloNames.OfYaml(yaml, "data.yaml"));

    [Fact]
    public void Coco_has_categories_by_their_numbers_and_passes_over_the_rest()
    {
        CocoContent read = CocoJson.Read(
            """
            {"info":{"a":[1,{"b":2}]},"images":[{"id":7,"file_name":"a.png","width":64,"height":48},{"id":9,"file_name":"b.png"}],
             "annotations":[{"id":1,"image_id":7,"category_id":90,"bbox":[1,2.5,3,4],"segmentation":[[1,2,3]],"iscrowd":1},{"image_id":7,"category_id":4,"bbox":[0,0,1,1]},
                            {"image_id":8,"category_id":3,"bbox":[0,0,1,1]}],
             "categories":[{"id":90,"name":"z"},{"id":3,"name":"y","supercategory":"w"}]}
            """u8.ToArray(), "c.json");
        Assert.Equal(["y", "z"], read.Classes);
        Assert.Equal(1, read.Homeless);
        Assert.Equal(["a.png", "b.png"], read.Pictures.Select(p => p.File));
        Assert.Equal((64, 48), read.Pictures[0].Annotation.Size);
        Assert.Null(read.Pictures[1].Annotation.Size);
        Assert.Equal([new WrittenBox("z", 1, 2.5, 4, 6.5, true), new WrittenBox("category 4", 0, 0, 1, 1, false)], read.Pictures[0].Annotation.Boxes);
        Assert.Empty(read.Pictures[1].Annotation.Boxes);
    }

    [Theory]
    [InlineData("[]", "expected an object")]
    [InlineData("{\"images\":[]}", "expected images, annotations and categories")]
    [InlineData("{\"images\":[{\"id\":1}]}", "lacks its id or its file_name")]
    [InlineData("{\"annotations\":[{\"image_id\":1,\"category_id\":1,\"bbox\":[1,2,3]}]}", "a bbox of 4 numbers")]
    [InlineData("{\"images\":[{\"id\":\"a\"}]}", "no annotations in COCO's JSON")]
    [InlineData("{\"images\":", "no annotations in COCO's JSON")]
    [InlineData("{\"categories\":[{\"id\":1,\"name\":\"a\"},{\"id\":1,\"name\":\"b\"}]}", "no two alike")]
    public void Damaged_coco_is_refused_by_name(string text, string expected)
    {
        string message = Assert.Throws<DataException>(() => CocoJson.Read(Encoding.UTF8.GetBytes(text), "c.json")).Message;
        Assert.StartsWith("c.json: ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }
}
