using Fovea.Imaging;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>
/// Adds up an evaluation of masks at the size of the masks: outputs are enlarged bilinearly where the masks are larger than what the model sees.
/// </summary>
internal sealed class MaskMeter(IReadOnlyList<string> classes, bool withDistances) : IEvaluationMeter
{
    private readonly SegmentationMeter _meter = new(classes, withDistances);

    public int Images => _meter.Images;

    public double? Score => _meter.MeanIou;

    public void Add(Tensor outputs, Batch batch)
    {
        long counted = 0;
        foreach (long label in batch.Labels.AsSpan<long>())
        {
            counted += label == Loss.DefaultIgnoreIndex ? 0 : 1;
        }

        if (counted > 0)
        {
            using IDisposable still = GradMode.NoGrad();
            _meter.AddLoss(outputs.CrossEntropy(batch.Labels, null, 0, Loss.DefaultIgnoreIndex).Item() * counted, counted);
        }

        for (int i = 0; i < batch.Count; i++)
        {
            Image truth = batch.Mask(i)!;
            Image seen = DenseOutput.Classes(outputs, i, truth.Width, truth.Height);
            _meter.Add(seen.Pixels, truth.Pixels, truth.Width, batch.Name(i));
        }
    }

    public Evaluation Result(double seconds) => _meter.Result(seconds);
}
