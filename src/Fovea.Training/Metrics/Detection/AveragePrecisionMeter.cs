using Fovea.Models;

namespace Fovea.Training;

/// <summary>
/// Adds up what was found in pictures and comes to <see cref="AveragePrecision"/>. It keeps a few dozen bytes of a detection and nothing of a
/// picture. Of equal scores the one that was added first comes first.
/// </summary>
public sealed class AveragePrecisionMeter
{
    /// <summary>The most detections of a class that count in a picture.</summary>
    public const int MaxDetections = 100;

    private readonly List<MatchedDetection>[] _detections;
    private readonly int[][] _objects;

    /// <summary>Begins with nothing.</summary>
    /// <param name="classes">Number of classes, at least 1.</param>
    public AveragePrecisionMeter(int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        _detections = [.. Enumerable.Range(0, classes).Select(_ => new List<MatchedDetection>())];
        _objects = [.. Enumerable.Range(0, classes).Select(_ => new int[PictureMatching.Sizes.Count])];
    }

    /// <summary>Pictures so far.</summary>
    public int Images { get; private set; }

    /// <summary>Takes a picture in.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="there">What is there, in the same pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A class is none of the meter's.</exception>
    public void Add(IReadOnlyList<Detection> found, IReadOnlyList<LabelledBox> there)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(there);
        foreach (int label in found.Select(d => d.Class).Concat(there.Select(b => b.Class)))
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)label, (uint)_detections.Length, "class");
        }

        Images++;
        foreach (int label in found.Select(d => d.Class).Concat(there.Select(b => b.Class)).Distinct())
        {
            Detection[] best = [.. found.Where(d => d.Class == label).OrderByDescending(d => d.Score).Take(MaxDetections)];
            var picture = new PictureMatching(best, [.. there.Where(b => b.Class == label)]);
            _detections[label].AddRange(picture.Detections);
            for (int size = 0; size < PictureMatching.Sizes.Count; size++)
            {
                _objects[label][size] += picture.Objects[size];
            }
        }
    }

    /// <summary>What came of it.</summary>
    public AveragePrecision Result()
    {
        var curves = new PrecisionCurves[_detections.Length][];
        Parallel.For(0, curves.Length, label =>
        {
            MatchedDetection[] all = [.. _detections[label].OrderByDescending(d => d.Score)];
            curves[label] = [.. _objects[label].Select((objects, size) => new PrecisionCurves(all, size, objects))];
        });
        double? Mean(int size, Func<PrecisionCurves, double?> read) => Average(curves.Select(c => read(c[size])));
        return new AveragePrecision
        {
            Images = Images,
            Ap = Mean(0, c => c.Ap()),
            Ap50 = Mean(0, c => c.Ap(50)),
            Ap75 = Mean(0, c => c.Ap(75)),
            ApSmall = Mean(1, c => c.Ap()),
            ApMedium = Mean(2, c => c.Ap()),
            ApLarge = Mean(3, c => c.Ap()),
            Ar1 = Mean(0, c => c.Recall(1)),
            Ar10 = Mean(0, c => c.Recall(10)),
            Ar100 = Mean(0, c => c.Recall(MaxDetections)),
            Classes =
            [
                .. curves.Select(c => c[0]).Select((c, label) => new ClassPrecision
                {
                    Objects = _objects[label][0],
                    Ap = c.Ap(),
                    Ap50 = c.Ap(50),
                    Ap75 = c.Ap(75),
                    Ar100 = c.Recall(MaxDetections),
                    Curves = c.Precision,
                }),
            ],
        };
    }

    private static double? Average(IEnumerable<double?> values) => values.Average();
}
