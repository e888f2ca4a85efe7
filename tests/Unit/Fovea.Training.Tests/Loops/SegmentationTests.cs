using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Codecs.Png;
using Fovea.Imaging.Transforms;
using Fovea.Io;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

/// <summary>Training, evaluating and predicting masks by name, on discs that are brighter than what is around them.</summary>
[Collection("engine")]
public class SegmentationTests
{
    [Theory]
    [InlineData("attention_gate", "ce+dice")]
    [InlineData("scse", "0.5*focal+lovasz")]
    public void Train_evaluate_and_predict_agree(string attention, string loss)
    {
        using var folder = new TemporaryFolder();
        TrainOptions options = Options(folder) with { Attention = attention, Loss = loss };
        TrainResult result = Trainer.Train(options);
        Assert.Equal(Path.Combine(folder.File("runs"), $"discs-unet-small-{attention}"), result.Run);
        Assert.Null(result.ValTop1);
        Assert.Null(result.Validation);
        SegmentationResult own = result.Segmentation!;
        Assert.Equal(result.ValMeanIou!.Value, own.MeanIou!.Value, 1e-12);
        Assert.True(own.MeanIou > 0.8, $"mean IoU {own.MeanIou}");
        Assert.NotNull(own.Hausdorff95);
        Assert.Contains("\"valTop1\":null", result.ToJson(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"valMeanIou\":null", result.ToJson(), StringComparison.Ordinal);

        foreach (string file in new[]
        {
            "config.json", "command.txt", "environment.json", "dataset.json", "status.json", "log.txt", "metrics.csv", "metrics.jsonl", "best.safetensors",
            "confusion.csv", "predictions.csv", "report.html", "checkpoints/last.ckpt", "checkpoints/best.ckpt", "plots/overlap.svg", "plots/confusion.svg",
            "samples/worst-01.png",
        })
        {
            Assert.True(File.Exists(Path.Combine(result.Run, file)), file);
        }

        Assert.Contains("val_mean_iou,val_mean_dice,val_pixel_accuracy", File.ReadLines(Path.Combine(result.Run, "metrics.csv")).First(), StringComparison.Ordinal);
        Assert.Contains(SegmentationResult.EmptyMaskPolicy[..60], File.ReadAllText(Path.Combine(result.Run, "report.html")), StringComparison.Ordinal);
        Assert.Contains("\"bestMeanIou\"", File.ReadAllText(Path.Combine(result.Run, "status.json")), StringComparison.Ordinal);

        string weights = Path.Combine(result.Run, "best.safetensors");
        var eval = new EvalOptions { Weights = weights, Data = folder.File("discs"), Output = folder.File("eval"), BatchSize = 3 };
        var evaluation = Assert.IsType<SegmentationResult>(Evaluator.Measure(eval));
        Assert.Contains($"\"imageSize\":32,\"preprocessing\":\"{evaluation.Description!.Preprocessing}\"", evaluation.ToJson(), StringComparison.Ordinal);
        Assert.Equal(own.Confusion.ToCsv(), evaluation.Confusion.ToCsv());
        Assert.Equal(own.Hausdorff95, evaluation.Hausdorff95);
        Assert.True(File.Exists(folder.File("eval/report.html")));
        Assert.Throws<OptionException>(() => Evaluator.Run(eval));
        Assert.Throws<OptionException>(() => Evaluator.Measure(eval with { Logits = folder.File("logits.json") }));

        // Predicted masks, written and scored against the truth by hand, give the same counts.
        Predictor predictor = Predictor.Open(new PredictOptions { Weights = weights });
        Assert.Equal(DataTask.Segment, predictor.Task);
        var meter = new SegmentationMeter(predictor.Classes);
        foreach (string path in Predictor.Find([folder.File("discs/val/images")]))
        {
            MaskPrediction seen = Assert.Single(predictor.Segment([ImageCodecs.Load(path)], [path]));
            seen.Save(folder.File("mask.png"));
            Image written = ImageCodecs.LoadIndices(folder.File("mask.png"));
            Assert.All(written.Pixels.Distinct(), p => Assert.True(p is 0 or 255));
            Assert.Equal(1, seen.Classes.Sum(c => c.Share), 1e-12);
            Image truth = ImageCodecs.LoadIndices(path.Replace("images", "masks", StringComparison.Ordinal));
            meter.Add(seen.Mask.Pixels, [.. truth.Pixels.Select(p => (byte)(p / 255))], truth.Width, path);
        }

        Assert.Equal(own.Confusion.ToCsv(), meter.Confusion.ToCsv());
        Assert.Throws<OptionException>(() => predictor.Predict([ImageCodecs.Load(folder.File("discs/val/images/0.png"))]));
    }

    [Fact]
    public void Crops_are_learnt_from_and_windows_seen_through_wherever_the_weights_go()
    {
        using var folder = new TemporaryFolder();
        TrainResult result = Trainer.Train(Options(folder) with { ImageSize = null, Crop = 16, CropBalanced = true, Epochs = 12, BatchSize = 4 });
        SegmentationResult own = result.Segmentation!;
        Assert.True(own.MeanIou > 0.7, $"mean IoU {own.MeanIou}");
        Assert.True(File.Exists(Path.Combine(result.Run, "samples/worst-01.png")));
        string weights = Path.Combine(result.Run, "best.safetensors");
        var eval = new EvalOptions { Weights = weights, Data = folder.File("discs"), BatchSize = 5 };
        var evaluation = (SegmentationResult)Evaluator.Measure(eval);
        Assert.StartsWith("own resolution in windows of 16×16 pixels", evaluation.Description!.PreprocessingText, StringComparison.Ordinal);
        Assert.Equal(own.Confusion.ToCsv(), evaluation.Confusion.ToCsv());
        Assert.Equal(4, ((SegmentationResult)Evaluator.Measure(eval with { Scales = [0.75, 1, 1.5], Views = new TestViews { Flip = true } })).Images);

        Predictor predictor = Predictor.Open(new PredictOptions { Weights = weights });
        var meter = new SegmentationMeter(predictor.Classes);
        foreach (string path in Predictor.Find([folder.File("discs/val/images")]))
        {
            MaskPrediction seen = Assert.Single(predictor.Segment([ImageCodecs.Load(path)], [path]));
            Image truth = ImageCodecs.LoadIndices(path.Replace("images", "masks", StringComparison.Ordinal));
            meter.Add(seen.Mask.Pixels, [.. truth.Pixels.Select(p => (byte)(p / 255))], truth.Width, path);
        }

        Assert.Equal(own.Confusion.ToCsv(), meter.Confusion.ToCsv());
    }

    [Fact]
    public void Crops_go_with_masks_and_windows_with_crops()
    {
        using var folder = new TemporaryFolder();
        TrainOptions options = Options(folder);
        Assert.Contains("multiples of 8", Error(() => Trainer.Train(options with { ImageSize = null, Crop = 20 })), StringComparison.Ordinal);
        Assert.Contains("nothing beside --crop 16", Error(() => Trainer.Train(options with { Crop = 16, ImageSize = 32 })), StringComparison.Ordinal);
        Assert.Contains("--crop N beside it", Error(() => Trainer.Train(options with { CropBalanced = true })), StringComparison.Ordinal);
        Assert.Contains("leave --crop out", Error(() => Trainer.Train(new TrainOptions { Model = "resnet8", Crop = 16, Output = options.Output })), StringComparison.Ordinal);
        Assert.False(Directory.Exists(options.Output));

        static string Error(Action wrong) => Assert.Throws<OptionException>(wrong).Message;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stopping_and_resuming_changes_no_bit(bool crops)
    {
        using var folder = new TemporaryFolder();
        TrainOptions options = Options(folder) with { Name = "whole", Epochs = 2, Threads = 2, AutoAugment = "rand" };
        options = crops ? options with { Model = "danet_resnet18", ImageSize = null, Crop = 16, CropBalanced = true } : options;
        TrainResult whole = Trainer.Train(options);
        using var stop = new CancellationTokenSource();
        var listener = new Listener(e =>
        {
            if (e is BatchDone { Epoch: 2, Batch: 1 })
            {
                stop.Cancel();
            }
        });
        TrainResult stopped = Trainer.Train(options with { Name = "stopped" }, listener, stop.Token);
        Assert.Equal(TrainOutcome.Interrupted, stopped.Outcome);
        TrainResult resumed = Trainer.Train(new TrainOptions { Resume = stopped.Run, Threads = 1, Workers = 0 });
        Assert.Equal(whole.ValMeanIou, resumed.ValMeanIou);
        using TensorScope scope = TensorScope.Begin();
        Assert.Equal(
            SafetensorsFile.Read(Path.Combine(whole.Run, "best.safetensors")).Tensors.SelectMany(t => t.Value.AsBytes().ToArray()),
            SafetensorsFile.Read(Path.Combine(resumed.Run, "best.safetensors")).Tensors.SelectMany(t => t.Value.AsBytes().ToArray()));
    }

    [Fact]
    public void Models_and_tasks_that_do_not_go_together_leave_no_run_folder()
    {
        using var folder = new TemporaryFolder();
        TrainOptions options = Options(folder);
        Assert.Contains("take unet", Error(options with { Model = "resnet18" }), StringComparison.Ordinal);
        Assert.Contains("multiples of 8", Error(options with { ImageSize = 30 }), StringComparison.Ordinal);
        Assert.Contains("leave --mixup", Error(options with { Mixup = 0.2, Loss = "ce" }), StringComparison.Ordinal);
        Assert.Contains("leave --padding", Error(options with { ImageSize = null, Crop = 16, PaddingMode = BorderMode.Reflect }), StringComparison.Ordinal);
        Assert.Contains("did you mean \"dice\"", Error(options with { Loss = "dicee" }), StringComparison.Ordinal);
        Assert.False(Directory.Exists(options.Output));

        string Error(TrainOptions wrong) => Assert.Throws<OptionException>(() => Trainer.Train(wrong)).Message;
    }

    [Fact]
    public void All_that_does_not_count_teaches_nothing()
    {
        using var folder = new TemporaryFolder();
        TrainOptions options = Options(folder) with { Epochs = 1, BatchSize = 1, MaskClasses = ["a", "b", "c"], IgnoreValue = 255 };
        foreach (string mask in Directory.GetFiles(folder.File("discs/train/masks")).Take(2))
        {
            File.WriteAllBytes(mask, PngEncoder.Encode(new Image(32, 24, PixelFormat.Grey, [.. Enumerable.Repeat((byte)255, 32 * 24)])));
        }

        // The other masks hold 0 and 255: here 255 is what does not count, and only the background is left.
        TrainResult result = Trainer.Train(options);
        Assert.All(result.History, m => Assert.True(double.IsFinite(m.TrainLoss)));
        Assert.Equal(1, result.Epochs);
    }

    private static TrainOptions Options(TemporaryFolder folder)
    {
        foreach ((string part, int count) in new[] { ("train", 12), ("val", 4) })
        {
            for (int i = 0; i < count; i++)
            {
                var random = new Generator(3).Fork(part).Fork((ulong)i);
                var image = new Image(32, 24, PixelFormat.Rgb);
                var mask = new Image(32, 24, PixelFormat.Grey);
                double x = 8 + 16 * random.NextDouble(), y = 8 + 8 * random.NextDouble(), radius = 4 + 4 * random.NextDouble();
                for (int p = 0; p < mask.Pixels.Length; p++)
                {
                    bool isInside = Math.Pow(p % 32 - x, 2) + Math.Pow(p / 32 - y, 2) < radius * radius;
                    mask.Pixels[p] = (byte)(isInside ? 255 : 0);
                    for (int c = 0; c < 3; c++)
                    {
                        image.Pixels[3 * p + c] = (byte)(random.Next(90) + (isInside ? 120 : 20));
                    }
                }

                Write(folder.File($"discs/{part}/images/{i}.png"), image);
                Write(folder.File($"discs/{part}/masks/{i}.png"), mask);
            }
        }

        return new TrainOptions
        {
            Data = folder.File("discs"),
            Output = folder.File("runs"),
            ImageSize = 32,
            Epochs = 8,
            BatchSize = 2,
            LearningRate = 0.05,
            Seed = 5,
        };
    }

    private static void Write(string path, Image image)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, PngEncoder.Encode(image));
    }
}
