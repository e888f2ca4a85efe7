namespace Fovea.Inspect;

/// <summary>The floating-point parameters and buffers of a model at one time, to go back to.</summary>
internal sealed class ModelSnapshot : IDisposable
{
    private readonly Module _model;
    private readonly Dictionary<string, Tensor> _state;

    public ModelSnapshot(Module model)
    {
        _model = model;
        _state = Floats(model).ToDictionary(static t => t.Name, static t => TensorScope.Detach(t.Value.Detach().Clone()));
    }

    /// <summary>Draws the whole model anew, and takes a snapshot of that.</summary>
    public ModelSnapshot DrawnAnew(Generator random)
    {
        Initialization.Draw(_model, random);
        foreach ((string name, Tensor value) in Floats(_model))
        {
            if (_model.NamedParameters().Any(p => ReferenceEquals(p.Value, value)) && value.AsBytes().SequenceEqual(_state[name].AsBytes()))
            {
                DrawAlike(value, random.Fork(name));
            }
        }

        return new ModelSnapshot(_model);
    }

    /// <summary>Puts the model back, or those of its tensors that are chosen by name.</summary>
    public void Restore(Func<string, bool>? chosen = null)
    {
        foreach ((string name, Tensor value) in Floats(_model))
        {
            if (chosen?.Invoke(name) ?? true)
            {
                value.CopyFrom(_state[name]);
            }
        }

        EngineLooks.Of(_model)?.Looked.ReadState();
    }

    public void Dispose()
    {
        foreach (Tensor value in _state.Values)
        {
            value.Dispose();
        }
    }

    private static IEnumerable<(string Name, Tensor Value)> Floats(Module model) =>
        model.NamedParameters().Concat(model.NamedBuffers()).Where(static t => t.Value.DType.IsFloating());

    private static void DrawAlike(Tensor value, Generator random)
    {
        double[] values = value.DType == DType.Float64 ? value.ToArray<double>() : Array.ConvertAll(value.ToArray<float>(), static v => (double)v);
        double mean = values.Average(), deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
        if (value.DType == DType.Float64)
        {
            random.FillNormal(value.AsSpan<double>(), mean, deviation);
        }
        else
        {
            random.FillNormal(value.AsSpan<float>(), mean, deviation);
        }
    }
}
