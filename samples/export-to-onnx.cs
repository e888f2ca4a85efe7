#!/usr/bin/env dotnet
#:project ../src/Fovea.Onnx/Fovea.Onnx.csproj
#:package Microsoft.ML.OnnxRuntime
#:property PublishAot=false

// A model as an ONNX file, run by ONNX Runtime and read back:
//   dotnet run -c Release samples/export-to-onnx.cs
using Fovea;
using Fovea.Models;
using Fovea.Onnx;
using Microsoft.ML.OnnxRuntime;

Module model = ModelCatalog.Create("resnet8", new ModelOptions { Classes = 8, Attention = new AttentionPlacement { Key = "cbam" } });
string path = Path.Combine(Directory.CreateTempSubdirectory("onnx").FullName, "model.onnx");

// The batch is open in the file, and so are height and width where the model takes other sizes.
OnnxSignature signature = model.Eval().ExportOnnx(path, OnnxExportOptions.Default, new TensorSpec([1, 3, 64, 64], DType.Float32));
Console.WriteLine($"{new FileInfo(path).Length / 1024} KiB, takes {signature.Inputs[0].Name} [{string.Join(", ", signature.Inputs[0].Shape)}]");

using TensorScope scope = TensorScope.Begin();
Tensor x = Tensor.Empty([3, 3, 64, 64]);
new Generator(1).FillNormal(x.AsSpan<float>(), 0, 1);
float[] ours = model.Call(x).ToArray<float>();

using var session = new InferenceSession(path);
using OrtValue input = OrtValue.CreateTensorValueFromMemory(x.ToArray<float>(), [3, 3, 64, 64]);
using var results = session.Run(new RunOptions(), [session.InputNames[0]], [input], [session.OutputNames[0]]);
Compare("ONNX Runtime", results[0].GetTensorDataAsSpan<float>());

// A file is a module like any other: called here, it could be compiled, trained on, looked into.
OnnxModel read = OnnxModel.Load(path);
Compare("read back", read.Eval().Call(x).AsSpan<float>());
Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

void Compare(string name, ReadOnlySpan<float> theirs)
{
    double difference = 0;
    for (int i = 0; i < ours.Length; i++)
    {
        difference = Math.Max(difference, Math.Abs(ours[i] - theirs[i]));
    }

    Console.WriteLine($"{name}: {(difference < 1e-4 * ours.Max(MathF.Abs) ? "equal" : "DIFFERENT")}, {theirs.Length} numbers");
}
