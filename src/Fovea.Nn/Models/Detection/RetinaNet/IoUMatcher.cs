namespace Fovea.Models;

/// <summary>
/// Which box an anchor answers for: the one that it overlaps most, from an IoU of 0.5 on; below 0.4 it is background, between it is not learnt
/// from. The anchors that overlap a box most of all answer for the box of their own, however little that is.
/// </summary>
internal static class IoUMatcher
{
    private const float Foreground = 0.5f;
    private const float Between = 0.4f;

    /// <summary>The number of each anchor's box, <see cref="PlaceMatches.Background"/> or <see cref="PlaceMatches.Ignored"/>.</summary>
    public static int[] Match(ReadOnlySpan<Box> anchors, Box[] boxes)
    {
        int[] matches = new int[anchors.Length], nearest = new int[anchors.Length];
        float[] most = new float[boxes.Length];
        for (int a = 0; a < anchors.Length; a++)
        {
            float best = 0;
            for (int i = 0; i < boxes.Length; i++)
            {
                float overlap = boxes[i].IoU(anchors[a]);
                most[i] = MathF.Max(most[i], overlap);
                (best, nearest[a]) = overlap > best ? (overlap, i) : (best, nearest[a]);
            }

            matches[a] = best >= Foreground ? nearest[a] : best >= Between ? PlaceMatches.Ignored : PlaceMatches.Background;
        }

        for (int i = 0; i < boxes.Length; i++)
        {
            for (int a = 0; a < anchors.Length && most[i] > 0; a++)
            {
                matches[a] = boxes[i].IoU(anchors[a]) == most[i] ? nearest[a] : matches[a];
            }
        }

        return matches;
    }
}
