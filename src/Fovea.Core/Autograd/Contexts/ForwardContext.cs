using System.Runtime.CompilerServices;
using Fovea.Compilation;

namespace Fovea;

/// <summary>One run of an op's forward pass: its inputs, the outputs to fill, and what to keep for the backward pass.</summary>
public sealed class ForwardContext
{
    private readonly Tensor[] _inputs;
    private readonly Tensor[] _outputs;
    private readonly Workspace? _workspace;
    private List<Storage>? _scratch;
    private object? _once;

    internal ForwardContext(Op op, Tensor[] inputs, Tensor[] outputs, bool recording)
    {
        Op = op;
        _inputs = inputs;
        _outputs = outputs;
        Recording = recording;
    }

    /// <summary>The context of one op of a compiled model, used for many calls: its memory is taken from a workspace.</summary>
    internal ForwardContext(Op op, Tensor[] inputs, Tensor[] outputs, Workspace workspace)
        : this(op, inputs, outputs, recording: false) => _workspace = workspace;

    /// <summary>Whether a backward pass will follow. When it will not, saving does nothing.</summary>
    public bool Recording { get; }

    /// <summary>How many inputs came.</summary>
    public int InputCount => _inputs.Length;

    internal Op Op { get; }

    internal Tensor[] Inputs => _inputs;

    internal Tensor[] Outputs => _outputs;

    internal bool[] SavedInputs { get; private set; } = [];

    internal bool[] SavedOutputs { get; private set; } = [];

    internal List<Tensor>? SavedExtras { get; private set; }

    /// <summary>Shape and element type of an input.</summary>
    public TensorSpec InputSpec(int i) => _inputs[i].Spec;

    /// <summary>Shape and element type of an output.</summary>
    public TensorSpec OutputSpec(int i = 0) => _outputs[i].Spec;

    /// <summary>Whether the gradient of this input will be asked for.</summary>
    public bool Needs(int i) => Recording && _inputs[i].RequiresGrad;

    /// <summary>The values of an input.</summary>
    public ReadOnlySpan<T> In<T>(int i)
        where T : unmanaged => _inputs[i].AsSpan<T>();

    /// <summary>The values of an input that may be absent: empty when fewer inputs came.</summary>
    public ReadOnlySpan<T> InOrEmpty<T>(int i)
        where T : unmanaged => i < _inputs.Length ? _inputs[i].AsSpan<T>() : default;

    /// <summary>The values of an output, to be written in full.</summary>
    public Span<T> Out<T>(int i = 0)
        where T : unmanaged => _outputs[i].AsSpan<T>();

    /// <summary>An output that may be absent in a compiled model: room for <paramref name="count"/> numbers stands in for it.</summary>
    internal Span<T> OutOrScratch<T>(int i, int count)
        where T : unmanaged => i < _outputs.Length ? _outputs[i].AsSpan<T>() : Scratch<T>(count);

    /// <summary>Keeps an input for the backward pass.</summary>
    public void SaveInput(int i)
    {
        if (Recording)
        {
            (SavedInputs.Length > 0 ? SavedInputs : SavedInputs = new bool[_inputs.Length])[i] = true;
        }
    }

    /// <summary>Keeps an output for the backward pass.</summary>
    public void SaveOutput(int i = 0)
    {
        if (Recording)
        {
            (SavedOutputs.Length > 0 ? SavedOutputs : SavedOutputs = new bool[_outputs.Length])[i] = true;
        }
    }

    /// <summary>
    /// Makes an extra buffer of <paramref name="count"/> numbers that the backward pass will find as <c>Saved(k)</c>, k counting from
    /// 0 in the order of the calls. Without recording it is scratch that is returned when the op ends. Its content is not defined.
    /// </summary>
    public Span<T> Save<T>(int count)
        where T : unmanaged
    {
        if (_workspace is not null)
        {
            return _workspace.Take<T>(count);
        }

        // There is no element type for int: two of them lie in the place of a long.
        (DType dtype, int elements) = typeof(T) == typeof(int) ? (DType.Int64, (count / 2) + (count % 2)) : (DTypes.Of<T>(), count);
        Shape shape = [elements];
        var extra = new Tensor(shape, dtype, new Storage((long)elements * dtype.Size()), owned: false);
        (SavedExtras ??= []).Add(extra);
        return extra.Storage.AsSpan<T>(count);
    }

    /// <summary>
    /// Room for <paramref name="count"/> numbers that is given back when the op's forward pass ends. Its content is not defined.
    /// </summary>
    public Span<T> Scratch<T>(int count)
        where T : unmanaged
    {
        if (_workspace is not null)
        {
            return _workspace.Take<T>(count);
        }

        var storage = new Storage((long)count * Unsafe.SizeOf<T>());
        (_scratch ??= []).Add(storage);
        return storage.AsSpan<T>(count);
    }

    /// <summary>
    /// What an op derives from its attributes and the shapes alone, and is not for free: computed for each pass, but in a compiled model
    /// once. An op keeps one such object.
    /// </summary>
    internal TState Once<TOp, TState>(TOp op, Func<TOp, ForwardContext, TState> make)
        where TState : notnull
    {
        if (_once is TState kept)
        {
            return kept;
        }

        TState made = make(op, this);
        if (_workspace is not null)
        {
            _once = made;
        }

        return made;
    }

    /// <summary>Gives back the scratch.</summary>
    internal void ReleaseScratch()
    {
        _workspace?.Clear();
        _scratch?.ForEach(s => s.Release());
        _scratch = null;
    }

    /// <summary>Gives back the extras of a pass that is not recorded.</summary>
    internal void ReleaseExtras()
    {
        if (SavedExtras is { } extras)
        {
            foreach (Tensor extra in extras)
            {
                extra.Dispose();
            }

            SavedExtras = null;
        }
    }
}
