using System.Text;
using Fovea.Models;
using Fovea.Testing.Mutating;
using Fovea.Training.Data;

namespace Fovea.Soak.Readers;

/// <summary>Boxes of pictures, in one of the formats that labelling tools write; the damaged file is one of several.</summary>
public sealed class BoxReader : DataReader
{
    private const string Names = "names: [cat, dog]\n";
    private readonly (string Path, string Content)[] _others;

    private BoxReader(string name, string separators, string file, string[] seeds, params (string Path, string Content)[] others)
        : base(name, new TextStructure(separators), file)
    {
        Seeds = [.. seeds.Select(Encoding.UTF8.GetBytes)];
        _others = others;
    }

    public static BoxReader Voc { get; } = new("voc", "<>\n", "annotations/0.xml",
        [Xml(Object("cat", 0, 1, 4, 5) + Object("dog", 2, 2, 6, 5, "<difficult>1</difficult>")), Xml(string.Empty), "\uFEFF<?xml version=\"1.0\"?>\n<!-- by hand -->\n" + Xml(Object("dog", 1, 1, 2, 2))],
        ("annotations/1.xml", Xml(Object("cat", 1, 1, 3, 3))), ("annotations/2.xml", Xml(Object("dog", 0, 0, 6, 5))));

    public static BoxReader Coco { get; } = new("coco", ",{}[]:", "annotations/instances_train2017.json", [CocoFile(3), CocoFile(1), CocoFile(0)],
        ("annotations/instances_val2017.json", CocoFile(2)));

    public static BoxReader Yolo { get; } = new("yolo", "\n ", "labels/0.txt", ["0 0.5 0.5 0.5 0.25\n1 .25 0.25 0.1 0.1\r\n", "\n", "1 5e-1 0.5 1 1"],
        ("labels/1.txt", "0 0.5 0.5 0.5 0.5\n"), ("labels/2.txt", "1 0.5 0.5 0.5 0.5\n"), ("data.yaml", Names));

    public static BoxReader YoloNames { get; } = new("yolo-names", "\n:,[] ", "data.yaml",
        [Names, "# of pets\ntrain: images\nnc: 2\nnames:\n  0: cat\n  1: 'dog'\n", "names:\n- cat\n- \"dog\"\n"],
        [.. Enumerable.Range(0, 3).Select(i => ($"labels/{i}.txt", "0 0.5 0.5 0.5 0.5\n1 0.5 0.5 0.25 0.25\n"))]);

    public override IReadOnlyList<byte[]> Seeds { get; }

    protected override string Opened => string.Empty;

    protected override IEnumerable<(string Path, byte[] Content)> Others =>
    [
        .. _others.Select(o => (o.Path, Encoding.UTF8.GetBytes(o.Content))),
        .. Enumerable.Range(0, 3).SelectMany(i => (Name == "coco" ? new[] { "train2017", "val2017" } : ["images"]).Select(f => ($"{f}/{i}.png", Goldens.Picture(i)))),
    ];

    // A picture has no class of its own; its boxes have, and lie in it.
    protected override void Check(IImageDataset data, int index)
    {
        if (data.Get(index) is not BoxSample sample)
        {
            return;
        }

        var whole = new Box(0, 0, sample.Image.Width, sample.Image.Height);
        foreach (LabelledBox labelled in sample.Boxes)
        {
            if ((uint)labelled.Class >= (uint)data.Classes.Count || !(labelled.Box.Area > 0) || labelled.Box.Clip(sample.Image.Height, sample.Image.Width) != labelled.Box)
            {
                throw new InvalidOperationException($"{data.Source}: {sample.Name} has the box {labelled} of {data.Classes.Count} classes in {whole}");
            }
        }
    }

    private static string Xml(string objects) => $"<annotation><filename>0.png</filename><size><width>6</width><height>5</height><depth>3</depth></size>{objects}</annotation>";

    private static string Object(string name, int x0, int y0, int x1, int y1, string more = "") =>
        $"<object><name>{name}</name>{more}<bndbox><xmin>{x0}</xmin><ymin>{y0}</ymin><xmax>{x1}</xmax><ymax>{y1}</ymax></bndbox></object>\n";

    private static string CocoFile(int pictures) => Json(
        "{'images':[" + string.Join(',', Enumerable.Range(0, pictures).Select(i => $"{{'id':{i},'file_name':'{i}.png','width':6,'height':5}}")) + "],\n'annotations':["
        + string.Join(',', Enumerable.Range(0, pictures).Select(i =>
            $"{{'id':{i + 7},'image_id':{i},'category_id':{1 + (i % 2)},'bbox':[0.5,1,3,2.5],'area':7.5,'iscrowd':{i / 2}}}"))
        + "],\n'categories':[{'id':1,'name':'cat'},{'id':2,'name':'dog'}]}");

    private static string Json(string text) => text.Replace('\'', '"');
}
