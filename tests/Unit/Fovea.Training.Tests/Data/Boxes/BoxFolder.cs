using System.Globalization;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data;

/// <summary>Writes pictures with boxes in every layout.</summary>
internal static class BoxFolder
{
    public const int Width = 16;
    public const int Height = 12;

    /// <summary>An annotation in XML.</summary>
    public static string Xml(params (string Class, int X0, int Y0, int X1, int Y1)[] boxes) => Xml(Width, Height, boxes);

    /// <summary>An annotation in XML for a picture of a size.</summary>
    public static string Xml(int width, int height, params (string Class, int X0, int Y0, int X1, int Y1)[] boxes) =>
        $"<annotation><size><width>{width}</width><height>{height}</height></size>" + string.Concat(boxes.Select(b => string.Create(CultureInfo.InvariantCulture,
            $"<object><name>{b.Class}</name><bndbox><xmin>{b.X0}</xmin><ymin>{b.Y0}</ymin><xmax>{b.X1}</xmax><ymax>{b.Y1}</ymax></bndbox></object>"))) + "</annotation>";

    /// <summary>A picture.</summary>
    public static void Picture(this TestFolder folder, string path) => folder.File(path, TestFolder.Png(Width, Height, path));

    /// <summary>Pictures of names 0, 1, … with a box from 2,3 to 10,9 each: a cat in even ones, a dog in odd ones.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="layout">Which layout.</param>
    /// <param name="train">How many are for training.</param>
    /// <param name="val">How many are for validation, the numbers after.</param>
    public static void Boxes(this TestFolder folder, string layout, int train, int val)
    {
        for (int i = 0; i < train + val; i++)
        {
            (string part, string name) = (i < train ? "train" : "val", i % 2 == 0 ? "cat" : "dog");
            string yolo = $"{i % 2} {6 / 16.0:0.####} 0.5 0.5 0.5\n", xml = Xml((name, 2, 3, 10, 9));
            switch (layout)
            {
                case "parts":
                    folder.Picture($"d/{part}/images/{i}.png");
                    folder.Text($"d/{part}/annotations/{i}.xml", xml);
                    break;
                case "voc":
                    folder.Picture($"d/JPEGImages/{i}.png");
                    folder.Text($"d/Annotations/{i}.xml", Xml((name, 3, 4, 10, 9)));
                    break;
                case "yolo":
                    folder.Picture($"d/images/{part}/{i}.png");
                    folder.Text($"d/labels/{part}/{i}.txt", yolo);
                    break;
                case "roboflow":
                    folder.Picture($"d/{(part == "val" ? "valid" : part)}/images/{i}.png");
                    folder.Text($"d/{(part == "val" ? "valid" : part)}/labels/{i}.txt", yolo);
                    break;
                case "beside":
                    folder.Picture($"d/{part}/{i}.png");
                    folder.Text($"d/{part}/{i}.xml", xml);
                    break;
                case "coco":
                    folder.Picture($"d/{part}2017/{i}.png");
                    break;
            }
        }

        string Numbers(int from, int count) => string.Concat(Enumerable.Range(from, count).Select(i => $"{i}\n"));
        string Coco(int from, int count) => $$"""
            {"images":[{{string.Join(',', Enumerable.Range(from, count).Select(i => $$"""{"id":{{i + 5}},"file_name":"{{i}}.png","width":16,"height":12}"""))}}],
             "annotations":[{{string.Join(',', Enumerable.Range(from, count).Select(i => $$"""{"image_id":{{i + 5}},"category_id":{{(i % 2 * 6) + 1}},"bbox":[2,3,8,6]}"""))}}],
             "categories":[{"id":7,"name":"dog"},{"id":1,"name":"cat"}]}
            """;
        switch (layout)
        {
            case "voc":
                folder.Text("d/ImageSets/Main/train.txt", Numbers(0, train));
                folder.Text("d/ImageSets/Main/val.txt", Numbers(train, val));
                break;
            case "yolo":
                folder.Text("d/classes.txt", "cat\ndog\n");
                break;
            case "roboflow":
                folder.Text("d/data.yaml", "train: ../train/images\nnames: ['cat', 'dog']\n");
                break;
            case "coco":
                folder.Text("d/annotations/instances_train2017.json", Coco(0, train));
                folder.Text("d/annotations/instances_val2017.json", Coco(train, val));
                folder.Text("d/annotations/captions_train2017.json", "{}");
                break;
        }
    }
}
