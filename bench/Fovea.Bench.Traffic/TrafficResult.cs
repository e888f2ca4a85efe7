using System.Collections.Concurrent;

namespace Fovea.Bench.Traffic;

/// <summary>How many requests got which answer, and how long they took.</summary>
public sealed class TrafficResult
{
    private readonly ConcurrentDictionary<int, int> _byStatus = new();
    private readonly ConcurrentBag<string> _odd = [];
    private readonly ConcurrentBag<double> _times = [];
    private int _refused;

    /// <summary>All requests that were answered.</summary>
    public int Total => _byStatus.Values.Sum();

    /// <summary>Answers that were not what they should be, in words.</summary>
    public IReadOnlyCollection<string> Odd => _odd;

    /// <summary>Answers of the statuses from the one to the other.</summary>
    public int Count(int least, int most) => _byStatus.Where(s => s.Key >= least && s.Key <= most).Sum(s => s.Value);

    /// <summary>Counts an answer in; one that was not expected is described.</summary>
    public void Add(int status, bool isExpected, Func<string> what, double milliseconds = 0)
    {
        _byStatus.AddOrUpdate(status, 1, static (_, n) => n + 1);
        _times.Add(milliseconds);
        if (!isExpected)
        {
            _odd.Add($"{status}: {what()}");
        }
    }

    /// <summary>Requests that no server took.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Counts a request that no server took.</summary>
    public void NotAccepted() => Interlocked.Increment(ref _refused);

    /// <summary>The time in milliseconds that a share of the requests stayed below.</summary>
    public double Percentile(double share)
    {
        double[] sorted = [.. _times.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
    }

    /// <summary>The statuses and how often each came, and the first answers that were odd.</summary>
    public override string ToString() =>
        $"{Total} requests, {string.Join(", ", _byStatus.OrderBy(s => s.Key).Select(s => $"{s.Value} × {s.Key}"))}{string.Concat(_odd.Take(10).Select(o => $"\n  {o}"))}";
}
