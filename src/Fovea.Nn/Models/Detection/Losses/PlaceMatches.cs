namespace Fovea.Models;

/// <summary>Which box each place of a batch's pictures answers for, as losses need it: the rows of [N · A] that have one, and the pairs.</summary>
internal sealed class PlaceMatches
{
    /// <summary>A place that answers for nothing.</summary>
    public const int Background = -1;

    /// <summary>A place that is not learnt from.</summary>
    public const int Ignored = -2;

    private readonly int[][] _matches;
    private readonly LabelledBox[][] _boxes;
    private readonly int _places;

    /// <summary>Matches each picture's places with its boxes, but for those that are ignored: a background place whose middle lies in one is so, too.</summary>
    /// <param name="boxes">What is in each picture.</param>
    /// <param name="places">The places.</param>
    /// <param name="match">Gives for boxes the one of each place by its number, <see cref="Background"/> or <see cref="Ignored"/>.</param>
    public PlaceMatches(LabelledBox[][] boxes, DetectionPlaces places, Func<Box[], int[]> match)
    {
        _places = places.Anchors.Length;
        _boxes = [.. boxes.Select(picture => picture.Where(b => !b.IsIgnored).ToArray())];
        _matches = new int[boxes.Length][];
        Parallel.For(0, boxes.Length, n =>
        {
            _matches[n] = match(Array.ConvertAll(_boxes[n], b => b.Box));
            Ignore(_matches[n], [.. boxes[n].Where(b => b.IsIgnored).Select(b => b.Box)], places);
        });
        Counts = new int[boxes.Length];
        var rows = new List<long>();
        var pairs = new List<(int, Box, Box)>();
        for (int n = 0; n < boxes.Length; n++)
        {
            for (int place = 0; place < _places; place++)
            {
                if (_matches[n][place] is >= 0 and int box)
                {
                    rows.Add(((long)n * _places) + place);
                    pairs.Add((n, places.Anchors[place], _boxes[n][box].Box));
                }
            }

            Counts[n] = rows.Count - Counts.Sum();
        }

        (Rows, Pairs) = ([.. rows], [.. pairs]);
    }

    /// <summary>How many places of each picture answer for a box.</summary>
    public int[] Counts { get; }

    /// <summary>Those places among the N · A of all pictures.</summary>
    public long[] Rows { get; }

    /// <summary>For each of them its picture, its anchor and its box.</summary>
    public (int Picture, Box Anchor, Box Box)[] Pairs { get; }

    /// <summary>Calls for each place that is learnt from, with its row, picture, and class or −1.</summary>
    public void ForEach(Action<int, int, int> visit)
    {
        for (int n = 0; n < _matches.Length; n++)
        {
            for (int place = 0; place < _places; place++)
            {
                int match = _matches[n][place];
                if (match != Ignored)
                {
                    visit((n * _places) + place, n, match >= 0 ? _boxes[n][match].Class : -1);
                }
            }
        }
    }

    private static void Ignore(int[] matches, Box[] ignored, DetectionPlaces places)
    {
        for (int i = 0; i < matches.Length && ignored.Length > 0; i++)
        {
            Box anchor = places.Anchors[i];
            (float x, float y) = ((anchor.X0 + anchor.X1) / 2, (anchor.Y0 + anchor.Y1) / 2);
            if (matches[i] == Background && Array.Exists(ignored, b => b.Contains(x, y)))
            {
                matches[i] = Ignored;
            }
        }
    }
}
