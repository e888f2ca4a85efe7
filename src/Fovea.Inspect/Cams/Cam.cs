namespace Fovea.Inspect;

/// <summary>
/// A class activation map: the activations A [C, H, W] of a layer, summed over channels with weights that say how much each matters to the
/// target's score s. Negative sums are 0 unless asked otherwise. The target's gradients are G = ∂s/∂A.
/// </summary>
public abstract class Cam : IMapMethod
{
    private readonly MapMethodOptions _options;

    private protected Cam(string name, MapMethodOptions? options)
    {
        (Name, _options) = (name, options ?? MapMethodOptions.Default);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.BatchSize, 1, nameof(options));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Whether the method reads gradients (default true).</summary>
    private protected virtual bool UsesGradients => true;

    /// <summary>About how many changed pictures a map asks the model, at most (default none).</summary>
    private protected virtual int TrialsOf(GridLayer layer) => 0;

    /// <inheritdoc/>
    /// <exception cref="OptionException">There is no such layer, none lies on a grid, or the target does not depend on it.</exception>
    /// <exception cref="ShapeException">The model does not take such pictures, or its output holds no such target.</exception>
    public IReadOnlyList<ScalarMap> Explain(
        Module model, Tensor images, ITarget target, IProgress<WorkProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        var meter = new WorkMeter(progress, cancellation);
        meter.Check();
        GridLayers.Check(model, images);
        using var look = new ModelLook(model);
        (Tensor output, GridLayer layer, LayerCall made, int calls) = Run(look, images);
        meter.Begin(WorkStage.Running, images.Shape[0] * (1L + TrialsOf(layer)));
        meter.Step(images.Shape[0]);
        Tensor scores = target.Score(output);
        Tensor? gradients = UsesGradients ? Gradients(look, scores, made.Made, layer) : null;
        double[] all = scores.To(DType.Float64).ToArray<double>();
        ScalarMap[] maps = [.. Enumerable.Range(0, images.Shape[0]).Select(n => Finish(layer, Map(new CamSample
        {
            Layer = layer,
            Activations = layer.Planes(made.Values!, n),
            Gradients = gradients is null ? [] : layer.Planes(gradients, n),
            Score = all[n],
            Trials = new CamTrials(look, layer, made.Module, calls, images.Narrow(0, n, 1), target.Fix(output, n), _options.BatchSize, meter),
        })))];
        meter.End();
        return maps;
    }

    /// <summary>Runs the model once: the output, the layer, its last call with what it made, and how often it was called.</summary>
    private (Tensor Output, GridLayer Layer, LayerCall Made, int Calls) Run(ModelLook look, Tensor images)
    {
        Tensor? output = null;

        // Which layer it is shows when all have run: until then each keeps its values, unless one was named.
        LayerCalls calls = LayerCalls.Record(
            look, images, x => output = UsesGradients ? look.RunOnTape(x).Output : look.Run(x), name => _options.Layer is not { } only || name == only);
        GridLayer layer = GridLayers.Choose(calls, _options.Layer);
        LayerCall last = calls.All.Last(c => c.Name == layer.Name);
        calls.KeepOnly(last);
        return (output!, layer, last, calls.All.Count(c => c.Name == layer.Name));
    }

    /// <summary>The map of a picture before negative sums are dropped, [positions].</summary>
    private protected abstract double[] Map(CamSample sample);

    private static Tensor Gradients(ModelLook look, Tensor scores, Tensor made, GridLayer layer) => look.Gradients(scores, made)[0] ?? throw new OptionException("layer",
        $"the target does not depend on \"{layer.Name}\", whose output goes no further or lies on another branch; choose a layer on the way to the target.");

    // Max keeps NaN: a map that cannot be trusted shows it.
    private ScalarMap Finish(GridLayer layer, double[] map) =>
        new(Name, layer.Name, layer.Height, layer.Width, Array.ConvertAll(map, v => (float)(_options.Rectify ? Math.Max(v, 0) : v)));
}
