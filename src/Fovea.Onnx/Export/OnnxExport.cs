using Fovea.Onnx.Export;
using Fovea.Onnx.Protocol;

namespace Fovea.Onnx;

/// <summary>Writing models as ONNX.</summary>
public static class OnnxExport
{
    extension(Module module)
    {
        /// <summary>
        /// Writes a module as an ONNX file, from the graph of what it computes: initialisers have the names of the state dict, nodes those of
        /// the modules. The module must be in evaluation mode.
        /// </summary>
        /// <param name="path">The file; weights past two gigabytes lie in <c>path.data</c> beside it.</param>
        /// <param name="options">How.</param>
        /// <param name="inputs">Shapes and element types of the inputs, in the order in which the module takes them.</param>
        /// <returns>What the file takes.</returns>
        /// <exception cref="OnnxException">An op has no form in ONNX; all of them are named.</exception>
        /// <exception cref="CompileException">The module is in training mode, or reads values outside of ops.</exception>
        /// <exception cref="ShapeException">The module does not take such inputs.</exception>
        /// <example>
        /// <code>
        /// model.ExportOnnx("model.onnx", OnnxExportOptions.Default, new TensorSpec([1, 3, 224, 224], DType.Float32));
        /// </code>
        /// </example>
        public OnnxSignature ExportOnnx(string path, OnnxExportOptions options, params TensorSpec[] inputs) =>
            module.ExportOnnx(path, options, inputs, progress: null);

        /// <summary>Writes a module as an ONNX file, as work that can be watched and stopped.</summary>
        /// <param name="path">The file; weights past two gigabytes lie in <c>path.data</c> beside it.</param>
        /// <param name="options">How.</param>
        /// <param name="inputs">Shapes and element types of the inputs, in the order in which the module takes them.</param>
        /// <param name="progress">Is told how far it has come.</param>
        /// <param name="cancellation">Stops it; what was at the path before is there still.</param>
        /// <returns>What the file takes.</returns>
        /// <exception cref="OnnxException">An op has no form in ONNX; all of them are named.</exception>
        /// <exception cref="CompileException">The module is in training mode, or reads values outside of ops.</exception>
        /// <exception cref="ShapeException">The module does not take such inputs.</exception>
        /// <exception cref="OperationCanceledException">It was stopped.</exception>
        public OnnxSignature ExportOnnx(
            string path, OnnxExportOptions options, IReadOnlyList<TensorSpec> inputs, IProgress<WorkProgress>? progress, CancellationToken cancellation = default)
        {
            ArgumentNullException.ThrowIfNull(path);
            var meter = new WorkMeter(progress, cancellation);
            (ExportGraph graph, OnnxSignature signature) = Build(module, options, inputs, meter);
            using (graph)
            {
                ModelWriter.Write(path, graph, options, meter);
            }

            return signature;
        }

        /// <summary>The bytes of the file that <see cref="ExportOnnx(Module, string, OnnxExportOptions, TensorSpec[])"/> writes.</summary>
        /// <param name="options">How.</param>
        /// <param name="inputs">Shapes and element types of the inputs.</param>
        /// <exception cref="OnnxException">An op has no form in ONNX, or the weights are too many for one message.</exception>
        /// <exception cref="CompileException">The module is in training mode, or reads values outside of ops.</exception>
        /// <exception cref="ShapeException">The module does not take such inputs.</exception>
        public byte[] ToOnnx(OnnxExportOptions options, params TensorSpec[] inputs)
        {
            (ExportGraph graph, _) = Build(module, options, inputs, WorkMeter.None);
            using (graph)
            {
                return ModelWriter.ToBytes(graph, options);
            }
        }
    }

    private static (ExportGraph Graph, OnnxSignature Signature) Build(
        Module module, OnnxExportOptions options, IReadOnlyList<TensorSpec> inputs, WorkMeter meter)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(inputs);
        return Exporter.Run(module, options, [.. inputs], meter);
    }
}

/// <summary>What an ONNX file takes and gives.</summary>
/// <param name="Inputs">Names and shapes of the inputs; an axis of any length has a name instead of a number.</param>
/// <param name="Outputs">Names and shapes of the outputs.</param>
/// <param name="Notes">What the file does not do although it was asked for, and why.</param>
public sealed record OnnxSignature(
    IReadOnlyList<(string Name, IReadOnlyList<string> Shape)> Inputs, IReadOnlyList<(string Name, IReadOnlyList<string> Shape)> Outputs,
    IReadOnlyList<string> Notes);
