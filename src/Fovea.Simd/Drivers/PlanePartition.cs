namespace Fovea.Simd.Drivers;

/// <summary>
/// How sweeps over [planes, positions] are handed out: every thread gets one run of neighbouring planes, the same one in every sweep
/// over the same planes, so that what a sweep leaves in a core's own cache is found there by the next. Every plane's result is its own,
/// so the cut does not show in a single bit.
/// </summary>
internal static class PlanePartition
{
    // Numbers below which a second thread costs more than it helps.
    private const int LeastPerThread = 8192;

    /// <summary>Planes handed out at a time.</summary>
    public static int Grain(int planes, int positions)
    {
        int even = (planes + ParallelPool.Threads - 1) / ParallelPool.Threads;
        int least = (LeastPerThread + positions - 1) / Math.Max(1, positions);
        return Math.Max(1, Math.Max(even, least));
    }
}
