using Fovea.Imaging.Codecs;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

[Collection("engine")]
public class ViewedImagesTests
{
    [Theory]
    [InlineData("none", 1)]
    [InlineData("flip", 2)]
    [InlineData("five-crop", 5)]
    [InlineData("flip,five-crop", 10)]
    [InlineData("ten-crop", 10)]
    public void Views_are_read_and_written(string text, int count)
    {
        var views = TestViews.Parse(text);
        Assert.Equal(count, views.Count);
        Assert.Equal(views, TestViews.Parse(views.ToString()));
        Assert.Throws<OptionException>(() => TestViews.Parse("none,flip"));
        Assert.Contains("flop", Assert.Throws<OptionException>(() => TestViews.Parse("flop")).Message, StringComparison.Ordinal);
    }

    // The mean of softmax over crops that are cut out by hand; float32 sums of ten against double ones.
    [Theory]
    [InlineData("flip")]
    [InlineData("five-crop")]
    [InlineData("ten-crop")]
    public void Probabilities_are_the_mean_of_those_of_each_view(string text)
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, ModelDescription description) = Model("resnet8", DataTask.Classify);
        (SamplePipeline pipeline, ViewedImages? viewed) = ViewedImages.Plan(TestViews.Parse(text), description);
        var images = new TinyRun.Blobs(3, 1);
        Tensor frame = pipeline.ToInput([.. Enumerable.Range(0, 3).Select(i => images.Get(i).Image)]);
        int side = text == "flip" ? 16 : 19, room = side - 16;
        Assert.Equal(new Shape(3, 3, side, side), frame.Shape);
        double[] expected = new double[9];
        (int, int)[] crops = text == "flip" ? [(0, 0)] : [(room / 2, room / 2), (0, 0), (0, room), (room, 0), (room, room)];
        int count = 0;
        foreach ((int top, int left) in crops)
        {
            foreach (bool isMirrored in text == "five-crop" ? new[] { false } : [false, true])
            {
                Tensor crop = Tensor.From(Cut(frame, top, left, isMirrored), [3, 3, 16, 16]);
                float[] shares = model.Call(crop).Softmax(1).ToArray<float>();
                expected = [.. expected.Zip(shares, (a, b) => a + b)];
                count++;
            }
        }

        float[] actual = viewed!.Run(x => model.Call(x), frame).ToArray<float>();
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First / count, Math.Exp(p.Second), 1e-6));
    }

    [Fact]
    public void Masks_are_mirrored_back()
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, ModelDescription description) = Model("unet-small", DataTask.Segment);
        (SamplePipeline pipeline, ViewedImages? viewed) = ViewedImages.Plan(TestViews.Parse("flip"), description);
        Tensor x = pipeline.ToInput([new TinyRun.Blobs(1, 1).Get(0).Image]);
        Tensor expected = (model.Call(x).Softmax(1) + model.Call(x.Flip(3)).Flip(3).Softmax(1)) * 0.5;
        Tensor actual = viewed!.Run(t => model.Call(t), x).Exp();
        Assert.All(expected.ToArray<float>().Zip(actual.ToArray<float>()), p => Assert.Equal(p.First, p.Second, 1e-5f));
    }

    [Fact]
    public void Eval_and_predict_say_the_same_of_the_same_views()
    {
        using var folder = new PictureFolder();
        TrainResult run = Trainer.Train(folder.Options with { Epochs = 2 });
        string weights = Path.Combine(run.Run, "best.safetensors");
        var eval = new EvalOptions { Weights = weights, Data = folder.Data, BatchSize = 5 };
        TestViews views = TestViews.Parse("ten-crop");
        EvaluationResult plain = Evaluator.Run(eval), viewed = Evaluator.Run(eval with { Views = views, Output = folder.File("scores") });
        Assert.Equal((24, 24), (plain.Images, viewed.Images));
        Assert.NotEqual(plain.Loss, viewed.Loss);
        Assert.True(File.Exists(folder.File("scores/report.html")));

        Predictor predictor = Predictor.Open(new PredictOptions { Weights = weights, Views = views, BatchSize = 7, Top = 1 });
        foreach (ImagePrediction seen in viewed.Predictions)
        {
            Prediction said = predictor.Predict([ImageCodecs.Load(Path.Combine(folder.Data, seen.Name))]).Single();
            Assert.Equal(seen.Predicted, said.Classes[0].Label);
            Assert.Equal(seen.Confidence, said.Classes[0].Probability, 1e-6f);
        }
    }

    [Fact]
    public void What_cannot_be_averaged_is_refused()
    {
        ModelDescription masks = new() { Model = "unet-small", Classes = TinyRun.Classes, ImageSize = 16, Task = DataTask.Segment };
        ModelDescription boxes = new() { Model = "fcos_resnet18_fpn", Classes = TinyRun.Classes, ImageSize = 64, Task = DataTask.Detect };
        Assert.Contains("--scales", Assert.Throws<OptionException>(() => ViewedImages.Plan(TestViews.Parse("five-crop"), masks)).Message, StringComparison.Ordinal);
        Assert.Contains("fcos_resnet18_fpn gives", Assert.Throws<OptionException>(() => ViewedImages.Plan(TestViews.Parse("flip"), boxes)).Message, StringComparison.Ordinal);

        // In windows the mirrored image is one of the looks that they have.
        (SamplePipeline pipeline, ViewedImages? viewed) = ViewedImages.Plan(TestViews.Parse("flip"), masks with { SeesWindows = true });
        Assert.True(viewed is null && pipeline.Options.Windows is { Flip: true });
    }

    private static (Module Model, ModelDescription Description) Model(string key, DataTask task)
    {
        var description = new ModelDescription { Model = key, Classes = TinyRun.Classes, ImageSize = 16, Task = task };
        Module model = description.Build();
        Initialization.Draw(model, new Generator(3).Fork("model"));
        return (model.Eval(), description);
    }

    private static float[] Cut(Tensor frame, int top, int left, bool isMirrored)
    {
        float[] all = frame.ToArray<float>(), part = new float[3 * 3 * 16 * 16];
        int side = frame.Shape[3];
        for (int i = 0; i < part.Length; i++)
        {
            (int plane, int y, int x) = (i / 256, i / 16 % 16, i % 16);
            part[i] = all[(((plane * side) + top + y) * side) + left + (isMirrored ? 15 - x : x)];
        }

        return part;
    }
}
