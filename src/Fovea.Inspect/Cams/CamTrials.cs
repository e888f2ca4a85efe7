namespace Fovea.Inspect;

/// <summary>Asks the model for the target's score again: of changed pictures, or of the same picture with a changed layer.</summary>
/// <param name="look">The look that runs the model.</param>
/// <param name="layer">The layer.</param>
/// <param name="module">Its module.</param>
/// <param name="calls">How often a run calls the module; the last call counts.</param>
/// <param name="image">[1, C, H, W].</param>
/// <param name="target">The target, decided.</param>
/// <param name="batchSize">Pictures at once.</param>
/// <param name="meter">Counts them.</param>
internal sealed class CamTrials(ModelLook look, GridLayer layer, Module module, int calls, Tensor image, ITarget target, int batchSize, WorkMeter meter)
{
    /// <summary>The scores of the picture times each of some masks.</summary>
    /// <param name="count">How many.</param>
    /// <param name="masks">Makes the masks of a range, [its length, 1, H, W] of the picture's size.</param>
    public double[] OfMasked(int count, Func<Range, Size2, Tensor> masks) =>
        InBatches(count, range => look.Run(image * masks(range, (image.Shape[2], image.Shape[3])).To(image.DType)));

    /// <summary>The scores with one channel of the layer's output at 0, for each channel.</summary>
    public double[] WithoutChannels() => InBatches(layer.Channels, range =>
    {
        (int start, int length) = range.GetOffsetAndLength(layer.Channels);
        float[] factors = new float[length * layer.Channels];
        Array.Fill(factors, 1);
        for (int i = 0; i < length; i++)
        {
            factors[(i * layer.Channels) + start + i] = 0;
        }

        int call = 0;
        using IDisposable without = look.Change(module, y => ++call == calls ? y * layer.OverChannels(factors, length, y.DType) : y);
        return look.Run(image.Expand(length, image.Shape[1], image.Shape[2], image.Shape[3]));
    });

    private double[] InBatches(int count, Func<Range, Tensor> run)
    {
        var scores = new List<double>();
        for (int start = 0; start < count; start += batchSize)
        {
            using TensorScope scope = TensorScope.Begin();
            using IDisposable still = GradMode.NoGrad();
            scores.AddRange(target.Score(run(start..Math.Min(count, start + batchSize))).To(DType.Float64).ToArray<double>());
            meter.Step(Math.Min(count, start + batchSize) - start);
        }

        return [.. scores];
    }
}
