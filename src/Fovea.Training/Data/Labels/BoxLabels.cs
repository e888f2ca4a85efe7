using Fovea.Imaging;
using Fovea.Models;

namespace Fovea.Training.Data;

/// <summary>The objects in each picture: a class and a box for each.</summary>
internal sealed class BoxLabels : DataTask
{
    public override string Name => "Detect";

    public override string Labels => "boxes";

    public override string Outputs => "detections";

    public override bool HasClassEach => false;

    public override string Counts => "boxes";

    // An object at an end is one too.
    public override bool SeesWholeImage => true;

    public override IReadOnlyList<FrameFit> Fits { get; } = [FrameFit.Border, FrameFit.Squash];

    /// <summary>
    /// float32 [N, M, 6] for the M boxes of the picture that has the most, at least 1: rows (class, x0, y0, x1, y1, flag) in pixels of the network's input; flag 1
    /// for what does not count, class −1 in the rows that stand for no box.
    /// </summary>
    public override BatchLabels StartBatch(int images, int height, int width) => new Rows(images, height, width);

    /// <summary>A <see cref="KeptBoxes"/>.</summary>
    public override object Kept(ImageSample sample, SamplePipeline pipeline) =>
        new KeptBoxes(BoxSample.Of(sample).Boxes, sample.Image.Width, sample.Image.Height, pipeline.FramingOf(sample.Image.Width, sample.Image.Height));

    public override int[] CountIn(ImageSample sample, int classes)
    {
        int[] counts = new int[classes + 1];
        foreach (LabelledBox box in BoxSample.Of(sample).Boxes)
        {
            counts[box.IsIgnored ? classes : box.Class]++;
        }

        return counts;
    }

    public override string? Problem(DatasetSummary train) => !train.IsSampled && train.Classes.Sum(c => c.Boxes ?? 0) == 0
        ? $"{train.Source}: no picture has a box that counts, so that there is nothing to learn."
        : null;

    internal override DataLayout? FindLayout(FileTree tree, DatasetOptions options) => BoxLayout.Find(tree, options);

    internal override string Missing(FileTree tree) =>
        $"{tree.Source}: expected pictures with boxes: images/ and annotations/ of XML (or labels/ of YOLO's text), right here or below train/ and val/; JPEGImages/ and "
        + "Annotations/ as Pascal VOC has them; or annotations/instances_train2017.json beside train2017/ as COCO has them, got "
        + $"{(tree.TopFolders.Count == 0 ? "no folders" : string.Join("/, ", tree.TopFolders.Take(10)) + "/")}.";

    private sealed class Rows(int images, int height, int width) : BatchLabels
    {
        private readonly LabelledBox[][] _boxes = new LabelledBox[images][];

        public override void Write(ImageSample sample, SamplePipeline pipeline, Generator random, Span<float> planes, int position)
        {
            BoxSample own = BoxSample.Of(sample);
            Framing place = pipeline.Write(own, random, planes);
            _boxes[position] = [.. VisibleBoxes.In(new Region(0, 0, width, height), own.Boxes, place, pipeline.Options.LeastVisible)];
        }

        public override Tensor ToTensor()
        {
            int most = Math.Max(1, _boxes.Max(b => b.Length));
            Tensor labels = TensorScope.Detach(Tensor.Zeros([images, most, LabelledBox.Columns]));
            Span<float> values = labels.AsSpan<float>();
            for (int n = 0; n < images; n++)
            {
                for (int i = 0; i < most; i++)
                {
                    Span<float> row = values.Slice(((n * most) + i) * LabelledBox.Columns, LabelledBox.Columns);
                    row[0] = LabelledBox.None;
                    if (i < _boxes[n].Length)
                    {
                        (Box box, int label, bool isIgnored) = _boxes[n][i];
                        (row[0], row[1], row[2], row[3], row[4], row[5]) = (label, box.X0, box.Y0, box.X1, box.Y1, isIgnored ? 1 : 0);
                    }
                }
            }

            return labels;
        }
    }
}
