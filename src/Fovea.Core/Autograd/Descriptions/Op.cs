using System.Diagnostics;

namespace Fovea;

/// <summary>
/// One differentiable operation: attributes, shape inference, forward, backward and cost in one file. An op holds no tensors and no
/// state, so one instance may run many times and at once.
/// </summary>
public abstract class Op
{
    /// <summary>The name that errors, traces and profiles print, such as <c>conv2d</c>.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// What sets this op apart from others of its type; <see cref="OpAttributes.None"/> for nothing, null (the default) when the op does
    /// not say. A compiled model can take other batches only when all its ops say it.
    /// </summary>
    public virtual OpAttributes? Attributes => null;

    /// <summary>Whether the single output shares the first input's memory (a reshape). Such an op has no forward pass to run.</summary>
    public virtual bool IsView => false;

    /// <summary>
    /// Which output is the first input itself, for others to read instead of it; −1 for none. The op's backward pass gets the gradient
    /// that they leave there, and writes its own over it: no sweep adds the two. In a compiled model the op copies.
    /// </summary>
    internal virtual int PassedOutput => -1;

    /// <summary>Whether the op has a backward pass. One without is cut out of the tape.</summary>
    public virtual bool IsDifferentiable => true;

    /// <summary>Whether two runs on the same inputs may differ. Such an op cannot be compiled.</summary>
    public virtual bool IsRandom => false;

    /// <summary>
    /// Whether the (first) output may take the memory of an input of the same size: each place is read before it is written, and
    /// nothing else of that input is read afterwards.
    /// </summary>
    internal virtual bool CanOverwrite(int input, ReadOnlySpan<TensorSpec> inputs) => false;

    /// <summary>Whether gradients flow through an output; false for indices and statistics that come beside the result.</summary>
    public virtual bool IsOutputDifferentiable(int output) => true;

    /// <summary>
    /// Whether the backward pass takes the gradient of an output in two parts (<see cref="BackwardContext.MoreGradOut{T}"/>) where two
    /// ops used it, and so saves the sweep that would sum them.
    /// </summary>
    public virtual bool TakesGradientParts => false;

    /// <summary>Checks the inputs and says what comes out. Every refusal happens here, before memory is taken.</summary>
    /// <exception cref="ShapeException">A shape does not fit.</exception>
    /// <exception cref="DTypeException">An element type does not fit.</exception>
    public abstract TensorSpec[] Infer(ReadOnlySpan<TensorSpec> inputs);

    /// <summary>The same op with other numbers: for one whose attributes may be sizes that grow with the batch, such as a shape.</summary>
    /// <param name="attributes">Those of <see cref="Attributes"/>, in their order, with other numbers.</param>
    /// <returns>The op; null (the default) when its numbers are not of that kind.</returns>
    public virtual Op? With(OpAttributes attributes) => null;

    /// <summary>The arithmetic of the forward pass.</summary>
    public abstract OpCost Cost(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs);

    /// <summary>Computes the outputs, and saves what the backward pass will read.</summary>
    protected internal abstract void Forward(ForwardContext c);

    /// <summary>Computes the gradients of those inputs that need one.</summary>
    protected internal virtual void Backward(BackwardContext c) =>
        throw new FoveaException($"{Name}: has no backward pass; detach its input to keep it out of the tape.");

    /// <summary>Runs an op of one output.</summary>
    public static Tensor Run(Op op, params ReadOnlySpan<Tensor> inputs) => RunAll(op, inputs)[0];

    /// <summary>Runs an op: infers, computes, and records it on the tape when a gradient will be wanted.</summary>
    public static Tensor[] RunAll(Op op, params ReadOnlySpan<Tensor> inputs) => RunOwned(op, inputs.ToArray());

    /// <summary>As <see cref="RunAll"/>, with an array of inputs that is the op's from here on.</summary>
    internal static Tensor[] RunOwned(Op op, Tensor[] inputs)
    {
        ArgumentNullException.ThrowIfNull(op);
        var specs = new TensorSpec[inputs.Length];
        bool wanted = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            ArgumentNullException.ThrowIfNull(inputs[i]);
            inputs[i].ThrowIfDisposed(op);
            specs[i] = inputs[i].Spec;
            wanted |= inputs[i].RequiresGrad;
        }

        TensorSpec[] outSpecs = op.Infer(specs);
        Execution current = Execution.Current;
        if (current.Trace is { IsSymbolic: true } graph && (graph.IsFormula || IsSymbolic(inputs)))
        {
            return graph.AddSymbolic(op, inputs, outSpecs);
        }

        bool record = wanted && current.GradEnabled && op.IsDifferentiable;
        var outs = new Tensor[outSpecs.Length];
        var context = new ForwardContext(op, inputs, outs, record);
        long start = current.Trace is null ? 0 : Stopwatch.GetTimestamp();
        Node? node = null;
        try
        {
            if (op.IsView)
            {
                outs[0] = new Tensor(outSpecs[0].Shape, outSpecs[0].DType, inputs[0].Storage.Share(), owned: true);
            }
            else
            {
                for (int i = 0; i < outs.Length; i++)
                {
                    outs[i] = i == op.PassedOutput
                        ? new Tensor(outSpecs[i].Shape, outSpecs[i].DType, inputs[0].Storage.Share(), owned: true)
                        : new Tensor(outSpecs[i].Shape, outSpecs[i].DType);
                }

                try
                {
                    op.Forward(context);
                }
                finally
                {
                    context.ReleaseScratch();
                }
            }

            if (record)
            {
                node = Node.Record(context);
            }
        }
        catch
        {
            context.ReleaseExtras();
            foreach (Tensor? made in outs)
            {
                made?.Dispose();
            }

            throw;
        }

        if (!record)
        {
            context.ReleaseExtras();
        }

        if (current.Trace?.Add(op, inputs, outs, Stopwatch.GetElapsedTime(start)) is { } traced && node is not null)
        {
            node.Traced = traced;
        }

        return outs;
    }

    private static bool IsSymbolic(ReadOnlySpan<Tensor> inputs)
    {
        foreach (Tensor input in inputs)
        {
            if (input.Storage.IsSymbolic)
            {
                return true;
            }
        }

        return false;
    }
}
