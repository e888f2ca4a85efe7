namespace Fovea.Models;

/// <summary>
/// Which box a place of FCOS answers for: one that it lies in, near its middle (within 1.5 strides, along each axis), whose furthest side is
/// within the range of the place's level (4 to 8 strides; from 0 in the finest, without end in the coarsest); of several the smallest.
/// </summary>
internal static class FcosMatcher
{
    private const float Radius = 1.5f;

    /// <summary>The number of each place's box, or <see cref="PlaceMatches.Background"/>.</summary>
    public static int[] Match(DetectionPlaces places, Box[] boxes)
    {
        int[] matches = new int[places.Anchors.Length];
        for (int i = 0; i < places.Levels.Count; i++)
        {
            DetectionLevel level = places.Levels[i];
            for (int place = level.First; place < level.First + level.Count; place++)
            {
                Box anchor = places.Anchors[place];
                float least = i == 0 ? 0 : 4 * anchor.Width, most = i == places.Levels.Count - 1 ? float.PositiveInfinity : 8 * anchor.Width;
                matches[place] = Best(anchor, boxes, least, most);
            }
        }

        return matches;
    }

    private static int Best(Box anchor, Box[] boxes, float least, float most)
    {
        (float x, float y) = ((anchor.X0 + anchor.X1) / 2, (anchor.Y0 + anchor.Y1) / 2);
        float reach = Radius * anchor.Width, area = float.PositiveInfinity;
        int best = PlaceMatches.Background;
        for (int i = 0; i < boxes.Length; i++)
        {
            Box box = boxes[i];
            float away = MathF.Max(MathF.Abs(x - ((box.X0 + box.X1) / 2)), MathF.Abs(y - ((box.Y0 + box.Y1) / 2)));
            float furthest = MathF.Max(MathF.Max(x - box.X0, box.X1 - x), MathF.Max(y - box.Y0, box.Y1 - y));
            if (away < reach && box.Contains(x, y) && furthest > least && furthest < most && box.Area < area)
            {
                (best, area) = (i, box.Area);
            }
        }

        return best;
    }
}
