using Fovea.Simd.Optim;

namespace Fovea.Training;

/// <summary>
/// An exponential moving average of a model's weights and floating-point buffers: <c>a ← d·a + (1 − d)·w</c> after each step, with
/// <c>d = min(decay, (1 + t)/(10 + t))</c> so that the first steps, which know little, weigh little in it. Buffers of whole numbers are
/// copied. It often generalises better than the last weights (Polyak and Juditsky 1992).
/// </summary>
public sealed class WeightAverage : IDisposable
{
    private readonly List<(string Name, Tensor Source, Tensor Average)> _pairs = [];

    /// <summary>Starts the average at the model's present state.</summary>
    /// <param name="module">The model.</param>
    /// <param name="decay">d, in (0, 1): 0.999 averages over about a thousand steps.</param>
    /// <exception cref="OptionException">The decay is outside its range.</exception>
    public WeightAverage(Module module, double decay)
    {
        ArgumentNullException.ThrowIfNull(module);
        if (decay is not (> 0 and < 1))
        {
            throw new OptionException("ema", $"expected a decay in (0, 1), got {decay}");
        }

        Decay = decay;
        foreach ((string name, Tensor value) in StateDict.Of(module))
        {
            _pairs.Add((name, value, TensorScope.Detach(value.Clone())));
        }
    }

    /// <summary>d, the decay after the first steps.</summary>
    public double Decay { get; }

    /// <summary>Updates so far: t.</summary>
    public long Steps { get; private set; }

    /// <summary>The averages by the names of the model's state dict. The tensors are the average's own.</summary>
    public IReadOnlyDictionary<string, Tensor> State => _pairs.ToDictionary(p => p.Name, p => p.Average);

    /// <summary>Takes the model's present state into the average.</summary>
    public void Update()
    {
        Steps++;
        double decay = Math.Min(Decay, (1.0 + Steps) / (10.0 + Steps));
        foreach ((_, Tensor source, Tensor average) in _pairs)
        {
            switch (source.DType)
            {
                case DType.Float32:
                    ParameterMath.MovingAverage<float>(average.AsSpan<float>(), source.AsSpan<float>(), decay);
                    break;
                case DType.Float64:
                    ParameterMath.MovingAverage<double>(average.AsSpan<double>(), source.AsSpan<double>(), decay);
                    break;
                default:
                    average.CopyFrom(source);
                    break;
            }
        }
    }

    /// <summary>Exchanges the model's values with the averages, until the returned value is disposed: to evaluate or save the average.</summary>
    public IDisposable Swap() => new Exchange(this);

    /// <summary>Restores a saved average.</summary>
    /// <param name="state">What <see cref="State"/> gave.</param>
    /// <param name="steps">What <see cref="Steps"/> was.</param>
    /// <exception cref="StateDictException">Names or shapes differ.</exception>
    public void Load(IReadOnlyDictionary<string, Tensor> state, long steps)
    {
        ArgumentNullException.ThrowIfNull(state);
        string[] missing = [.. _pairs.Select(p => p.Name).Where(n => !state.ContainsKey(n))];
        string[] misshapen = [.. _pairs.Where(p => state.TryGetValue(p.Name, out Tensor? t) && t.Shape != p.Average.Shape).Select(p => p.Name)];
        if (missing.Length + misshapen.Length > 0)
        {
            throw new StateDictException("ema", missing, [], misshapen);
        }

        foreach ((string name, _, Tensor average) in _pairs)
        {
            average.CopyFrom(state[name]);
        }

        Steps = steps;
    }

    /// <summary>Gives the averages' memory back.</summary>
    public void Dispose()
    {
        foreach ((_, _, Tensor average) in _pairs)
        {
            average.Dispose();
        }
    }

    private void ExchangeValues()
    {
        foreach ((_, Tensor source, Tensor average) in _pairs)
        {
            using Tensor kept = TensorScope.Detach(source.Clone());
            source.CopyFrom(average);
            average.CopyFrom(kept);
        }
    }

    private sealed class Exchange : IDisposable
    {
        private WeightAverage? _owner;

        public Exchange(WeightAverage owner)
        {
            _owner = owner;
            owner.ExchangeValues();
        }

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.ExchangeValues();
    }
}
