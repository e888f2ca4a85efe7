namespace Fovea.Compilation;

/// <summary>A compiled program for inputs of fixed shapes: its steps, and the places of their values. It has no memory; that is the calls' (<see cref="CallMemory"/>).</summary>
internal sealed class ExecutionPlan
{
    private volatile bool _retired;
    private long _lastUse;

    public ExecutionPlan(Program program, ConstantStore constants)
    {
        Memory = new MemoryPlan(program);
        Inputs = [.. program.Inputs.Select(v => v.Spec)];
        Results = [.. program.Outputs];
        Outputs = Array.ConvertAll(Results, v => v.Spec);
        foreach (Value value in Memory.Steps.SelectMany(s => s.Inputs).Concat(Results))
        {
            if (value.Constant is { } constant)
            {
                constants.Hold(constant);
            }
        }
    }

    public TensorSpec[] Inputs { get; }

    public TensorSpec[] Outputs { get; }

    public MemoryPlan Memory { get; }

    /// <summary>The values that a call returns.</summary>
    public Value[] Results { get; }

    /// <summary>When it was last asked for, on the clock of its cache.</summary>
    public long LastUse
    {
        get => Volatile.Read(ref _lastUse);
        set => Volatile.Write(ref _lastUse, value);
    }

    /// <summary>Whether inputs have these shapes and types.</summary>
    public bool Takes(ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.Length != Inputs.Length)
        {
            return false;
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Spec != Inputs[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether no call will be of it, so that what was made for it may go.</summary>
    public bool IsRetired => _retired;

    /// <summary>Says so. Calls that found the plan before still run.</summary>
    public void Retire() => _retired = true;
}
