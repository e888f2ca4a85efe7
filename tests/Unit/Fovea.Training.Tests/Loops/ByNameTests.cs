using Fovea.Imaging.Codecs.Png;
using Fovea.Io;
using Fovea.Training.Data;

namespace Fovea.Training.Tests;

[Collection("engine")]
public class ByNameTests
{
    [Fact]
    public void Train_evaluate_and_predict_agree()
    {
        using var folder = new TemporaryFolder();
        TrainOptions options = Options(folder);
        TrainResult result = Trainer.Train(options);
        Assert.Equal(Path.Combine(folder.File("runs"), "pictures-resnet8-eca"), result.Run);
        string weights = Path.Combine(result.Run, "best.safetensors");

        EvaluationResult evaluation = Evaluator.Run(new EvalOptions { Weights = weights, Data = folder.File("val"), Output = folder.File("eval"), BatchSize = 5 });
        Assert.Equal(result.Validation!.Top1Correct, evaluation.Top1Correct);
        Assert.Equal(result.Validation.Loss!.Value, evaluation.Loss!.Value, 1e-6);
        Assert.True(File.Exists(folder.File("eval/report.html")));

        // best.ckpt and last.ckpt hold the same model; the .pth that other software reads is recognised but for the image size.
        Assert.Equal(evaluation.Loss!.Value, Evaluator.Run(new EvalOptions { Weights = Path.Combine(result.Run, "checkpoints", "best.ckpt"), Data = folder.File("val") }).Loss!.Value, 1e-6);

        // So does the folder.
        Assert.Equal(evaluation.Loss!.Value, Evaluator.Run(new EvalOptions { Weights = result.Run, Data = folder.File("val"), BatchSize = 5 }).Loss!.Value);
        WeightsFile.Write(folder.File("w.pth"), WeightsFile.Read(weights).Tensors);
        var byHand = new EvalOptions { Weights = folder.File("w.pth"), Model = "resnet8", Attention = "eca", ImageSize = 16, Data = folder.File("val") };
        Assert.Equal(evaluation.Loss!.Value, Evaluator.Run(byHand).Loss!.Value, 1e-6);
        Assert.Equal(evaluation.Loss!.Value, Evaluator.Run(byHand with { Model = null, Attention = null }).Loss!.Value, 1e-6);

        Predictor predictor = Predictor.Open(new PredictOptions { Weights = weights, Top = 2, BatchSize = 3 });
        Prediction[] predictions = [.. predictor.Predict(Predictor.Find([folder.File("val")]))];
        Assert.Equal(evaluation.Predictions.Select(p => TinyRun.Classes.Order().ElementAt(p.Predicted)), predictions.Select(p => p.Classes[0].Class));
        Assert.All(predictions, p => Assert.True(p.Classes.Count == 2 && p.Classes[0].Probability >= p.Classes[1].Probability));
        Assert.StartsWith("{\"path\":\"", predictions[0].ToJson(), StringComparison.Ordinal);
        Assert.Throws<DataException>(() => Predictor.Find([folder.File("nowhere")]));
    }

    [Fact]
    public void An_interrupted_run_continues_from_its_folder_alone()
    {
        using var folder = new TemporaryFolder();
        TrainOptions options = Options(folder) with { Name = "whole", DropPath = 0.3 };
        TrainResult whole = Trainer.Train(options);
        using var stop = new CancellationTokenSource();
        var listener = new Listener(e =>
        {
            if (e is BatchDone { Epoch: 2, Batch: 2 })
            {
                stop.Cancel();
            }
        });
        TrainResult stopped = Trainer.Train(options with { Name = "stopped" }, listener, stop.Token);
        Assert.Equal(TrainOutcome.Interrupted, stopped.Outcome);
        Assert.Equal($"fovea train --resume {stopped.Run}", stopped.ResumeCommand);
        TrainResult resumed = Trainer.Train(new TrainOptions { Resume = stopped.Run, Threads = 1, Workers = 0 });
        Assert.Equal((stopped.Run, TrainOutcome.Completed), (resumed.Run, resumed.Outcome));
        Assert.Equal(
            SafetensorsFile.Read(Path.Combine(whole.Run, "best.safetensors")).Tensors.SelectMany(t => t.Value.AsBytes().ToArray()),
            SafetensorsFile.Read(Path.Combine(resumed.Run, "best.safetensors")).Tensors.SelectMany(t => t.Value.AsBytes().ToArray()));
    }

    [Fact]
    public void Fine_tuning_keeps_what_fits_and_starts_anew_where_classes_differ()
    {
        using var folder = new TemporaryFolder();
        TrainResult first = Trainer.Train(Options(folder) with { Epochs = 1 });
        Directory.Delete(folder.File("pictures/red"), recursive: true);
        Directory.Delete(folder.File("val/red"), recursive: true);
        var warnings = new List<string>();
        var listener = new Listener(e => warnings.AddRange(e is TrainingWarning w ? [w.Message] : []));
        TrainOptions options = Options(folder, make: false) with { Epochs = 1, Weights = Path.Combine(first.Run, "best.safetensors"), Freeze = ["backbone"] };
        TrainResult tuned = Trainer.Train(options, listener);
        Assert.Contains(warnings, w => w.Contains("Fresh: linear (2 tensors)", StringComparison.Ordinal));
        using TensorScope scope = TensorScope.Begin();
        Assert.Equal(
            SafetensorsFile.Read(Path.Combine(first.Run, "best.safetensors")).Tensors["conv1.weight"].ToArray<float>(),
            SafetensorsFile.Read(Path.Combine(tuned.Run, "best.safetensors")).Tensors["conv1.weight"].ToArray<float>());
        string message = Assert.Throws<WeightsMismatchException>(() => Trainer.Train(options with { Model = "resnet14" })).Message;
        Assert.StartsWith("these weights are eca_resnet8, you built eca_resnet14: add --model eca_resnet8.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_data_and_names_leave_no_run_folder()
    {
        using var folder = new TemporaryFolder();
        TrainOptions options = Options(folder);
        Assert.Throws<DataException>(() => Trainer.Train(options with { Data = folder.File("nowhere") }));
        Assert.Throws<OptionException>(() => Trainer.Train(options with { Model = "resnet9" }));
        Assert.Throws<OptionException>(() => Trainer.Train(options with { Attention = "ecca" }));
        Assert.Throws<OptionException>(() => Trainer.Train(options with { Epochs = 0 }));
        File.WriteAllBytes(folder.File("pictures/red/broken.png"), [1, 2, 3]);
        var error = Assert.Throws<DataException>(() => Trainer.Train(options));
        Assert.Contains("broken.png", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(options.Output));
    }

    private static TrainOptions Options(TemporaryFolder folder, bool make = true)
    {
        if (make)
        {
            Write(folder.File("pictures"), new TinyRun.Blobs(24, 1));
            Write(folder.File("val"), new TinyRun.Blobs(9, 2));
        }

        return TinyRun.Options with
        {
            Data = folder.File("pictures"),
            Validation = folder.File("val"),
            Output = folder.File("runs"),
            Model = "resnet8",
            Attention = "eca",
            ImageSize = 16,
            Workers = 1,
        };
    }

    private static void Write(string path, TinyRun.Blobs images)
    {
        for (int i = 0; i < images.Count; i++)
        {
            string file = Path.Combine(path, images.Name(i));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            PngEncoder.Save(file, images.Get(i).Image);
        }
    }
}
