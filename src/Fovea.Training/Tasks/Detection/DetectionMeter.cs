using Fovea.Models;
using Fovea.Training.Data;

namespace Fovea.Training;

/// <summary>Adds up what was found, in pixels of the pictures themselves.</summary>
internal sealed class DetectionMeter(DetectionScheme scheme, IReadOnlyList<string> classes) : IEvaluationMeter
{
    // Precision over all recall needs what a model is hardly sure of, too: the threshold of the field's evaluations, below that of predictions.
    private const double LeastScore = 0.05;
    private readonly DetectionOptions _options = scheme.Defaults with { ScoreThreshold = Math.Min(LeastScore, scheme.Defaults.ScoreThreshold) };
    private readonly AveragePrecisionMeter _meter = new(classes.Count);
    private readonly List<PictureFinding> _images = [];
    private double _loss;

    public int Images => _images.Count;

    // The mean over thresholds takes all pictures at once: while they come in, there is none.
    public double? Score => null;

    public void Add(Tensor outputs, Batch batch)
    {
        (int height, int width) = (batch.Images.Shape[2], batch.Images.Shape[3]);
        using (GradMode.NoGrad())
        {
            _loss += scheme.Loss(outputs, batch.Labels, height, width).Total.Item() * batch.Count;
        }

        IReadOnlyList<Detection>[] found = scheme.Decode(outputs, height, width, _options);
        for (int i = 0; i < batch.Count; i++)
        {
            var kept = (KeptBoxes)batch.Kept(i)!;
            Detection[] own = [.. found[i].Select(d => d with { Box = kept.Place.Undo(d.Box).Clip(kept.Height, kept.Width) })];
            _meter.Add(own, kept.Boxes);
            _images.Add(PictureFinding.Of(Images, batch.Name(i), own, kept.Boxes));
        }
    }

    public Evaluation Result(double seconds)
    {
        AveragePrecision precision = _meter.Result();
        return new DetectionResult
        {
            Images = Images,
            Loss = Images == 0 ? null : _loss / Images,
            Seconds = seconds,
            Precision = precision,
            Classes = classes,
            PerImage = _images,
        };
    }
}

/// <summary>How a picture went: at an IoU of 0.5, of the detections that are surer than a half.</summary>
/// <param name="Index">Its number in the data.</param>
/// <param name="Name">Its name.</param>
/// <param name="Objects">Objects that are asked for.</param>
/// <param name="Found">Those that were found.</param>
/// <param name="False">Detections that found none.</param>
public sealed record PictureFinding(int Index, string Name, int Objects, int Found, int False)
{
    /// <summary>The score from which on a detection is looked at here.</summary>
    public const float LeastScore = 0.5f;

    /// <summary>Found over all that are there or were taken to be: <c>found / (objects + false)</c>; 1 where there is neither.</summary>
    public double Share => Objects + False == 0 ? 1 : (double)Found / (Objects + False);

    internal static PictureFinding Of(int index, string name, IReadOnlyList<Detection> found, IReadOnlyList<LabelledBox> there)
    {
        bool[] taken = new bool[there.Count];
        int wrong = 0;
        foreach (Detection d in found.Where(d => d.Score >= LeastScore).OrderByDescending(d => d.Score))
        {
            int best = Enumerable.Range(0, there.Count).Where(i => there[i].Class == d.Class && (!taken[i] || there[i].IsIgnored) && there[i].Box.IoU(d.Box) >= 0.5f)
                .OrderByDescending(i => there[i].Box.IoU(d.Box)).DefaultIfEmpty(-1).First();
            wrong += best < 0 ? 1 : 0;
            if (best >= 0)
            {
                taken[best] = true;
            }
        }

        return new PictureFinding(index, name, there.Count(b => !b.IsIgnored), there.Where((b, i) => taken[i] && !b.IsIgnored).Count(), wrong);
    }
}
