using System.Collections.Concurrent;

namespace Fovea.Models;

/// <summary>
/// What a detection network's outputs [N, A, columns] mean: the places that they are of, the boxes that they stand for, what they cost. It
/// needs no network, so that it serves compiled and imported ones as well.
/// </summary>
/// <param name="name">What errors call the network.</param>
/// <param name="classes">Number of classes, at least 1.</param>
/// <param name="columns">Numbers of a place: logits of the classes, then four for the box, then others.</param>
public abstract class DetectionScheme(string name, int classes, int columns)
{
    // Sizes of pictures that are seen at a time; training at several scales uses a handful.
    private const int KeptSizes = 16;
    private readonly ConcurrentDictionary<(int Height, int Width), DetectionPlaces> _places = new();

    /// <summary>Number of classes.</summary>
    public int Classes => classes;

    /// <summary>Numbers of a place: the classes' logits, four for the box, and those that a network has beyond.</summary>
    public int Columns => columns;

    /// <summary>How outputs become boxes unless something else is asked for.</summary>
    public abstract DetectionOptions Defaults { get; }

    /// <summary>What errors call the network.</summary>
    protected string Name => name;

    /// <summary>The places of pictures of a size.</summary>
    /// <param name="height">Height of the pictures in pixels, at least 1.</param>
    /// <param name="width">Width of the pictures in pixels, at least 1.</param>
    public DetectionPlaces Places(int height, int width)
    {
        if (_places.TryGetValue((height, width), out DetectionPlaces? places))
        {
            return places;
        }

        if (_places.Count >= KeptSizes)
        {
            _places.Clear();
        }

        return _places.GetOrAdd((height, width), MakePlaces(height, width));
    }

    /// <summary>The objects that outputs stand for, of each picture the best first.</summary>
    /// <param name="outputs">What the network gave: Float32 [N, A, columns].</param>
    /// <param name="height">Height of the network's input in pixels.</param>
    /// <param name="width">Width of the network's input in pixels.</param>
    /// <param name="options">Thresholds and limits; null for <see cref="Defaults"/>.</param>
    /// <exception cref="ShapeException">The outputs are not those of such pictures.</exception>
    /// <exception cref="OptionException">An option is out of range.</exception>
    public IReadOnlyList<Detection>[] Decode(Tensor outputs, int height, int width, DetectionOptions? options = null)
    {
        DetectionPlaces places = Check(outputs, height, width);
        options ??= Defaults;
        options.Validate();
        var found = new IReadOnlyList<Detection>[outputs.Shape[0]];
        float[] values = outputs.To(DType.Float32).ToArray<float>();
        int picture = places.Anchors.Length * columns;
        Parallel.For(0, found.Length, n => found[n] = Decode(values.AsSpan(n * picture, picture), places, options));
        return found;
    }

    /// <summary>What outputs cost beside what is in the pictures.</summary>
    /// <param name="outputs">What the network gave: [N, A, columns].</param>
    /// <param name="labels">What is there: Float32 [N, M, 6], see <see cref="LabelledBox.Read"/>.</param>
    /// <param name="height">Height of the network's input in pixels.</param>
    /// <param name="width">Width of the network's input in pixels.</param>
    /// <exception cref="ShapeException">The outputs or labels are not those of such pictures.</exception>
    /// <exception cref="DataFormatException">A label is no class, or a box has no area.</exception>
    public DetectionLoss Loss(Tensor outputs, Tensor labels, int height, int width)
    {
        DetectionPlaces places = Check(outputs, height, width);
        LabelledBox[][] boxes = LabelledBox.Read(labels, classes);
        return boxes.Length == outputs.Shape[0]
            ? Loss(outputs, boxes, places)
            : throw new ShapeException(name, $"labels of {outputs.Shape[0]} pictures", labels.Shape.ToString());
    }

    /// <summary>Makes the places of pictures of a size.</summary>
    /// <param name="height">Height in pixels.</param>
    /// <param name="width">Width in pixels.</param>
    protected abstract DetectionPlaces MakePlaces(int height, int width);

    /// <summary>What outputs that fit the places cost.</summary>
    /// <param name="outputs">[N, A, columns].</param>
    /// <param name="boxes">What is in each picture.</param>
    /// <param name="places">The A places.</param>
    protected abstract DetectionLoss Loss(Tensor outputs, LabelledBox[][] boxes, DetectionPlaces places);

    /// <summary>The box that a place's numbers stand for.</summary>
    /// <param name="place">The numbers of the place.</param>
    /// <param name="anchor">Its anchor.</param>
    protected abstract Box BoxOf(ReadOnlySpan<float> place, Box anchor);

    /// <summary>The score of a class at a place, 0 to 1.</summary>
    /// <param name="logit">The class's logit.</param>
    /// <param name="place">The numbers of the place.</param>
    protected abstract float ScoreOf(float logit, ReadOnlySpan<float> place);

    /// <summary>The probability that a class must have at least for a score: what is less likely is not looked at.</summary>
    /// <param name="score">A score, 0 to 1.</param>
    protected abstract double LeastProbability(double score);

    private DetectionPlaces Check(Tensor outputs, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        DetectionPlaces places = Places(height, width);
        return outputs.Rank == 3 && outputs.Shape[1] == places.Anchors.Length && outputs.Shape[2] == columns
            ? places
            : throw new ShapeException(name, $"outputs [N, {places.Anchors.Length}, {columns}] for pictures of {width}×{height} and {classes} classes",
                outputs.Shape.ToString());
    }

    private IReadOnlyList<Detection> Decode(ReadOnlySpan<float> outputs, DetectionPlaces places, DetectionOptions options)
    {
        var found = new List<Detection>();
        float threshold = (float)options.ScoreThreshold;

        // A little below, as the bound is computed in another way than the scores.
        double least = LeastProbability(options.ScoreThreshold) * 0.999;
        float leastLogit = least > 0 ? (float)Math.Log(least / (1 - least)) : float.NegativeInfinity;
        foreach (DetectionLevel level in places.Levels)
        {
            var candidates = new List<(float Score, int Place, int Class)>();
            for (int place = level.First; place < level.First + level.Count; place++)
            {
                ReadOnlySpan<float> row = outputs.Slice(place * columns, columns);
                for (int c = 0; c < classes; c++)
                {
                    if (row[c] >= leastLogit && ScoreOf(row[c], row) is var score && score > threshold)
                    {
                        candidates.Add((score, place, c));
                    }
                }
            }

            foreach ((float score, int place, int label) in candidates.OrderByDescending(c => c.Score).Take(options.Candidates))
            {
                Box box = BoxOf(outputs.Slice(place * columns, columns), places.Anchors[place]);
                found.Add(new Detection(box.Clip(places.Height, places.Width), label, score));
            }
        }

        return NonMaxSuppression.Select(found, options);
    }
}
