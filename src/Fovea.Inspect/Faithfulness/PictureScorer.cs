namespace Fovea.Inspect;

/// <summary>
/// Scores many pictures of one size by a model as it is now, in its evaluation mode: compiled once where the model can be, or on the engine that looks into it go to (<see cref="EngineLooks"/>). What changes in the model
/// afterwards, it does not see. The model is left as it was.
/// </summary>
public sealed class PictureScorer : IDisposable
{
    private readonly Module _model;
    private readonly CompiledModel? _compiled;
    private readonly IRunningModule? _elsewhere;
    private readonly Shape _picture;
    private readonly int _batch;

    /// <summary>Prepares a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="picture">[1, C, H, W], or any batch of such: the size of the pictures.</param>
    /// <param name="batch">How many go through the model at a time, at least 1 (default 32).</param>
    public PictureScorer(Module model, Shape picture, int batch = 32)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        (_model, _picture, _batch) = (model, picture.With(0, 1), batch);
        using var evaluation = new EvaluationMode(model);
        if (EngineLooks.Of(model) is { } there)
        {
            _elsewhere = there.Engine.Load(model);
            return;
        }

        try
        {
            _compiled = model.Compile(CompileOptions.Default, new TensorSpec(picture.With(0, batch), DType.Float32));
        }
        catch (CompileException)
        {
            // It draws, or reads numbers on the way: it runs as it is written.
        }
    }

    /// <summary>The shape [1, C, H, W] of its pictures.</summary>
    public Shape Picture => _picture;

    /// <summary>The model.</summary>
    internal Module Model => _model;

    /// <summary>Scores pictures.</summary>
    /// <param name="pictures">[count, C, H, W].</param>
    /// <param name="target">What is measured.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>A score for each.</returns>
    /// <exception cref="ShapeException">The pictures have another size.</exception>
    public double[] Score(ReadOnlySpan<float> pictures, ITarget target, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        int each = _picture.Elements;
        if (pictures.Length % each != 0)
        {
            throw new ShapeException("scorer", $"pictures of {each} numbers {_picture}", $"{pictures.Length} numbers");
        }

        double[] scores = new double[pictures.Length / each];
        for (int start = 0; start < scores.Length; start += _batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(_batch, scores.Length - start);
            using TensorScope scope = TensorScope.Begin();
            using IDisposable inference = GradMode.NoGrad();
            Tensor score = target.Score(Run(Tensor.From(pictures.Slice(start * each, count * each), _picture.With(0, count))));
            for (int i = 0; i < count; i++)
            {
                scores[start + i] = score.DType == DType.Float64 ? score.AsSpan<double>()[i] : score.AsSpan<float>()[i];
            }
        }

        return scores;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _compiled?.Dispose();
        _elsewhere?.Dispose();
    }

    private Tensor Run(Tensor x)
    {
        if (_compiled is not null && (x.Shape[0] == _batch || _compiled.TakesOtherBatches))
        {
            return _compiled.Run(x);
        }

        using var evaluation = new EvaluationMode(_model);
        return _elsewhere?.Run(x) ?? _model.Call(x);
    }
}
