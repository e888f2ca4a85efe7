using Fovea.Inspect;
using Fovea.Onnx;

namespace Fovea.Cli.Exporting;

/// <summary>Writes a golden case in the form of ONNX's own tests, for any runtime to check.</summary>
internal static class GoldenExport
{
    /// <exception cref="OptionException">The folder is there already.</exception>
    /// <exception cref="DataFormatException">The file is no golden case.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ExportedFile Run(ExportOptions options, IProgress<WorkProgress>? progress, CancellationToken stop)
    {
        if (File.Exists(options.Output) || (Directory.Exists(options.Output) && Directory.EnumerateFileSystemEntries(options.Output).Any() && !options.Force))
        {
            throw new OptionException("export", $"{options.Output} is there already and not an empty folder; give another name, or --force to write into it.");
        }

        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        GoldenSubject golden = GoldenCase.Open(options.Golden!);
        bool trains = golden.Module.IsTraining;
        golden.Module.Eval();
        Tensor[] inputs = [.. golden.Inputs];
        Tensor output = inputs.Length == 1 ? golden.Module.Call(inputs[0]) : golden.Module.Call(inputs);
        bool same = golden.IsReached(output);
        if (!same && !trains)
        {
            throw new DataFormatException($"{options.Golden}: the mechanism does not give the output of the case; run fovea verify on it.");
        }

        OnnxSignature signature = OnnxCaseFolder.Write(options.Output, golden.Module, options.Onnx, inputs, same ? golden.Output : output, progress, stop);
        string[] mode = same ? [] : ["the case is of training mode, which ONNX files have none of: the output is that of evaluation mode, by Fovea"];
        return new ExportedFile(options.Output, $"{golden.Mechanism} {golden.Case}", options.Onnx.Opset, signature, [.. signature.Notes, .. mode]);
    }
}
