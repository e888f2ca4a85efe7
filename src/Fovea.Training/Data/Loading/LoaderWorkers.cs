using System.Runtime.ExceptionServices;

namespace Fovea.Training.Data;

/// <summary>
/// The worker threads of one epoch. They live as long as the enumeration: its end, by the last batch, a break or an exception, stops and
/// joins them.
/// </summary>
internal sealed class LoaderWorkers : IDisposable
{
    private static int s_liveThreads;
    private readonly EpochPlan _plan;
    private readonly IReadOnlyList<int> _numbers;
    private readonly int _prefetch;
    private readonly Queue<PendingBatch> _open = new();
    private readonly Thread[] _threads;
    private readonly object _gate = new();
    private PendingBatch? _current;
    private ExceptionDispatchInfo? _failure;
    private int _started;
    private bool _stop;

    public LoaderWorkers(EpochPlan plan, IReadOnlyList<int> numbers, int workers, int prefetch)
    {
        _plan = plan;
        _numbers = numbers;
        _prefetch = prefetch;
        _threads = new Thread[workers];
        for (int i = 0; i < workers; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = $"Fovea data {i}" };

            // Without the consumer's execution context: batches must not fall to a tensor scope that is open there.
            _threads[i].UnsafeStart();
        }
    }

    /// <summary>Worker threads that have not ended, of all crews: what the leak tests read.</summary>
    internal static int LiveThreads => Volatile.Read(ref s_liveThreads);

    /// <summary>Waits for the next batch in order.</summary>
    public Batch Next(CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(static crew => ((LoaderWorkers)crew!).Wake(), this);
        PendingBatch work;
        lock (_gate)
        {
            while (_open.Count == 0 || !_open.Peek().IsReady)
            {
                cancellation.ThrowIfCancellationRequested();
                _failure?.Throw();
                Monitor.Wait(_gate);
            }

            cancellation.ThrowIfCancellationRequested();
            work = _open.Dequeue();
            Monitor.PulseAll(_gate);
        }

        return work.Finish();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stop = true;
            Monitor.PulseAll(_gate);
        }

        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        foreach (PendingBatch work in _open)
        {
            work.Release();
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private void Work()
    {
        Interlocked.Increment(ref s_liveThreads);
        try
        {
            while (Take(out PendingBatch work, out int from, out int to))
            {
                work.Run(from, to);
                lock (_gate)
                {
                    work.Count(to - from);
                    if (work.IsReady)
                    {
                        Monitor.PulseAll(_gate);
                    }
                }
            }
        }
        catch (Exception e)
        {
            // No picture failed but the making of a batch itself (memory, for one): on a thread of its own it would end the process.
            lock (_gate)
            {
                _failure ??= ExceptionDispatchInfo.Capture(e);
                _stop = true;
                Monitor.PulseAll(_gate);
            }
        }
        finally
        {
            Interlocked.Decrement(ref s_liveThreads);
        }
    }

    // Shares of the batch that was opened last, else of a new one as long as there is room ahead of the consumer.
    private bool Take(out PendingBatch work, out int from, out int to)
    {
        lock (_gate)
        {
            while (!_stop)
            {
                if (_current is not null && _current.TryTake(out from, out to))
                {
                    work = _current;
                    return true;
                }

                if (_started == _numbers.Count)
                {
                    break;
                }

                if (_open.Count < _prefetch)
                {
                    _current = new PendingBatch(_plan, _numbers[_started++]);
                    _open.Enqueue(_current);
                }
                else
                {
                    Monitor.Wait(_gate);
                }
            }
        }

        (work, from, to) = (null!, 0, 0);
        return false;
    }
}
