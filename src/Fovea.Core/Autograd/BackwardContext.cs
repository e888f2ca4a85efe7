using System.Runtime.CompilerServices;

namespace Fovea;

/// <summary>One run of an op's backward pass: what forward saved, the outputs' gradients, and the inputs' gradients to fill.</summary>
public sealed class BackwardContext
{
    private readonly Node _node;
    private readonly Tensor?[] _gradInputs;
    private List<Storage>? _scratch;

    internal BackwardContext(Node node)
    {
        _node = node;
        _gradInputs = new Tensor?[node.Edges.Length];
    }

    /// <summary>How many inputs forward had.</summary>
    public int InputCount => _node.Edges.Length;

    internal Tensor?[] GradInputs => _gradInputs;

    /// <summary>Whether the gradient of this input is wanted (false as well for an input that forward did not get).</summary>
    public bool Needs(int i) => i < _node.Edges.Length && _node.Edges[i].IsWanted;

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
        Tensor grad = _node.Grads[output]!;
        if (_gradInputs[i] is null && grad.Storage.IsExclusive && grad.Spec == _node.InputSpecs[i])
        {
            _gradInputs[i] = new Tensor(grad.Shape, grad.DType, grad.Storage.Share(), owned: false);
            return _gradInputs[i]!.AsSpan<T>();
        }

        return GradIn<T>(i);
    }

    /// <summary>Passes the gradient of an output on, unchanged, as that of an input with as many elements. No values are copied.</summary>
    public void PassGradOut(int i, int output = 0)
    {
        Tensor grad = _node.Grads[output]!;
        _gradInputs[i] = new Tensor(_node.InputSpecs[i].Shape, grad.DType, grad.Storage.Share(), owned: false);
    }

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

    private Tensor Saved(Tensor?[]? saved, int i, string what) => saved?[i]
        ?? throw new InvalidOperationException($"{_node.Op.Name}: backward reads {what} {i}, which forward did not save.");
}
