using Fovea.Imaging;
using Fovea.Imaging.Transforms;
using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training.Tests.Data;

/// <summary>Picture and boxes must go the same way: the object is a bright rectangle, so the bright pixels of the result say where its box must be.</summary>
public class BoxTransformTests
{
    private const int Side = 48;
    private static readonly Box s_box = new(30, 10, 62, 26);

    public static TheoryData<string> Recipes => ["fit", "squashed", "flips", "jitter", "squashed jitter"];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Picture_and_boxes_are_moved_alike(string recipe)
    {
        var pipeline = new SamplePipeline(Options(recipe));
        float[] planes = new float[3 * Side * Side];
        var seen = new HashSet<Box>();
        for (ulong seed = 0; seed < 40; seed++)
        {
            Framing framing = pipeline.Write(Sample(), new Generator(seed), planes);
            Box box = framing.Apply(s_box), back = framing.Undo(box);
            seen.Add(box);
            Assert.True(Math.Abs(back.X0 - s_box.X0) + Math.Abs(back.Y1 - s_box.Y1) < 1e-3, $"seed {seed}: {back}");
            Box visible = box.Clip(Side, Side);
            Box bright = Bright(planes);

            // The edge of a resized rectangle is soft: half a pixel of the picture, at most 1.3 of the frame, and the rounding to whole ones.
            Assert.True(visible.Area == 0 ? bright.Area == 0 : Distance(visible, bright) <= 2, $"seed {seed}: {visible} is drawn at {bright}");
        }

        Assert.Equal(recipe is "flips" or "jitter" or "squashed jitter", seen.Count > 3);
    }

    [Fact]
    public void A_whole_picture_keeps_its_proportions_in_the_middle()
    {
        Framing framing = new SamplePipeline(Options("fit")).FramingOf(96, 48);
        Assert.Equal(new Framing(0.5, 0.5, 0, 12), framing);
        Assert.Equal(new Framing(0.5, 1, 0, 0), new SamplePipeline(Options("squashed")).FramingOf(96, 48));
    }

    [Fact]
    public void Labels_of_a_batch_are_rows_of_the_picture_with_the_most()
    {
        var data = new BoxList(
            [],
            [new LabelledBox(s_box, 1), new LabelledBox(new Box(0, 0, 4, 4), 0, true)],
            [new LabelledBox(new Box(0, 0, 96, 48), 0)]);
        using Batch batch = new DataLoader(data, new SamplePipeline(Options("fit")), new DataLoaderOptions { BatchSize = 3, Shuffle = false }).Read(0).Single();
        Assert.Equal([3, 2, 6], batch.Labels.Shape.ToArray());
        float[] none = [-1, 0, 0, 0, 0, 0];
        Assert.Equal([.. none, .. none, 1, 15, 17, 31, 25, 0, 0, 0, 12, 2, 14, 1, 0, 0, 12, 48, 36, 0, .. none], batch.Labels.ToArray<float>());
        Assert.Equal([0, 2, 1], LabelledBox.Read(batch.Labels, 2).Select(b => b.Length));
        var kept = (KeptBoxes)batch.Kept(1)!;
        Assert.Equal((96, 48, 2), (kept.Width, kept.Height, kept.Boxes.Count));
    }

    [Fact]
    public void Boxes_of_which_too_little_is_left_are_left_out()
    {
        var data = new BoxList([new LabelledBox(new Box(0, 0, 20, 20), 0)]);
        var jitter = new ScaleJitter { Least = 3, Most = 3 };
        int[] counts = [.. new[] { 0.0, 0.5, 1.0 }.Select(least => Enumerable.Range(0, 40).Sum(seed =>
        {
            var pipeline = new SamplePipeline(Options("fit") with { Scale = jitter, LeastVisible = least });
            using Batch batch = new DataLoader(data, pipeline, new DataLoaderOptions { BatchSize = 1, Seed = (ulong)seed }).Read(0).Single();
            return LabelledBox.Read(batch.Labels, 1)[0].Length;
        }))];
        Assert.True(counts[0] > counts[1] && counts[1] > counts[2], string.Join(' ', counts));
    }

    [Fact]
    public void A_batch_does_not_depend_on_who_makes_it()
    {
        var data = new BoxList([.. Enumerable.Range(0, 20).Select(i => new[] { new LabelledBox(new Box(i, 2, i + 30, 40), 0) })]);
        float[] Labels(int workers)
        {
            var pipeline = new SamplePipeline(Options("jitter") with { Flip = 0.5, VerticalFlip = 0.5 });
            var loader = new DataLoader(data, pipeline, new DataLoaderOptions { BatchSize = 20, Seed = 3, Workers = workers });
            using Batch batch = loader.Read(1).Single();
            return batch.Labels.ToArray<float>();
        }

        Assert.Equal(Labels(0), Labels(3));
    }

    private static TransformOptions Options(string recipe)
    {
        TransformOptions options = TransformOptions.ForDetection(Side) with
        {
            Flip = 0,
            KeepProportions = !recipe.StartsWith("squashed", StringComparison.Ordinal),
            Normalization = new Normalization([0f, 0f, 0f], [1f, 1f, 1f]),
        };
        return recipe switch
        {
            "flips" => options with { Flip = 0.5, VerticalFlip = 0.5 },
            "jitter" or "squashed jitter" => options with { Scale = new ScaleJitter { Least = 0.5, Most = 2 } },
            _ => options,
        };
    }

    private static BoxSample Sample()
    {
        var image = new Image(96, 48, PixelFormat.Rgb);
        for (int y = (int)s_box.Y0; y < s_box.Y1; y++)
        {
            image.Row(y)[(3 * (int)s_box.X0)..(3 * (int)s_box.X1)].Fill(255);
        }

        return new BoxSample(image, "x", [new LabelledBox(s_box, 0)]);
    }

    private static Box Bright(float[] planes)
    {
        int[] bright = [.. Enumerable.Range(0, Side * Side).Where(i => planes[i] > 0.5)];
        return bright.Length == 0 ? default
            : new Box(bright.Min(i => i % Side), bright.Min(i => i / Side), bright.Max(i => i % Side) + 1, bright.Max(i => i / Side) + 1);
    }

    private static float Distance(Box a, Box b) =>
        new[] { a.X0 - b.X0, a.Y0 - b.Y0, a.X1 - b.X1, a.Y1 - b.Y1 }.Max(MathF.Abs);

    private sealed class BoxList(params LabelledBox[][] boxes) : IImageDataset
    {
        public string Source => "boxes";

        public DataTask Task => DataTask.Detect;

        public int Count => boxes.Length;

        public IReadOnlyList<string> Classes { get; } = ["a", "b"];

        public int Label(int index) => 0;

        public string Name(int index) => $"{index}";

        public ImageSample Get(int index) => new BoxSample(new Image(96, 48, PixelFormat.Rgb), Name(index), boxes[index]);
    }
}
