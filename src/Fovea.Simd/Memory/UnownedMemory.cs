namespace Fovea.Simd.Memory;

/// <summary>
/// Counts the native bytes that come back only by Dispose or through the garbage collector, and asks it to look for those that nobody
/// refers to any more. It would not come by itself: what it sees of a tensor is a hundred bytes, not the megabytes behind them.
/// </summary>
/// <remarks>
/// The pool asks before it takes fresh memory from the system, when these bytes have grown by as much as there was at their lowest since
/// the last collection (by 256 MB at least and an eighth of what the process may take at most). So a loop that drops what it makes stands still, one that keeps
/// what it makes is collected a logarithmic number of times, and where scopes give everything back nothing ever happens. Thread-safe.
/// </remarks>
public static class UnownedMemory
{
    private const long LeastGrowth = 256L << 20;

    // Finalizers run code of others, which may wait for a lock that the renting thread holds: no reason to wait for them for ever.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private static readonly long s_mostGrowth = Math.Max(1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8);
    private static readonly Lock s_gate = new();
    private static long s_bytes;
    private static long s_lowest;
    private static long s_collections;
    private static Task s_running = Task.CompletedTask;

    /// <summary>Bytes that come back only by Dispose or through the garbage collector.</summary>
    public static long Bytes => Interlocked.Read(ref s_bytes);

    /// <summary>How often the garbage collector was asked.</summary>
    public static long Collections => Interlocked.Read(ref s_collections);

    /// <summary>Whether so much has gathered that a search is worth its time.</summary>
    internal static bool IsDue
    {
        get
        {
            long lowest = Interlocked.Read(ref s_lowest);
            return Bytes - lowest > Math.Clamp(lowest, Math.Min(LeastGrowth, s_mostGrowth), s_mostGrowth);
        }
    }

    /// <summary>Counts a block in.</summary>
    public static void Add(long bytes) => Interlocked.Add(ref s_bytes, bytes);

    /// <summary>Counts out a block that was given back.</summary>
    public static void Remove(long bytes)
    {
        // What was held and is not any more must not leave room for as much that nobody holds.
        long left = Interlocked.Add(ref s_bytes, -bytes);
        for (long lowest = Interlocked.Read(ref s_lowest); left < lowest;)
        {
            long seen = Interlocked.CompareExchange(ref s_lowest, left, lowest);
            if (seen == lowest)
            {
                break;
            }

            lowest = seen;
        }
    }

    /// <summary>
    /// Has the garbage collector find what nobody refers to, and returns when it was given back. Threads that come meanwhile wait for the
    /// same collection. The caller holds no lock of the pool.
    /// </summary>
    internal static void Collect()
    {
        Task running;
        lock (s_gate)
        {
            if (s_running.IsCompleted)
            {
                // Until the collection says how much is really left.
                Interlocked.Exchange(ref s_lowest, Bytes);

                // On a thread of its own, so that this one can stop waiting, and without this one's context, which may hold tensors.
                var done = new TaskCompletionSource();
                new Thread(() => Run(done)) { IsBackground = true, Name = "fovea collector" }.UnsafeStart();
                s_running = done.Task;
            }

            running = s_running;
        }

        running.Wait(s_patience);
    }

    private static void Run(TaskCompletionSource done)
    {
        Interlocked.Increment(ref s_collections);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: false);
        GC.WaitForPendingFinalizers();
        Interlocked.Exchange(ref s_lowest, Bytes);
        done.SetResult();
    }
}
