using System.Diagnostics;

namespace Fovea.Bench.Torch;

/// <summary>Three ways of the same work, in turns, so that all meet the same machine.</summary>
internal static class Turns
{
    private const int WarmUp = 8;

    /// <summary>The median milliseconds of a step of each.</summary>
    public static (double First, double Second, double Third) Run(int rounds, double seconds, params Action[] ways)
    {
        foreach (Action way in ways)
        {
            for (int i = 0; i < WarmUp; i++)
            {
                way();
            }
        }

        List<double>[] times = [.. ways.Select(_ => new List<double>())];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < ways.Length; i++)
            {
                // Who begins changes from round to round.
                int way = (i + round) % ways.Length;
                var all = Stopwatch.StartNew();
                while (all.Elapsed.TotalSeconds < seconds)
                {
                    long start = Stopwatch.GetTimestamp();
                    ways[way]();
                    times[way].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            }
        }

        double[] medians = [.. times.Select(t => t.Order().ElementAt(t.Count / 2))];
        return (medians[0], medians[1], medians[2]);
    }
}
