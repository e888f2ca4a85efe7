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
    private readonly Storage[] _outputs;
    private readonly ForwardContext[] _steps;
    private readonly (Tensor From, int Output)[] _copies;
    private readonly Dictionary<Value, Storage> _storages = [];
    private readonly Dictionary<Value, Tensor> _tensors = [];

    public Frame(ExecutionPlan plan)
    {
        _plan = plan;
        _arena = new PooledBlock(plan.Memory.ArenaBytes);
        _inputs = Array.ConvertAll(plan.Inputs, s => Storage.Symbolic(s.Bytes));
        _outputs = Array.ConvertAll(plan.Outputs, s => Storage.Symbolic(s.Bytes));
        _steps = Array.ConvertAll(
            plan.Memory.Steps, s => new ForwardContext(s.Op, Array.ConvertAll(s.Inputs, TensorOf), Array.ConvertAll(s.Outputs, TensorOf), _workspace));
        _copies =
        [
            .. plan.Results.Select((v, i) => (Value: v, Output: i)).Where(r => plan.Memory.Returned(plan.Memory.Root(r.Value)) != r.Output)
                .Select(r => (TensorOf(r.Value), r.Output)),
        ];
        _storages.Clear();
        _tensors.Clear();
    }

    /// <summary>Runs the steps on tensors of the plan's shapes.</summary>
    public void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs, long[]? ticks = null)
    {
        int bound = 0;
        try
        {
            for (; bound < inputs.Length; bound++)
            {
                _inputs[bound].PointTo(inputs[bound].Storage.Share());
            }

            for (int i = 0; i < outputs.Length; i++)
            {
                _outputs[i].PointTo(outputs[i].Storage);
            }

            Run(ticks);
            foreach ((Tensor from, int output) in _copies)
            {
                from.AsBytes().CopyTo(outputs[output].AsBytes());
            }
        }
        finally
        {
            for (int i = 0; i < bound; i++)
            {
                inputs[i].Storage.Release();
                _inputs[i].PointTo((AlignedBlock?)null);
            }

            foreach (Storage output in _outputs)
            {
                output.PointTo((AlignedBlock?)null);
            }
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

        if (_plan.Memory.Returned(root) is >= 0 and int output)
        {
            return _outputs[output];
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
