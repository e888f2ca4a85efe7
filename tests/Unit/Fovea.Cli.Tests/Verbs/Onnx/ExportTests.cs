using System.Diagnostics;
using System.Text.Json.Nodes;
using Fovea.Imaging;
using Fovea.Io;
using Fovea.Models;
using Fovea.Testing;
using Fovea.Training;
using Fovea.Training.Data;
using Microsoft.ML.OnnxRuntime;

namespace Fovea.Cli.Tests.Verbs;

/// <summary>What <c>export</c> writes is the model, to engines that know nothing of ours.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Published_weights_give_the_same_classes_in_another_engine()
    {
        string? weights = SharedData.Path("weights/resnet20-cifar10.th");
        string? expectation = SharedData.Path("weights/resnet20-cifar10.expected.json");
        string? data = SharedData.Path("data/cifar10/val.tar.gz");
        if (weights is null || expectation is null || data is null)
        {
            Assert.Skip(SharedData.Missing);
        }

        string file = _folder.File("resnet20.onnx");
        Cli.Ok("export", "--weights", weights, "--model", "resnet20-cifar", "--output", file, "--with-preprocess");
        IImageDataset images = DatasetFactory.Open(data);
        using var session = new InferenceSession(file);
        using var run = new RunOptions();
        int correct = 0;
        foreach (ImageSample[] batch in Enumerable.Range(0, images.Count).Select(images.Get).Chunk(250))
        {
            byte[] pixels = [.. batch.SelectMany(s => s.Image.Pixels)];
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(pixels, [batch.Length, 32, 32, 3]);
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, session.InputNames, [input], session.OutputNames);
            float[] logits = results[0].GetTensorDataAsSpan<float>().ToArray();
            correct += batch.Where((s, i) => Place(logits.AsSpan(i * 10, 10)) == s.Label).Count();
        }

        Assert.Equal((int)JsonNode.Parse(File.ReadAllText(expectation))!["top1_correct"]!, correct);

        static int Place(Span<float> values)
        {
            int best = 0;
            for (int i = 1; i < values.Length; i++)
            {
                best = values[i] > values[best] ? i : best;
            }

            return best;
        }
    }

    [Fact]
    public void The_file_says_what_it_is()
    {
        string file = _folder.File("a/b/m.onnx");
        JsonNode json = JsonNode.Parse(Cli.Ok("export", "--weights", Weights(["a cat", "ein Bär"]), "--output", file, "--json"))!;
        Assert.Equal(["batch", "3", "height", "width"], json["inputs"]!["input"]!.AsArray().Select(n => n!.ToString()));
        Assert.Equal(["batch", "2"], json["outputs"]!["logits"]!.AsArray().Select(n => n!.ToString()));
        Assert.Equal(new FileInfo(file).Length, (long)json["bytes"]!);
        using var session = new InferenceSession(file);
        Dictionary<string, string> metadata = session.ModelMetadata.CustomMetadataMap;
        Assert.Equal("""["a cat","ein Bär"]""", metadata["classes"]);
        Assert.Equal("64", metadata["imageSize"]);
        Assert.Equal("resnet8", session.ModelMetadata.GraphName);
        Assert.Equal(["a cat", "ein Bär"], ModelDescription.FromMetadata(metadata)!.Classes);
    }

    [Fact]
    public void An_exported_run_is_evaluated_converted_and_trained_on_like_its_weights()
    {
        string weights = Weights(["dark", "light"]), file = _folder.File("m.onnx"), data = _folder.File("data");
        TinyData.MakeDivided(data);
        Cli.Ok("export", "--weights", weights, "--output", file);
        string[] logits = [_folder.File("a.json"), _folder.File("b.json")];
        Cli.Ok("eval", "--weights", weights, "--data", data, "--logits", logits[0]);
        Cli.Ok("eval", "--weights", file, "--data", data, "--logits", logits[1]);
        Assert.Equal(File.ReadAllText(logits[0]), File.ReadAllText(logits[1]));

        Cli.Ok("convert", file, _folder.File("back.safetensors"));
        Assert.Equal(
            SafetensorsFile.Read(weights).Tensors.Where(t => t.Value.DType.IsFloating()).OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => (t.Key, Convert.ToHexString(t.Value.AsBytes()))),
            SafetensorsFile.Read(_folder.File("back.safetensors")).Tensors.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => (t.Key, Convert.ToHexString(t.Value.AsBytes()))));
        Cli.Ok("train", "--weights", file, "--data", data, "--epochs", "1", "-b", "4", "--threads", "1", "--output", _folder.File("runs"));
        Assert.Contains("fovea export", Cli.Fails(ExitCode.WrongUse, "convert", weights, _folder.File("x.onnx")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_there_is_kept()
    {
        string file = _folder.File("m.onnx");
        string weights = Weights(["a", "b"]);
        Cli.Ok("export", "--weights", weights, "--output", file, "--static-batch", "--static-size", "--half", "--fold-batch-norm", "--opset", "13");
        Assert.Contains("--force", Cli.Fails(ExitCode.WrongUse, "export", "--weights", weights, "--output", file), StringComparison.Ordinal);
        Cli.Ok("export", "--weights", weights, "--output", file, "--force");
    }

    [Fact]
    public void What_is_missing_or_does_not_go_together_is_said()
    {
        Assert.Contains("--weights", Cli.Fails(ExitCode.WrongUse, "export", "--output", "m.onnx"), StringComparison.Ordinal);
        Assert.Contains("--output", Cli.Fails(ExitCode.WrongUse, "export", "--weights", "m.safetensors"), StringComparison.Ordinal);
        Assert.Contains("22", Cli.Fails(ExitCode.WrongUse, "export", "--weights", "m.safetensors", "--output", "m.onnx", "--opset", "22"), StringComparison.Ordinal);
        Assert.Contains("--golden", Cli.Fails(ExitCode.WrongUse, "export", "--golden", "g", "--weights", "m", "--output", "d"), StringComparison.Ordinal);
        Cli.Fails(ExitCode.BadData, "export", "--golden", Repository.Golden("make_mechanisms.py"), "--output", _folder.File("d"));
    }

    [Fact]
    public void Goldens_become_cases_that_another_engine_passes()
    {
        foreach (string golden in Directory.GetFiles(Repository.Golden("mechanisms", "cbam"), "*.safetensors").Order(StringComparer.Ordinal).Take(4))
        {
            string folder = _folder.File(Path.GetFileNameWithoutExtension(golden));
            Cli.Ok("export", "--golden", golden, "--output", folder);
            using var session = new InferenceSession(Path.Combine(folder, "model.onnx"));
            Onnx.Protocol.TensorProto input = Read("input_0.pb"), output = Read("output_0.pb");
            using OrtValue x = OrtValue.CreateTensorValueFromMemory(Numbers(input), [.. input.Dims]);
            using var run = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, [input.Name], [x], [output.Name]);

            // The tolerance of ONNX's own runner is 1e-3 of each number; engines differ by some 1e-6 of the largest.
            Assert.All(Numbers(output).Zip(results[0].GetTensorDataAsSpan<float>().ToArray()), p => Assert.Equal(p.First, p.Second, 1e-4));

            Onnx.Protocol.TensorProto Read(string name) =>
                Onnx.Protocol.TensorProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, "test_data_set_0", name)));
        }

        static float[] Numbers(Onnx.Protocol.TensorProto tensor) =>
            System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray();
    }

    [Fact]
    public void The_checker_of_ONNX_finds_no_fault()
    {
        const string python = "/usr/bin/python3";
        if (!File.Exists(python) || Python(python, "import onnx").Code != 0)
        {
            Assert.Skip("needs Debian's python3-onnx, which is not installed");
        }

        string weights = Weights(["a", "b"]);
        foreach (string[] asked in new string[][] { [], ["--half"], ["--with-preprocess"], ["--fold-batch-norm", "--opset", "13"] })
        {
            string file = _folder.File($"checked{asked.Length}{asked.FirstOrDefault()}.onnx");
            Cli.Ok(["export", "--weights", weights, "--output", file, .. asked]);
            (int code, string text) = Python(python, $"import onnx; onnx.checker.check_model(onnx.load('{file}'), full_check=True)");
            Assert.True(code == 0, text);
        }
    }

    private static (int Code, string Text) Python(string python, string program)
    {
        var start = new ProcessStartInfo(python) { RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(program);
        using Process process = Process.Start(start)!;
        string text = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, text);
    }

    private string Weights(string[] classes)
    {
        string path = _folder.File("weights.safetensors");
        using var scope = TensorScope.Begin();
        var description = new ModelDescription { Model = "resnet8", Classes = classes, ImageSize = 64 };
        Module model = ModelCatalog.Create("resnet8", new ModelOptions { Classes = classes.Length, ImageSize = 64 });
        SafetensorsFile.Write(path, StateDict.Of(model), description.ToMetadata());
        return path;
    }
}
