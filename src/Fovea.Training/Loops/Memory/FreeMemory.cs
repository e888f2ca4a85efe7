namespace Fovea.Training;

/// <summary>What the process may still take.</summary>
internal static class FreeMemory
{
    // The rest is for what an estimate missed, and for others on the machine.
    private const double Share = 0.8;

    /// <summary>
    /// Bytes below a limit for the process, or without one four fifths of what the machine or the container has left, whoever took the rest.
    /// </summary>
    public static long Bytes(long? limit)
    {
        if (limit is { } most)
        {
            return Math.Max(0, most - Environment.WorkingSet);
        }

        // Only a collection looks at the machine's memory anew.
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        GCMemoryInfo info = GC.GetGCMemoryInfo();
        return (long)(Share * Math.Max(0, info.TotalAvailableMemoryBytes - info.MemoryLoadBytes));
    }
}
