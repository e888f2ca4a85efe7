namespace Fovea.Compilation;

/// <summary>
/// Gives places in one stretch of memory to values that come and go: the smallest gap that fits, or the end. Places are aligned to
/// 64 bytes.
/// </summary>
internal sealed class Arena
{
    private const long Alignment = 64;
    private readonly List<(long Start, long End)> _gaps = [];

    /// <summary>How long the stretch has become.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes a place.</summary>
    public long Take(long bytes)
    {
        long size = Size(bytes);
        int best = -1;
        for (int i = 0; i < _gaps.Count; i++)
        {
            long gap = _gaps[i].End - _gaps[i].Start;
            if (gap >= size && (best < 0 || gap < _gaps[best].End - _gaps[best].Start))
            {
                best = i;
            }
        }

        if (best >= 0)
        {
            (long start, long end) = _gaps[best];
            _gaps[best] = (start + size, end);
            if (start + size == end)
            {
                _gaps.RemoveAt(best);
            }

            return start;
        }

        // A gap at the end grows by what is missing.
        long at = Bytes;
        if (_gaps.Count > 0 && _gaps[^1].End == Bytes)
        {
            at = _gaps[^1].Start;
            _gaps.RemoveAt(_gaps.Count - 1);
        }

        Bytes = at + size;
        return at;
    }

    /// <summary>Gives a place back.</summary>
    public void Give(long at, long bytes)
    {
        (long Start, long End) gap = (at, at + Size(bytes));
        int next = _gaps.FindIndex(g => g.Start >= gap.End);
        next = next < 0 ? _gaps.Count : next;
        if (next < _gaps.Count && _gaps[next].Start == gap.End)
        {
            gap.End = _gaps[next].End;
            _gaps.RemoveAt(next);
        }

        if (next > 0 && _gaps[next - 1].End == gap.Start)
        {
            _gaps[next - 1] = (_gaps[next - 1].Start, gap.End);
        }
        else
        {
            _gaps.Insert(next, gap);
        }
    }

    private static long Size(long bytes) => (Math.Max(bytes, 1) + Alignment - 1) / Alignment * Alignment;
}
