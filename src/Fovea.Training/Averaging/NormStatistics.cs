using Fovea.Layers;
using Fovea.Onnx;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Takes the running statistics of batch norms anew over a data set. An average of weights sees other activations than the weights that it is made of, and
/// their statistics, averaged, are not its own: Izmailov et al., "Averaging weights leads to wider optima and better generalization" (2018), section 3.2.
/// </summary>
/// <remarks>
/// Mean and unbiased variance of each batch, weighed by its images: <c>r = Σ nₖ xₖ / Σ nₖ</c>. A norm keeps <c>(1 − m) r + m x</c>, so that from r = 0 it shows
/// <c>m x</c>. The norms of a network from an ONNX file follow the batches with the momentum of the file instead.
/// </remarks>
internal static class NormStatistics
{
    /// <summary>The batch norms of a model.</summary>
    public static IReadOnlyList<BatchNorm> Of(Module model) => [.. model.NamedModules().Select(m => m.Value).OfType<BatchNorm>().Where(n => n.Momentum > 0)];

    /// <summary>Whether there is anything to take anew.</summary>
    public static bool Has(Module model) => Of(model).Count > 0 || (model is OnnxModel && model.NamedBuffers().Any());

    /// <summary>Goes over the data once and sets the statistics. The model is left in evaluation mode; nothing else of it changes.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">What it was trained on, prepared as for an evaluation.</param>
    /// <param name="seen">Is told how many images were seen.</param>
    /// <param name="cancellation">Stops it between two batches.</param>
    public static void Recompute(Module model, DataLoader data, Action<int> seen, CancellationToken cancellation)
    {
        using IDisposable still = GradMode.NoGrad();
        Sum[] sums = [.. Of(model).Select(n => new Sum(n))];
        model.Train(model is OnnxModel);
        foreach (Sum sum in sums)
        {
            sum.Norm.Train();
        }

        int images = 0;
        foreach (Batch batch in data.Read(0, 0, cancellation))
        {
            using (batch)
            {
                cancellation.ThrowIfCancellationRequested();
                using TensorScope scope = TensorScope.Begin();
                Array.ForEach(sums, s => s.Clear());
                model.Call(batch.Images);
                Array.ForEach(sums, s => s.Add(batch.Count));
                images += batch.Count;
            }

            seen(images);
        }

        Array.ForEach(sums, s => s.Set());
        model.Eval();
    }

    private sealed class Sum(BatchNorm norm)
    {
        private readonly Tensor[] _running = [norm.RunningMean, norm.RunningVar];
        private readonly float[][] _before = [norm.RunningMean.ToArray<float>(), norm.RunningVar.ToArray<float>()];
        private readonly double[][] _sums = [new double[norm.RunningMean.Elements], new double[norm.RunningVar.Elements]];
        private long _images;

        public BatchNorm Norm => norm;

        public void Clear()
        {
            foreach (Tensor running in _running)
            {
                running.Fill(0);
            }
        }

        // A norm that the pass does not reach, such as an inner head's, shows zeros.
        public void Add(int images)
        {
            if (!Array.Exists(_running, r => r.AsSpan<float>().ContainsAnyExcept(0f)))
            {
                return;
            }

            for (int part = 0; part < _running.Length; part++)
            {
                ReadOnlySpan<float> shown = _running[part].AsSpan<float>();
                for (int c = 0; c < shown.Length; c++)
                {
                    _sums[part][c] += images * (shown[c] / norm.Momentum);
                }
            }

            _images += images;
        }

        public void Set()
        {
            for (int part = 0; part < _running.Length; part++)
            {
                Span<float> running = _running[part].AsSpan<float>();
                for (int c = 0; c < running.Length; c++)
                {
                    running[c] = _images == 0 ? _before[part][c] : (float)(_sums[part][c] / _images);
                }
            }
        }
    }
}
