using System.Text.Json;
using Fovea.Imaging;
using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

public class DetectionTaskTests
{
    private const int Side = 64;
    private static readonly Box s_box = new(24, 6, 60, 42);

    [Fact]
    public void What_is_found_is_measured_in_pixels_of_the_stored_picture()
    {
        using TensorScope scope = TensorScope.Begin();
        var oracle = new Oracle();
        DataLoader data = Data();
        ITask task = TaskCatalog.Of(DataTask.Detect);
        using Batch batch = data.Read(0).Single();
        Tensor outputs = oracle.Outputs(batch.Labels);
        task.CheckOutputs(outputs, 2, 2);
        Assert.Equal((2.0, 2), task.Measure(oracle, outputs, batch));
        IEvaluationMeter meter = task.CreateMeter(oracle, data, isFinal: true);
        meter.Add(outputs, batch);
        var result = (DetectionResult)meter.Result(1);
        Assert.Equal((1.0, 1.0, 1.0), (result.Precision.Ap, result.Precision.Ap50, result.Precision.Ar100));
        Assert.True(result.Loss is > 0 and < 5, $"{result.Loss}");
        Assert.All(result.PerImage, i => Assert.Equal((1, 1, 0), (i.Objects, i.Found, i.False)));
        JsonElement json = JsonDocument.Parse(result.ToJson()).RootElement;
        Assert.Equal((2, 1.0), (json.GetProperty("images").GetInt32(), json.GetProperty("ap50").GetDouble()));
        Assert.Equal([("a", 1), ("b", 1)], json.GetProperty("classes").EnumerateArray().Select(c => (c.GetProperty("class").GetString()!, c.GetProperty("objects").GetInt32())));

        var description = new ModelDescription { Model = "fcos_resnet18_fpn", Classes = ["a", "b"], ImageSize = Side, Task = DataTask.Detect };
        IPrediction seen = task.CreateReader(oracle, description, new PredictOptions()).Read(outputs, [Picture(), Picture()], ["x.png", "y.png"])[0];
        JsonElement found = Assert.Single(JsonDocument.Parse(seen.ToJson(null)).RootElement.GetProperty("objects").EnumerateArray());
        Assert.Equal("a", found.GetProperty("class").GetString());
        Assert.All(found.GetProperty("box").EnumerateArray().Select(n => n.GetSingle()).Zip([s_box.X0, s_box.Y0, s_box.X1, s_box.Y1]), p => Assert.Equal(p.Second, p.First, 0.05f));
        Assert.Equal("1 a", seen.ToText(5));
        Image drawn = seen.Over(Picture())!;
        Assert.NotEqual(Picture().Pixels, drawn.Pixels);
        Assert.Throws<ShapeException>(() => task.CheckOutputs(Tensor.Zeros([2, 10, 3]), 2, 2));
    }

    [Fact]
    public void The_options_that_boxes_cannot_follow_are_refused()
    {
        var options = new TrainOptions { Task = DataTask.Detect };
        Assert.Contains("auto-augment", Refused(options with { AutoAugment = "rand" }), StringComparison.Ordinal);
        Assert.Contains("mixup", Refused(options with { Mixup = 0.2 }), StringComparison.Ordinal);
        ITask task = TaskCatalog.Of(DataTask.Detect);
        Assert.Throws<OptionException>(() => task.CreateLoss(options with { Loss = "ce" }, new Oracle(), Data()));
        Assert.Throws<OptionException>(() => task.CreateLoss(options with { ClassWeights = true }, new Oracle(), Data()));
    }

    [Fact]
    public void Detectors_have_a_recipe_of_their_own()
    {
        var options = new TrainOptions { Task = DataTask.Detect };
        TrainOptions chosen = Recipe.Complete(options, 205);
        Assert.Equal((OptimizerKind.AdamW, 1e-3, 0.05, 10, 8), (chosen.Optimizer!.Value, chosen.LearningRate!.Value, chosen.WeightDecay!.Value, chosen.ClipGradient!.Value, chosen.BatchSize!.Value));
        TrainOptions asked = Recipe.Complete(options with { Optimizer = OptimizerKind.Sgd, ClipGradient = 0 }, 205);
        Assert.Equal((OptimizerKind.Sgd, 0.01, 5e-4, 0), (asked.Optimizer!.Value, asked.LearningRate!.Value, asked.WeightDecay!.Value, asked.ClipGradient!.Value));
        Assert.Equal((OptimizerKind.Sgd, 0.0), (Recipe.Complete(new TrainOptions(), 205).Optimizer!.Value, Recipe.Complete(new TrainOptions(), 205).ClipGradient!.Value));
    }

    private static string Refused(TrainOptions options) => Assert.Throws<OptionException>(() => Recipe.Check(options, TaskCatalog.Of(DataTask.Detect))).Message;

    private static Image Picture() => new(96, 48, PixelFormat.Rgb);

    private static DataLoader Data() => new(new Pair(), new SamplePipeline(TransformOptions.ForDetection(Side) with { Flip = 0 }),
        new DataLoaderOptions { BatchSize = 2, Shuffle = false });

    private sealed class Pair : IImageDataset
    {
        public string Source => "pair";

        public DataTask Task => DataTask.Detect;

        public int Count => 2;

        public IReadOnlyList<string> Classes { get; } = ["a", "b"];

        public int Label(int index) => 0;

        public string Name(int index) => $"{index}";

        public ImageSample Get(int index) => new BoxSample(Picture(), Name(index), [new LabelledBox(s_box, index)]);
    }

    /// <summary>A detector that has seen the labels.</summary>
    private sealed class Oracle : Module, IDetector
    {
        public DetectionScheme Scheme { get; } = new FcosScheme(2);

        /// <summary>What FCOS would give that is sure at the places where its loss wants it to be, and of nothing else.</summary>
        public Tensor Outputs(Tensor labels)
        {
            DetectionPlaces places = Scheme.Places(Side, Side);
            ReadOnlySpan<Box> anchors = places.Anchors;
            LabelledBox[][] boxes = LabelledBox.Read(labels, 2);
            Tensor outputs = Tensor.Zeros([boxes.Length, anchors.Length, Scheme.Columns]);
            for (int n = 0; n < boxes.Length; n++)
            {
                LabelledBox there = boxes[n].Single();
                for (int place = 0; place < anchors.Length; place++)
                {
                    Span<float> row = outputs.AsSpan<float>().Slice(((n * anchors.Length) + place) * Scheme.Columns, Scheme.Columns);
                    row[0] = row[1] = -9;
                    Box anchor = anchors[place];
                    (float x, float y, float stride) = ((anchor.X0 + anchor.X1) / 2, (anchor.Y0 + anchor.Y1) / 2, anchor.Width);
                    float[] sides = [(x - there.Box.X0) / stride, (y - there.Box.Y0) / stride, (there.Box.X1 - x) / stride, (there.Box.Y1 - y) / stride];
                    if (place < places.Levels[0].Count && sides.All(s => s > 0))
                    {
                        sides.CopyTo(row[2..]);
                        float central = MathF.Sqrt(Math.Min(sides[0], sides[2]) / Math.Max(sides[0], sides[2]) * Math.Min(sides[1], sides[3]) / Math.Max(sides[1], sides[3]));
                        (row[there.Class], row[6]) = (9, MathF.Log(central / (1.0001f - central)));
                    }
                }
            }

            return outputs;
        }

        protected override Tensor Forward(Tensor x) => throw new NotSupportedException("the test calls no network");
    }
}
