using Fovea.Compilation;
using Fovea.Simd.Drivers;

namespace Fovea;

/// <summary>Compiling modules for inference.</summary>
public static class ModuleCompilation
{
    extension(Module module)
    {
        /// <summary>
        /// Makes the module ready for inference on inputs of one shape: batch norms folded, ops fused, weights packed, memory planned. The
        /// result is the module's in evaluation mode, within rounding.
        /// </summary>
        /// <param name="input">Shape of the input, batch included. Another batch is planned when it comes; see <see cref="CompileOptions"/>.</param>
        /// <param name="progress">Is told how far it has come.</param>
        /// <param name="cancellation">Stops it; nothing stays of it, and the module is as it was.</param>
        /// <exception cref="CompileException">The module is in training mode, draws random numbers, or reads values outside of ops.</exception>
        /// <exception cref="ShapeException">The module does not take such an input.</exception>
        /// <exception cref="OperationCanceledException">It was stopped.</exception>
        /// <example>
        /// <code>
        /// using CompiledModel compiled = model.Eval().Compile([1, 3, 224, 224]);
        /// Tensor logits = compiled.Run(image);
        /// </code>
        /// </example>
        public CompiledModel Compile(Shape input, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default) =>
            module.Compile(CompileOptions.Default, [new TensorSpec(input, DType.Float32)], progress, cancellation);

        /// <summary>Makes a module of any inputs ready for inference; see <see cref="Compile(Module, Shape, IProgress{WorkProgress}, CancellationToken)"/>.</summary>
        /// <param name="options">How.</param>
        /// <param name="inputs">Shapes and element types of the inputs, in the order in which the module takes them.</param>
        /// <exception cref="CompileException">The module is in training mode, draws random numbers, or reads values outside of ops.</exception>
        /// <exception cref="ShapeException">The module does not take such inputs.</exception>
        public CompiledModel Compile(CompileOptions options, params TensorSpec[] inputs) => module.Compile(options, inputs, progress: null);

        /// <summary>Makes a module of any inputs ready for inference, as work that can be watched and stopped.</summary>
        /// <param name="options">How.</param>
        /// <param name="inputs">Shapes and element types of the inputs, in the order in which the module takes them.</param>
        /// <param name="progress">Is told how far it has come.</param>
        /// <param name="cancellation">Stops it; nothing stays of it, and the module is as it was.</param>
        /// <exception cref="CompileException">The module is in training mode, draws random numbers, or reads values outside of ops.</exception>
        /// <exception cref="ShapeException">The module does not take such inputs.</exception>
        /// <exception cref="OperationCanceledException">It was stopped.</exception>
        public CompiledModel Compile(
            CompileOptions options, IReadOnlyList<TensorSpec> inputs, IProgress<WorkProgress>? progress, CancellationToken cancellation = default)
        {
            ArgumentNullException.ThrowIfNull(module);
            ArgumentNullException.ThrowIfNull(options);
            ArgumentNullException.ThrowIfNull(inputs);
            CompiledModel compiled = CompiledModel.Of(
                x => [Infer("Compile", module, x)], module.NamedParameters().Concat(module.NamedBuffers()), options, inputs, new WorkMeter(progress, cancellation));
            if (options.ReleaseModule)
            {
                foreach ((_, Tensor value) in module.NamedParameters().Concat(module.NamedBuffers()))
                {
                    value.Dispose();
                }
            }

            return compiled;
        }

        /// <summary>
        /// What the module computes, op by op as it is written, without computing it: for exporters and whoever else walks a model. Its
        /// constants have the names of the state dict. See <see cref="Graph.TraceWritten"/>.
        /// </summary>
        /// <param name="inputs">Shapes and element types of the inputs, in the order in which the module takes them.</param>
        /// <exception cref="CompileException">The module is in training mode, or reads values outside of ops.</exception>
        /// <exception cref="ShapeException">The module does not take such inputs.</exception>
        public Graph Trace(params TensorSpec[] inputs)
        {
            ArgumentNullException.ThrowIfNull(module);
            ArgumentNullException.ThrowIfNull(inputs);
            module.EnsureBuilt();
            return Graph.TraceWritten(x => [Infer("Trace", module, x)], inputs).Name(module.NamedParameters().Concat(module.NamedBuffers()));
        }

        /// <summary>
        /// Has the runtime compile the code that a call of the module runs, on all threads of the arithmetic, without computing anything. A
        /// first call spends most of its time on that; here it can be done early, and beside other work such as reading the weights.
        /// </summary>
        /// <param name="input">Shape of the input, batch included.</param>
        /// <exception cref="CompileException">The module is in training mode, or reads values outside of ops.</exception>
        /// <exception cref="ShapeException">The module does not take such an input.</exception>
        public void WarmUp(Shape input)
        {
            ArgumentNullException.ThrowIfNull(module);
            JitWarmup.Run(x => Infer("WarmUp", module, x), [new TensorSpec(input, DType.Float32)], ParallelPool.Threads);
        }
    }

    private static Tensor Infer(string what, Module module, Tensor[] x)
    {
        Module? training = module.NamedModules().Select(m => m.Value).FirstOrDefault(m => m.IsTraining);
        return training is null
            ? x.Length == 1 ? module.Call(x[0]) : module.Call(x)
            : throw new CompileException(
                $"{what}: expected a model in evaluation mode, got {training.GetType().Name} in training mode; call Eval() on the model first.");
    }
}
