using Fovea.Imaging;
using Fovea.Imaging.Transforms;
using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data;

/// <summary>The objects are bright rectangles, so the bright pixels of a mosaic say where its boxes must be.</summary>
public class MosaicTests
{
    private const int Height = 40;
    private const int Width = 60;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Boxes_lie_where_their_objects_are_seen(bool keepsProportions)
    {
        var pipeline = new SamplePipeline(Options with { KeepProportions = keepsProportions, LeastVisible = 0 });
        var counts = new HashSet<int>();
        for (ulong seed = 0; seed < 30; seed++)
        {
            BoxSample made = Mosaic.Of([.. Enumerable.Range(0, Mosaic.Pictures).Select(Picture)], pipeline, new Generator(seed));
            Assert.Equal((Width, Height, "0"), (made.Image.Width, made.Image.Height, made.Name));
            counts.Add(made.Boxes.Count);
            foreach ((Box box, int label, _) in made.Boxes)
            {
                Assert.True(box == box.Clip(Height, Width), $"seed {seed}: {box}");

                // Edges are soft, by up to two pixels where parts of pictures are rounded to whole ones: slivers have no pixel of their colour.
                Box seen = Coloured(made.Image, box, Level(label));
                Assert.True(Math.Min(box.Width, box.Height) < 6 || Distance(box, seen) <= 2.5, $"seed {seed}: {box} of {label} is seen at {seen}");
            }
        }

        Assert.True(counts.Count > 1, "objects beyond the ends are never left out");
    }

    [Fact]
    public void A_batch_has_the_boxes_of_mosaics_whoever_makes_it()
    {
        float[] Labels(double share, int workers)
        {
            var loader = new DataLoader(new Four(), new SamplePipeline(Options with { Mosaic = share, Flip = 0.5 }), new DataLoaderOptions { BatchSize = 4, Seed = 5, Workers = workers });
            using Batch batch = loader.Read(2).Single();
            return batch.Labels.ToArray<float>();
        }

        Assert.Equal(Labels(1, 0), Labels(1, 3));
        Assert.Equal(4 * LabelledBox.Columns, Labels(0, 0).Length);
        Assert.True(Labels(1, 0).Length > 4 * LabelledBox.Columns, "no picture has more than one object");
    }

    [Fact]
    public void Masks_and_classes_do_not_follow() => Assert.All([DataTask.Classify, DataTask.Segment], task => Assert.All(
        [new TrainOptions { Mosaic = 0.5 }, new TrainOptions { ScaleJitter = new ScaleJitter() }],
        options => Assert.Throws<OptionException>(() => Recipe.Check(options, TaskCatalog.Of(task)))));

    private static TransformOptions Options => TransformOptions.ForDetection(new Size2(Height, Width)) with
    {
        Flip = 0,
        Normalization = new Normalization([0f, 0f, 0f], [1f, 1f, 1f]),
    };

    private static byte Level(int picture) => (byte)(100 + (40 * picture));

    // Where the pixels in and around a box have a colour.
    private static Box Coloured(Image image, Box box, byte level)
    {
        (int X, int Y)[] pixels =
        [
            .. from y in Enumerable.Range(0, Height)
            from x in Enumerable.Range(0, Width)
            where x > box.X0 - 4 && x < box.X1 + 3 && y > box.Y0 - 4 && y < box.Y1 + 3 && Math.Abs(image.Row(y)[3 * x] - level) < 15
            select (x, y),
        ];
        return pixels.Length == 0 ? default : new Box(pixels.Min(p => p.X), pixels.Min(p => p.Y), pixels.Max(p => p.X) + 1, pixels.Max(p => p.Y) + 1);
    }

    private static float Distance(Box a, Box b) => new[] { a.X0 - b.X0, a.Y0 - b.Y0, a.X1 - b.X1, a.Y1 - b.Y1 }.Max(MathF.Abs);

    private static BoxSample Picture(int number)
    {
        var image = new Image(90, 48 + number, PixelFormat.Rgb);
        var box = new Box(8 + (10 * number), 10, 50 + (10 * number), 40);
        for (int y = (int)box.Y0; y < box.Y1; y++)
        {
            image.Row(y)[(3 * (int)box.X0)..(3 * (int)box.X1)].Fill(Level(number));
        }

        return new BoxSample(image, $"{number}", [new LabelledBox(box, number)]);
    }

    private sealed class Four : IImageDataset
    {
        public string Source => "four";

        public DataTask Task => DataTask.Detect;

        public int Count => Mosaic.Pictures;

        public IReadOnlyList<string> Classes { get; } = ["a", "b", "c", "d"];

        public int Label(int index) => 0;

        public string Name(int index) => $"{index}";

        public ImageSample Get(int index) => Picture(index);
    }
}
