using System.Diagnostics;
using Fovea.Simd.Memory;

namespace Fovea.Compilation;

/// <summary>
/// A plan laid into the memory of a call: a tensor for every value, and a context for every step, all made once. A call binds its
/// inputs and outputs, runs the steps, and allocates nothing.
/// </summary>
internal sealed class Frame
{
    private readonly AlignedBlock _arena;
    private readonly Storage[] _inputs;
    private readonly Storage?[] _held;
    private readonly Storage[] _outputs;
    private readonly ForwardContext[] _steps;
    private readonly (Tensor From, Tensor To)[] _copies;
    private readonly Dictionary<Value, Storage> _storages = [];
    private readonly Dictionary<Value, Tensor> _tensors = [];
    private BorrowedBlocks? _borrowed;
    private Action? _runBorrowed;

    /// <param name="plan">What a call runs.</param>
    /// <param name="arena">Where its values lie; at least as long as the plan needs.</param>
    /// <param name="workspace">The working memory of its ops.</param>
    public Frame(ExecutionPlan plan, AlignedBlock arena, Workspace workspace)
    {
        (Plan, _arena) = (plan, arena);
        _inputs = Array.ConvertAll(plan.Inputs, s => Storage.Symbolic(s.Bytes));
        _held = new Storage?[_inputs.Length];
        _outputs = Array.ConvertAll(plan.Outputs, s => Storage.Symbolic(s.Bytes));
        _steps = Array.ConvertAll(
            plan.Memory.Steps, s => new ForwardContext(s.Op, [.. s.Inputs.Select(TensorOf)], [.. s.Outputs.Select(TensorOf)], workspace));

        // A result that no step writes, such as an input or one that is returned twice, is copied.
        _copies = [.. Enumerable.Range(0, _outputs.Length).Where(i => plan.Memory.ResultOf(plan.Memory.Root(plan.Results[i])) != i)
            .Select(i => (TensorOf(plan.Results[i]), new Tensor(plan.Outputs[i].Shape, plan.Outputs[i].DType, _outputs[i], owned: false)))];
        _storages.Clear();
        _tensors.Clear();
    }

    /// <summary>What a call runs.</summary>
    public ExecutionPlan Plan { get; }

    /// <summary>Runs the steps on tensors of the plan's shapes.</summary>
    /// <param name="inputs">What to read.</param>
    /// <param name="outputs">What to write.</param>
    /// <param name="ticks">Gets the time of each step where it is shorter than what stands there; null to measure none.</param>
    public void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs, long[]? ticks = null)
    {
        int bound = 0;
        try
        {
            for (; bound < inputs.Length; bound++)
            {
                _held[bound] = inputs[bound].Storage.Share();
                _inputs[bound].PointTo(_held[bound]!);
            }

            for (int i = 0; i < outputs.Length; i++)
            {
                _outputs[i].PointTo(outputs[i].Storage);
            }

            Run(ticks);
        }
        finally
        {
            for (int i = 0; i < bound; i++)
            {
                _held[i]!.Release();
                _held[i] = null;
            }

            Unbind();
        }
    }

    /// <summary>Runs the steps of a model of one input and one result on memory of the caller's.</summary>
    public void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        _borrowed ??= new BorrowedBlocks();
        _runBorrowed ??= () =>
        {
            _inputs[0].PointTo(_borrowed.Input);
            _outputs[0].PointTo(_borrowed.Output);
            Run(null);
        };
        try
        {
            _borrowed.Run(input, output, _runBorrowed);
        }
        finally
        {
            Unbind();
        }
    }

    private void Run(long[]? ticks)
    {
        for (int i = 0; i < _steps.Length; i++)
        {
            ForwardContext step = _steps[i];
            long start = ticks is null ? 0 : Stopwatch.GetTimestamp();
            try
            {
                step.Op.Forward(step);
            }
            finally
            {
                step.ReleaseScratch();
            }

            if (ticks is not null)
            {
                ticks[i] = Math.Min(ticks[i], Stopwatch.GetTimestamp() - start);
            }
        }

        foreach ((Tensor from, Tensor to) in _copies)
        {
            DTypeConversion.Copy(from, to);
        }
    }

    private void Unbind()
    {
        foreach (Storage input in _inputs)
        {
            input.PointTo((AlignedBlock?)null);
        }

        foreach (Storage output in _outputs)
        {
            output.PointTo((AlignedBlock?)null);
        }
    }

    private Tensor TensorOf(Value value)
    {
        if (!_tensors.TryGetValue(value, out Tensor? tensor))
        {
            tensor = value.Constant is null
                ? new Tensor(value.Spec.Shape, value.Spec.DType, StorageOf(Plan.Memory.Root(value)), owned: false)
                : value.Constant;
            _tensors.Add(value, tensor);
        }

        return tensor;
    }

    private Storage StorageOf(Value root)
    {
        if (root.Input >= 0)
        {
            return _inputs[root.Input];
        }

        if (Plan.Memory.ResultOf(root) is >= 0 and int result)
        {
            return _outputs[result];
        }

        if (!_storages.TryGetValue(root, out Storage? storage))
        {
            storage = root.Constant is null
                ? Storage.Within(_arena, Plan.Memory.Place(root), root.Spec.Bytes)
                : root.Constant.Storage;
            _storages.Add(root, storage);
        }

        return storage;
    }
}
