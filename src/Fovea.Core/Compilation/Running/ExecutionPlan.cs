using Fovea.Simd.Memory;

namespace Fovea.Compilation;

/// <summary>A compiled program for inputs of fixed shapes: its steps, the places of their values, and the frames that calls run in.</summary>
internal sealed class ExecutionPlan
{
    private readonly Lock _gate = new();
    private Frame[] _free = new Frame[4];
    private int _freeCount;
    private bool _retired;
    private bool _disposed;
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

    /// <summary>A frame that no other call uses. Hand it back with <see cref="Return"/>.</summary>
    public Frame Rent()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(CompiledModel));
            if (_freeCount > 0)
            {
                return _free[--_freeCount];
            }
        }

        return new Frame(this);
    }

    public void Return(Frame frame)
    {
        lock (_gate)
        {
            if (!_disposed && !_retired)
            {
                if (_freeCount == _free.Length)
                {
                    Array.Resize(ref _free, 2 * _free.Length);
                }

                _free[_freeCount++] = frame;
                return;
            }
        }

        frame.Dispose();
    }

    /// <summary>Frees the frames, those of running calls when they return. Calls that found the plan before still run.</summary>
    public void Retire()
    {
        lock (_gate)
        {
            _retired = true;
            for (int i = 0; i < _freeCount; i++)
            {
                _free[i].Dispose();
            }

            _freeCount = 0;
        }
    }

    /// <summary>Frees the frames, and refuses further calls.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        Retire();
    }
}
