namespace Fovea.Models;

/// <summary>Of boxes that lie over one another the best.</summary>
public static class NonMaxSuppression
{
    /// <summary>The boxes that stay, by falling score; of equal scores the first comes first. One goes that lies over a better one that stays.</summary>
    /// <param name="boxes">The boxes.</param>
    /// <param name="scores">A score for each.</param>
    /// <param name="threshold">The IoU from which on, exclusive, a box goes.</param>
    /// <param name="most">How many may stay; default all.</param>
    /// <param name="least">The score that a box must exceed; null (default) for any.</param>
    /// <returns>Their places in <paramref name="boxes"/>.</returns>
    public static IReadOnlyList<int> Select(ReadOnlySpan<Box> boxes, ReadOnlySpan<float> scores, float threshold, long most = long.MaxValue, float? least = null)
    {
        if (boxes.Length != scores.Length)
        {
            throw new ArgumentException($"expected a score for each of {boxes.Length} boxes, got {scores.Length}.", nameof(scores));
        }

        var kept = new List<int>();
        foreach (int i in ByScore(scores, least))
        {
            if (kept.Count >= most)
            {
                break;
            }

            if (!LiesOver(boxes, kept, boxes[i], threshold))
            {
                kept.Add(i);
            }
        }

        return kept;
    }

    /// <summary>The objects that stay, each class by itself; the best first, at most as many as the options say.</summary>
    /// <param name="found">All that a network found in a picture.</param>
    /// <param name="options">Threshold, kind of suppression and limit.</param>
    public static IReadOnlyList<Detection> Select(IReadOnlyList<Detection> found, DetectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(options);
        var kept = new List<Detection>();
        foreach (IGrouping<int, Detection> group in found.GroupBy(d => d.Class))
        {
            Detection[] objects = [.. group];
            if (options.Suppression != Suppression.Hard)
            {
                kept.AddRange(Soften(objects, options));
                continue;
            }

            Box[] boxes = Array.ConvertAll(objects, d => d.Box);
            float[] scores = Array.ConvertAll(objects, d => d.Score);
            kept.AddRange(Select(boxes, scores, (float)options.NmsThreshold, options.MaxDetections).Select(i => objects[i]));
        }

        return [.. kept.OrderByDescending(d => d.Score).Take(options.MaxDetections)];
    }

    private static int[] ByScore(ReadOnlySpan<float> scores, float? least)
    {
        float[] values = scores.ToArray();
        return [.. Enumerable.Range(0, values.Length).Where(i => least is null || values[i] > least).OrderByDescending(i => values[i])];
    }

    private static bool LiesOver(ReadOnlySpan<Box> boxes, List<int> kept, Box box, float threshold)
    {
        foreach (int k in kept)
        {
            if (boxes[k].IoU(box) > threshold)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Soft-NMS: the best is taken, the scores of the others fall by how far they lie over it, until none exceeds the threshold.</summary>
    private static List<Detection> Soften(Detection[] objects, DetectionOptions options)
    {
        var kept = new List<Detection>();
        for (int left = objects.Length; left > 0 && kept.Count < options.MaxDetections; left--)
        {
            int best = 0;
            for (int i = 1; i < left; i++)
            {
                best = objects[i].Score > objects[best].Score ? i : best;
            }

            Detection taken = objects[best];
            if (taken.Score <= options.ScoreThreshold)
            {
                break;
            }

            kept.Add(taken);

            // What is left keeps its order, by which equal scores are told apart.
            objects.AsSpan(best + 1, left - best - 1).CopyTo(objects.AsSpan(best));
            foreach (ref Detection other in objects.AsSpan(0, left - 1))
            {
                other = other with { Score = other.Score * Fall(taken.Box.IoU(other.Box), options) };
            }
        }

        return kept;
    }

    private static float Fall(float overlap, DetectionOptions options) => options.Suppression == Suppression.Gaussian
        ? (float)Math.Exp(-overlap * overlap / options.Sigma)
        : overlap > options.NmsThreshold ? 1 - overlap : 1;
}
