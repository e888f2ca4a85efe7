using System.Diagnostics;

namespace Fovea.Bench.Compare;

/// <summary>Measures rows: every engine on the same weights and data, in turns.</summary>
/// <param name="contenders">The peers, in the order in which they prepare a row.</param>
/// <param name="seconds">For each engine of each row.</param>
internal sealed class Comparison(IReadOnlyList<Contender> contenders, double seconds)
{
    private const int Slices = 5;

    // Workers of OpenMP, OpenBLAS and ONNX Runtime spin for milliseconds after their last loop, which the next engine would pay for.
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(80);

    private string? _group;

    /// <summary>Measures one row.</summary>
    /// <exception cref="PeerException">A peer that is required could not build it.</exception>
    public Result Measure(Row row)
    {
        // Peers keep what memory they were ever given: those of small rows are not to take it from the large ones.
        if (_group is not null && _group != row.Group)
        {
            foreach (Contender contender in contenders)
            {
                contender.Peer.End();
            }
        }

        _group = row.Group;
        using TensorScope scope = TensorScope.Begin();
        using var mine = new FoveaWork(row);
        Dictionary<string, Peer> peers = [];
        Dictionary<string, double> differences = Prepare(row, mine, peers);
        string[] engines = [.. peers.Keys, .. mine.Steps.Keys];
        Dictionary<string, List<double>> times = engines.ToDictionary(e => e, _ => new List<double>());

        // In turns, so that a disturbance of the machine hits all alike. The first slice of each warms up and does not count. On a machine
        // so busy that single steps take seconds, fewer slices keep the whole in minutes.
        var watch = Stopwatch.StartNew();
        for (int slice = 0; slice <= Slices && (slice < 2 || watch.Elapsed.TotalSeconds < 2 * seconds * engines.Length); slice++)
        {
            double share = slice == 0 ? seconds / Slices / 2 : seconds / Slices;
            foreach (string engine in engines)
            {
                Thread.Sleep(s_rest);
                List<double> took = peers.TryGetValue(engine, out Peer? peer) ? peer.Time(engine, share) : mine.Time(engine, share);
                if (slice > 0)
                {
                    times[engine].AddRange(took);
                }
            }
        }

        return new Result(
            row.Group, row.Name, row.Shape, row.PassName, DateTime.UtcNow, row.Target, times.ToDictionary(t => t.Key, t => EngineTime.Of(t.Value)),
            differences, row.Tolerance);
    }

    private Dictionary<string, double> Prepare(Row row, FoveaWork mine, Dictionary<string, Peer> peers)
    {
        DirectoryInfo files = Directory.CreateTempSubdirectory("fovea-compare-");
        try
        {
            mine.Save(files.FullName);
            var checks = new Dictionary<string, Dictionary<string, double[]>>();
            foreach (Contender contender in contenders.Where(c => c.Takes(row)))
            {
                try
                {
                    foreach ((string engine, Dictionary<string, double[]> check) in contender.Peer.Prepare(files.FullName, contender.Wishes(row)))
                    {
                        (peers[engine], checks[engine]) = (contender.Peer, check);
                    }
                }
                catch (PeerException e) when (!contender.IsRequired)
                {
                    Console.Error.WriteLine($"{row.Name}: {e.Message}");
                }
            }

            Dictionary<string, double[]> ours = mine.Check();
            if (mine.CheckEager() is { } eager)
            {
                checks[Engines.FoveaEager] = eager;
            }

            return checks.ToDictionary(c => c.Key, c => Difference(ours, c.Value));
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    /// <summary>
    /// The largest difference of any named array against its largest value. Gradients that are zero by mathematics (of a bias before a batch
    /// norm) are only rounding: a hundredth of the largest gradient is the least that they are held against.
    /// </summary>
    private static double Difference(Dictionary<string, double[]> ours, Dictionary<string, double[]> theirs)
    {
        double floor = theirs.Where(t => t.Key.StartsWith("d ", StringComparison.Ordinal)).Select(t => 0.01 * t.Value.Max(Math.Abs)).DefaultIfEmpty(0).Max();
        double largest = ours.Count == theirs.Count ? 0 : double.PositiveInfinity;
        foreach ((string name, double[] expected) in theirs)
        {
            double[] got = ours.TryGetValue(name, out double[]? found) && found.Length == expected.Length ? found : [.. expected.Select(_ => double.NaN)];
            double scale = Math.Max(expected.Max(Math.Abs), name.StartsWith("d ", StringComparison.Ordinal) ? floor : 0);
            double difference = got.Zip(expected, (a, b) => Math.Abs(a - b)).Max() / scale;
            largest = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(largest, difference);
        }

        return largest;
    }
}
