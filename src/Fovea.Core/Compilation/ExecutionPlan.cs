using Fovea.Simd.Memory;

namespace Fovea.Compilation;

/// <summary>A compiled program for inputs of fixed shapes: its steps, the places of their values, and the frames that calls run in.</summary>
internal sealed class ExecutionPlan
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Value, Tensor> _constants = [];
    private Frame[] _free = new Frame[4];
    private int _freeCount;
    private bool _disposed;

    public ExecutionPlan(Program program, ConstantStore constants)
    {
        Memory = new MemoryPlan(program);
        Inputs = Array.ConvertAll(program.Inputs, v => v.Spec);
        Result = program.Output;
        foreach (Value value in Memory.Steps.SelectMany(s => s.Inputs).Append(program.Output).Distinct())
        {
            if (value.Constant is { } constant)
            {
                _constants[value] = constants.Copy(constant);
            }
        }
    }

    public TensorSpec[] Inputs { get; }

    public TensorSpec Output => Result.Spec;

    public MemoryPlan Memory { get; }

    /// <summary>The value that a call returns.</summary>
    public Value Result { get; }

    public Tensor Constant(Value value) => _constants[value];

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
            if (!_disposed)
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

    /// <summary>Frees the frames; those of running calls when they return.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            for (int i = 0; i < _freeCount; i++)
            {
                _free[i].Dispose();
            }

            _freeCount = 0;
        }
    }
}
