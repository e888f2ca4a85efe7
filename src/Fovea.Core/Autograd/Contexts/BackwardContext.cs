using System.Runtime.CompilerServices;

namespace Fovea;

/// <summary>One run of an op's backward pass: what forward saved, the outputs' gradients, and the inputs' gradients to fill.</summary>
public sealed class BackwardContext
{
    private readonly Node _node;
    private readonly Tensor?[] _gradInputs;
    private readonly bool _keepsSaved;
    private readonly SoughtGradients? _sought;
    private List<Storage>? _scratch;

    internal BackwardContext(Node node, bool keepsSaved = true, SoughtGradients? sought = null)
    {
        _node = node;
        _keepsSaved = keepsSaved;
        _sought = sought;
        _gradInputs = new Tensor?[node.Edges.Length];
    }

    /// <summary>How many inputs forward had.</summary>
    public int InputCount => _node.Edges.Length;

    internal Tensor?[] GradInputs => _gradInputs;

    /// <summary>Whether the gradient of this input is wanted (false as well for an input that forward did not get).</summary>
    public bool Needs(int i) => i < _node.Edges.Length && _node.Edges[i].IsWanted && _sought?.LeadsThrough(_node.Edges[i]) != false;

    /// <summary>Shape and element type of an input.</summary>
    public TensorSpec InputSpec(int i) => _node.InputSpecs[i];

    /// <summary>Shape and element type of an output.</summary>
    public TensorSpec OutputSpec(int i = 0) => _node.OutputSpecs[i];

    /// <summary>The values of an input that forward saved.</summary>
    public ReadOnlySpan<T> In<T>(int i)
        where T : unmanaged => Saved(_node.SavedInputs, i, "input").AsSpan<T>();

    /// <summary>The values of an output that forward saved.</summary>
    public ReadOnlySpan<T> Out<T>(int i = 0)
        where T : unmanaged => Saved(_node.SavedOutputs, i, "output").AsSpan<T>();

    /// <summary>The k-th extra buffer that forward saved, first <paramref name="count"/> numbers.</summary>
    public ReadOnlySpan<T> Saved<T>(int k, int count)
        where T : unmanaged => _node.SavedExtras![k].Storage.AsSpan<T>(count);

    /// <summary>Whether a gradient arrived for this output. An output that nothing used has none, which means zero.</summary>
    public bool HasGradOut(int i = 0) => _node.Grads[i] is not null;

    /// <summary>The gradient of an output (of one that has it; see <see cref="HasGradOut"/>).</summary>
    public ReadOnlySpan<T> GradOut<T>(int i = 0)
        where T : unmanaged => _node.Grads[i]!.AsSpan<T>();

    /// <summary>
    /// The second part of an output's gradient, for an op with <see cref="Op.TakesGradientParts"/>: the whole gradient is the sum of
    /// <see cref="GradOut{T}"/> and this. Empty when there is none.
    /// </summary>
    public ReadOnlySpan<T> MoreGradOut<T>(int i = 0)
        where T : unmanaged => _node.MoreGrads?[i] is { } more ? more.AsSpan<T>() : default;

    /// <summary>The buffer for the gradient of an input, to be written in full. Its content is not defined.</summary>
    public Span<T> GradIn<T>(int i)
        where T : unmanaged
    {
        TensorSpec spec = _node.InputSpecs[i];
        Tensor grad = _gradInputs[i] ??= NewGrad(spec);
        return grad.AsSpan<T>();
    }

    /// <summary>
    /// Like <see cref="GradIn{T}"/>, but in the memory of the output's gradient when nobody else holds it and it has the same
    /// size: for ops that read each place of the gradient once before they write it.
    /// </summary>
    public Span<T> GradInOverGradOut<T>(int i, int output = 0)
        where T : unmanaged
    {
        _ = TryTake(i, _node.Grads[output]) || TryTake(i, _node.MoreGrads?[output]);
        return GradIn<T>(i);
    }

    /// <summary>
    /// Like <see cref="GradIn{T}"/>, but in the memory of the input that forward saved when nobody will read that again: for ops that
    /// have read each place of the input, in whatever way, before they write it for the last time.
    /// </summary>
    public Span<T> GradInOverIn<T>(int i)
        where T : unmanaged
    {
        _ = !_keepsSaved && TryTake(i, _node.SavedInputs?[i]);
        return GradIn<T>(i);
    }

    /// <summary>Whether <see cref="GradInOverGradOut{T}"/> would find memory to take over.</summary>
    public bool CanTakeGradOut(int i, int output = 0) =>
        IsFree(i, _node.Grads[output]) || IsFree(i, _node.MoreGrads?[output]);

    /// <summary>Passes the gradient of an output on, unchanged, as that of an input with as many elements. No values are copied.</summary>
    public void PassGradOut(int i, int output = 0)
    {
        Tensor grad = _node.Grads[output]!;
        _gradInputs[i] = new Tensor(_node.InputSpecs[i].Shape, grad.DType, grad.Storage.Share(), owned: false);
    }

    /// <summary>Makes the gradient of one input, already written, that of another of the same shape as well. No values are copied.</summary>
    public void ShareGradIn(int from, int to) => _gradInputs[to] = _gradInputs[from]!.ShareOutsideScope();

    /// <summary>
    /// Room for <paramref name="count"/> numbers that is given back when the op's backward pass ends. Its content is not defined.
    /// </summary>
    public Span<T> Scratch<T>(int count)
        where T : unmanaged
    {
        var storage = new Storage((long)count * Unsafe.SizeOf<T>());
        (_scratch ??= []).Add(storage);
        return storage.AsSpan<T>(count);
    }

    /// <summary>Gives back the scratch, and the gradients that nobody took over.</summary>
    internal void Release()
    {
        _scratch?.ForEach(s => s.Release());
        _scratch = null;
        foreach (Tensor? left in _gradInputs)
        {
            left?.Dispose();
        }
    }

    internal static Tensor NewGrad(TensorSpec spec) => new(spec.Shape, spec.DType, new Storage(spec.Bytes), owned: false);

    private bool IsFree(int i, Tensor? tensor) =>
        tensor is not null && _gradInputs[i] is null && tensor.Storage.IsExclusive && tensor.Spec == _node.InputSpecs[i];

    private bool TryTake(int i, Tensor? tensor)
    {
        if (!IsFree(i, tensor))
        {
            return false;
        }

        _gradInputs[i] = new Tensor(tensor!.Shape, tensor.DType, tensor.Storage.Share(), owned: false);
        return true;
    }

    private Tensor Saved(Tensor?[]? saved, int i, string what) => saved?[i]
        ?? throw new InvalidOperationException($"{_node.Op.Name}: backward reads {what} {i}, which forward did not save.");
}
