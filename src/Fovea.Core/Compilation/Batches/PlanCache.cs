namespace Fovea.Compilation;

/// <summary>
/// The plans of a compiled model, one a batch: that of the batch it was compiled for, which stays, and of the others those used last.
/// A call that runs on a plan that has to go is not disturbed.
/// </summary>
internal sealed class PlanCache : IDisposable
{
    private readonly Lock _gate = new();
    private readonly int _most;
    private ExecutionPlan[] _plans;
    private long _clock;
    private bool _disposed;

    /// <param name="first">The plan that stays.</param>
    /// <param name="most">How many there are at most, at least 1.</param>
    public PlanCache(ExecutionPlan first, int most) => (_plans, _most) = ([first], most);

    /// <summary>The plan that stays.</summary>
    public ExecutionPlan First => _plans[0];

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _plans).Length;

    /// <summary>The plan for inputs of these shapes; null when there is none.</summary>
    public ExecutionPlan? Find(ReadOnlySpan<Tensor> inputs)
    {
        foreach (ExecutionPlan plan in Volatile.Read(ref _plans))
        {
            if (plan.Takes(inputs))
            {
                return Touch(plan);
            }
        }

        return null;
    }

    /// <summary>The plan for a first input of this many numbers; null when there is none.</summary>
    public ExecutionPlan? Find(int elements)
    {
        foreach (ExecutionPlan plan in Volatile.Read(ref _plans))
        {
            if (plan.Inputs[0].Shape.Elements == elements)
            {
                return Touch(plan);
            }
        }

        return null;
    }

    /// <summary>The plan for inputs of these shapes, which is built when there is none.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public ExecutionPlan FindOrAdd(TensorSpec[] inputs, Func<ExecutionPlan> build)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(CompiledModel));
            if (Array.Find(_plans, p => p.Inputs.AsSpan().SequenceEqual(inputs)) is { } plan)
            {
                return Touch(plan);
            }

            ExecutionPlan built = Touch(build());
            if (_most == 1)
            {
                // There is no place for it: it serves one call.
                built.Retire();
                return built;
            }

            ExecutionPlan? gone = _plans.Length < _most ? null : _plans[1..].MinBy(p => p.LastUse);
            Volatile.Write(ref _plans, [.. _plans.Where(p => p != gone), built]);
            gone?.Retire();
            return built;
        }
    }

    /// <summary>Makes no further plans.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }
    }

    private ExecutionPlan Touch(ExecutionPlan plan)
    {
        plan.LastUse = Interlocked.Increment(ref _clock);
        return plan;
    }
}
