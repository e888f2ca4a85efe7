using System.Collections.Concurrent;

namespace Fovea.Bench.Studio.Traffic;

/// <summary>How many requests got which answer.</summary>
internal sealed class TrafficResult
{
    private readonly ConcurrentDictionary<int, int> _byStatus = new();
    private readonly ConcurrentBag<string> _odd = [];

    public int Total => _byStatus.Values.Sum();

    /// <summary>Answers that were not what they should be, in words.</summary>
    public IReadOnlyCollection<string> Odd => _odd;

    public int Count(int least, int most) => _byStatus.Where(s => s.Key >= least && s.Key <= most).Sum(s => s.Value);

    public void Add(int status, bool isExpected, Func<string> what)
    {
        _byStatus.AddOrUpdate(status, 1, static (_, n) => n + 1);
        if (!isExpected)
        {
            _odd.Add($"{status}: {what()}");
        }
    }

    public override string ToString() =>
        $"{Total} requests, {string.Join(", ", _byStatus.OrderBy(s => s.Key).Select(s => $"{s.Value} × {s.Key}"))}{string.Concat(_odd.Take(10).Select(o => $"\n  {o}"))}";
}
