namespace Fovea.Training;

/// <summary>
/// Changes parameters in place from their gradients, outside the tape. What it remembers between steps is kept as tensors by name, and
/// restored exactly. A parameter without a gradient is left alone, as in PyTorch: no decay, no step counted.
/// </summary>
public abstract class Optimizer : IDisposable
{
    private readonly List<Slot> _slots = [];

    private protected Optimizer(IEnumerable<ParameterGroup> groups, double learningRate, double momentum)
    {
        ArgumentNullException.ThrowIfNull(groups);
        Groups = [.. groups];
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (ParameterGroup group in Groups)
        {
            Check(group.WeightDecay >= 0, $"expected a weight decay of at least 0, got {group.WeightDecay}");
            foreach ((string name, Tensor value) in group.Parameters)
            {
                Check(names.Add(name), $"the parameter \"{name}\" was given twice");
                Check(value.DType.IsFloating(), $"expected floating-point parameters, got {value.Spec} for \"{name}\"");
                _slots.Add(new Slot(name, value, group));
            }
        }

        LearningRate = learningRate;
        Momentum = momentum;
    }

    /// <summary>The parameters in groups.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>The learning rate of the next step, at least 0. A schedule sets it.</summary>
    public double LearningRate { get; set; }

    /// <summary>SGD's momentum, or Adam's β₁, of the next step. A one-cycle schedule sets it.</summary>
    public double Momentum { get; set; }

    /// <summary>The names of what is remembered for each parameter, as PyTorch calls them.</summary>
    private protected abstract IReadOnlyList<string> Memory { get; }

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="gradientScale">What every gradient is multiplied by first: clipping and averaging at no extra pass. Default 1.</param>
    public void Step(double gradientScale = 1)
    {
        foreach (Slot slot in _slots)
        {
            if (slot.Parameter.Grad is { } gradient)
            {
                slot.Steps++;
                Update(slot, gradient, gradientScale, LearningRate * slot.Group.LearningRateScale);
            }
        }
    }

    /// <summary>Drops the gradients of all parameters.</summary>
    public void ClearGrads()
    {
        foreach (Slot slot in _slots)
        {
            slot.Parameter.ClearGrad();
        }
    }

    /// <summary>
    /// The Euclidean norm of all gradients taken as one vector. It is not finite when a number in some gradient is not, or when its
    /// square is not (beyond 1.8e19 for float32, far outside of anything that trains).
    /// </summary>
    public double GradientNorm()
    {
        double sum = 0;
        foreach (Slot slot in _slots)
        {
            sum += slot.Parameter.Grad is { } gradient ? TensorNorms.SumOfSquares(gradient) : 0;
        }

        return Math.Sqrt(sum);
    }

    /// <summary>
    /// What the optimiser remembers, by name: <c>momentum_buffer.conv1.weight</c>, <c>step.conv1.weight</c> and so on. The tensors are
    /// its own, except for the step counts.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (Slot slot in _slots.Where(s => s.Steps > 0))
        {
            state[$"step.{slot.Name}"] = Tensor.Scalar(slot.Steps, DType.Int64);
            for (int i = 0; i < Memory.Count; i++)
            {
                if (slot.Memory[i] is { } memory)
                {
                    state[$"{Memory[i]}.{slot.Name}"] = memory;
                }
            }
        }

        return state;
    }

    /// <summary>Restores what <see cref="State"/> gave. Nothing is changed unless all of it fits.</summary>
    /// <exception cref="StateDictException">A name is unknown or incomplete, or a shape differs.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        CheckState(state);
        foreach (Slot slot in _slots)
        {
            slot.Clear();
            if (!state.TryGetValue($"step.{slot.Name}", out Tensor? steps))
            {
                continue;
            }

            slot.Steps = (long)steps.Item();
            for (int i = 0; i < Memory.Count; i++)
            {
                if (state.TryGetValue($"{Memory[i]}.{slot.Name}", out Tensor? memory))
                {
                    slot.Remember(i, zero: false).CopyFrom(memory);
                }
            }
        }
    }

    /// <summary>Gives the memory of the state back.</summary>
    public void Dispose()
    {
        foreach (Slot slot in _slots)
        {
            slot.Clear();
        }

        GC.SuppressFinalize(this);
    }

    private protected static void Check(bool isGood, string message)
    {
        if (!isGood)
        {
            throw new OptionException("optimizer", message);
        }
    }

    /// <summary>Updates one parameter.</summary>
    private protected abstract void Update(Slot slot, Tensor gradient, double gradientScale, double learningRate);

    private void CheckState(IReadOnlyDictionary<string, Tensor> state)
    {
        var known = new Dictionary<string, Shape>(StringComparer.Ordinal);
        foreach (Slot slot in _slots)
        {
            known[$"step.{slot.Name}"] = Shape.Scalar;
            foreach (string memory in Memory)
            {
                known[$"{memory}.{slot.Name}"] = slot.Parameter.Shape;
            }
        }

        string[] unexpected = [.. state.Keys.Where(n => !known.ContainsKey(n)).Order(StringComparer.Ordinal)];
        string[] misshapen =
        [
            .. state.Where(t => known.TryGetValue(t.Key, out Shape shape) && shape != t.Value.Shape)
                .Select(t => $"{t.Key} (expected {known[t.Key]}, got {t.Value.Shape})"),
        ];
        if (unexpected.Length + misshapen.Length > 0)
        {
            throw new StateDictException(GetType().Name, [], unexpected, misshapen);
        }
    }

    /// <summary>One parameter with what is remembered for it.</summary>
    private protected sealed class Slot(string name, Tensor parameter, ParameterGroup group)
    {
        public string Name => name;

        public Tensor Parameter => parameter;

        public ParameterGroup Group => group;

        /// <summary>Steps taken, the current one included.</summary>
        public long Steps { get; set; }

        public Tensor?[] Memory { get; } = new Tensor?[2];

        /// <summary>The i-th memory, made the first time it is asked for: outside every scope, since it lives as long as the optimiser.</summary>
        public Tensor Remember(int i, bool zero = true) => Memory[i] ??= TensorScope.Detach(
            zero ? Tensor.Zeros(parameter.Shape, parameter.DType) : Tensor.Empty(parameter.Shape, parameter.DType));

        public void Clear()
        {
            Steps = 0;
            for (int i = 0; i < Memory.Length; i++)
            {
                Memory[i]?.Dispose();
                Memory[i] = null;
            }
        }
    }
}
