using System.Collections.Concurrent;
using System.Diagnostics;

namespace Fovea.Distributed;

/// <summary>
/// The thread that does what a group was asked for, one after the other. After a failure nothing more is done: the ranks would no longer mean the same by what they
/// exchange, so that all that follows fails likewise.
/// </summary>
internal sealed class GroupThread : IDisposable
{
    private readonly BlockingCollection<PendingCollective> _queue = [];
    private readonly Thread _thread;
    private int _waiting;
    private long _busy;
    private long _awaited;

    public GroupThread()
    {
        _thread = new Thread(Work) { IsBackground = true, Name = "Fovea ranks" };

        // Without the caller's execution context: nothing here may fall to a tensor scope that is open there.
        _thread.UnsafeStart();
    }

    /// <summary>Time at work, waiting for other ranks included.</summary>
    public TimeSpan Busy => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _busy));

    /// <summary>Time that others stood still for it.</summary>
    public TimeSpan Awaited => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _awaited));

    /// <summary>Whether somebody stands still now: if not, waiting for other ranks must cost as little as can be.</summary>
    public bool IsAwaited => Volatile.Read(ref _waiting) > 0;

    public void Add(PendingCollective work) => _queue.Add(work);

    /// <summary>Counts the time until it is disposed.</summary>
    public StandingStill StandStill() => new(this);

    public void Dispose()
    {
        _queue.CompleteAdding();
        _thread.Join();
        _queue.Dispose();
    }

    private void Work()
    {
        Exception? failure = null;
        foreach (PendingCollective work in _queue.GetConsumingEnumerable())
        {
            long start = Stopwatch.GetTimestamp();
            failure = work.Run(failure);
            Interlocked.Add(ref _busy, Stopwatch.GetTimestamp() - start);
        }
    }

    /// <summary>Somebody who waits.</summary>
    public sealed class StandingStill : IDisposable
    {
        private readonly GroupThread _thread;
        private readonly long _start = Stopwatch.GetTimestamp();

        public StandingStill(GroupThread thread)
        {
            _thread = thread;
            Interlocked.Increment(ref thread._waiting);
        }

        public void Dispose()
        {
            Interlocked.Decrement(ref _thread._waiting);
            Interlocked.Add(ref _thread._awaited, Stopwatch.GetTimestamp() - _start);
        }
    }
}
