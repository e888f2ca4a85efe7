using System.Diagnostics;
using Fovea.Simd.Memory;

namespace Fovea.Compilation;

/// <summary>
/// What one call of a compiled model works in: an arena, a tensor for every value, and a context for every step, all made once. A
/// call binds its inputs and outputs, runs the steps, and allocates nothing.
/// </summary>
internal sealed class Frame : IDisposable
{
    private readonly ExecutionPlan _plan;
    private readonly PooledBlock _arena;
    private readonly Workspace _workspace = new();
    private readonly Storage[] _inputs;
    private readonly Storage?[] _held;
    private readonly Storage _output;
    private readonly ForwardContext[] _steps;
    private readonly Tensor? _result;
    private readonly Tensor? _returned;
    private readonly Dictionary<Value, Storage> _storages = [];
    private readonly Dictionary<Value, Tensor> _tensors = [];
    private BorrowedBlocks? _borrowed;
    private Action? _runBorrowed;

    public Frame(ExecutionPlan plan)
    {
        _plan = plan;
        _arena = new PooledBlock(plan.Memory.ArenaBytes);
        _inputs = Array.ConvertAll(plan.Inputs, s => Storage.Symbolic(s.Bytes));
        _held = new Storage?[_inputs.Length];
        _output = Storage.Symbolic(plan.Output.Bytes);
        _steps = Array.ConvertAll(
            plan.Memory.Steps, s => new ForwardContext(s.Op, Array.ConvertAll(s.Inputs, TensorOf), Array.ConvertAll(s.Outputs, TensorOf), _workspace));

        // A result that no step writes, such as an input, is copied.
        _result = plan.Memory.IsReturned(plan.Memory.Root(plan.Result)) ? null : TensorOf(plan.Result);
        _returned = _result is null ? null : new Tensor(plan.Output.Shape, plan.Output.DType, _output, owned: false);
        _storages.Clear();
        _tensors.Clear();
    }

    /// <summary>Runs the steps on tensors of the plan's shapes.</summary>
    /// <param name="inputs">What to read.</param>
    /// <param name="output">What to write.</param>
    /// <param name="ticks">Gets the time of each step where it is shorter than what stands there; null to measure none.</param>
    public void Run(ReadOnlySpan<Tensor> inputs, Tensor output, long[]? ticks = null)
    {
        int bound = 0;
        try
        {
            for (; bound < inputs.Length; bound++)
            {
                _held[bound] = inputs[bound].Storage.Share();
                _inputs[bound].PointTo(_held[bound]!);
            }

            _output.PointTo(output.Storage);
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

    /// <summary>Runs the steps of a model of one input on memory of the caller's.</summary>
    public void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        _borrowed ??= new BorrowedBlocks();
        _runBorrowed ??= () =>
        {
            _inputs[0].PointTo(_borrowed.Input);
            _output.PointTo(_borrowed.Output);
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

    public void Dispose()
    {
        _arena.Dispose();
        _workspace.Free();
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

        if (_result is { } result)
        {
            DTypeConversion.Copy(result, _returned!);
        }
    }

    private void Unbind()
    {
        foreach (Storage input in _inputs)
        {
            input.PointTo((AlignedBlock?)null);
        }

        _output.PointTo((AlignedBlock?)null);
    }

    private Tensor TensorOf(Value value)
    {
        if (!_tensors.TryGetValue(value, out Tensor? tensor))
        {
            tensor = value.Constant is null
                ? new Tensor(value.Spec.Shape, value.Spec.DType, StorageOf(_plan.Memory.Root(value)), owned: false)
                : _plan.Constant(value);
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

        if (_plan.Memory.IsReturned(root))
        {
            return _output;
        }

        if (!_storages.TryGetValue(root, out Storage? storage))
        {
            storage = root.Constant is null
                ? Storage.Within(_arena.Block, _plan.Memory.Place(root), root.Spec.Bytes)
                : _plan.Constant(root).Storage;
            _storages.Add(root, storage);
        }

        return storage;
    }
}
